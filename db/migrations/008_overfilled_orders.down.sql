DROP TRIGGER orders_overfilled ON orders;
DROP FUNCTION mark_overfilled();
