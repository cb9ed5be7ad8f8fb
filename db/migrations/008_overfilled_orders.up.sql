-- More filled than was ordered is an oddity of the exchange, and real money (RELIABILITY.md R8). The projector counts fills as they come and
-- cannot know it beforehand; it must not stop there, and nobody may overlook it. So the row marks itself, and stays marked.
CREATE FUNCTION mark_overfilled() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  NEW.status := 'quarantined';
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION mark_overfilled() FROM PUBLIC;
COMMENT ON FUNCTION mark_overfilled() IS 'Puts an order that got more than it asked into quarantine.';
CREATE TRIGGER orders_overfilled BEFORE INSERT OR UPDATE ON orders FOR EACH ROW
  WHEN (NEW.filled_quantity > NEW.quantity) EXECUTE FUNCTION mark_overfilled();
