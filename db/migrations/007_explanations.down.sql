DROP VIEW order_explanations;
DROP VIEW holdings;
