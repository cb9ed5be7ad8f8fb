DROP TABLE selected_pairs;
DROP TYPE risk_level;
DROP TABLE selections;
DROP TABLE trading_pairs;
DROP TYPE pair_status;
