CREATE TABLE configuration (
  version    text        PRIMARY KEY CHECK (version ~ '^[0-9a-f]{64}$'),
  effective  jsonb       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE configuration IS 'Every configuration that was ever in force, so that an order can be explained by the one it was decided under.';
COMMENT ON COLUMN configuration.version IS 'SHA-256 of the effective configuration, hexadecimal.';
COMMENT ON COLUMN configuration.effective IS 'All settings after files, environment and defaults were merged; without secrets.';
GRANT SELECT, INSERT ON configuration TO bot_app;
GRANT SELECT ON configuration TO bot_ro;

CREATE TYPE risk_mode AS ENUM ('active', 'reduce_only', 'halted');
CREATE TABLE risk_state (
  account    text        PRIMARY KEY,
  mode       risk_mode   NOT NULL,
  reason     text        NOT NULL,
  changed_by text        NOT NULL,
  since      timestamptz NOT NULL
);
COMMENT ON TABLE risk_state IS 'The kill switch as every gateway reads it, one row an account. active: trades; reduce_only: exits only; halted: no opening order, stops stay.';
COMMENT ON COLUMN risk_state.reason IS 'Why the mode was set, in words.';
GRANT SELECT, INSERT, UPDATE ON risk_state TO bot_app;
GRANT SELECT ON risk_state TO bot_ro;

CREATE TABLE audit (
  id            bigint      PRIMARY KEY,
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor         text        NOT NULL CHECK (actor <> ''),
  session       text,
  command_id    text        NOT NULL UNIQUE CHECK (command_id <> ''),
  command       text        NOT NULL CHECK (command <> ''),
  before        jsonb,
  after         jsonb,
  reason        text,
  previous_hash text        NOT NULL UNIQUE CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
  hash          text        NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE audit IS 'Every command that changed something. Append only; each row carries the hash of the one before, so a change or a deletion shows (audit_faults).';
COMMENT ON COLUMN audit.id IS 'Place in the chain, from 1 without gaps; given by the database.';
COMMENT ON COLUMN audit.at IS 'Process time.';
COMMENT ON COLUMN audit.actor IS 'Who gave the command.';
COMMENT ON COLUMN audit.session IS 'Where it came from: the connection or the sign-in.';
COMMENT ON COLUMN audit.command_id IS 'Makes a repeated command one command.';
COMMENT ON COLUMN audit.before IS 'What the command changed, as it was.';
COMMENT ON COLUMN audit.after IS 'What the command changed, as it became.';
COMMENT ON COLUMN audit.previous_hash IS 'The hash of the row before; 64 zeros in the first. Unique, so the chain cannot fork.';

CREATE FUNCTION audit_hash(entry audit) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public
AS $$
  -- A JSON array keeps the borders between the fields; the epoch keeps the session's time zone out.
  SELECT encode(sha256(convert_to(jsonb_build_array(entry.previous_hash, entry.id, extract(epoch FROM entry.at), entry.actor, entry.session,
    entry.command_id, entry.command, entry.before, entry.after, entry.reason)::text, 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION audit_hash(audit) IS 'SHA-256 over the row and the hash of the one before it.';

CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  -- One writer at a time until the end of its transaction, otherwise two rows would follow the same one.
  PERFORM pg_advisory_xact_lock(hashtext('audit'), 0);
  SELECT last.id + 1, last.hash INTO NEW.id, NEW.previous_hash FROM audit AS last ORDER BY last.id DESC LIMIT 1;
  IF NOT FOUND THEN
    NEW.id := 1;
    NEW.previous_hash := repeat('0', 64);
  END IF;
  NEW.hash := audit_hash(NEW);
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION audit_chain() FROM PUBLIC;
COMMENT ON FUNCTION audit_chain() IS 'Puts a new row at the end of the chain, whatever the writer says of its place.';

CREATE FUNCTION audit_faults() RETURNS TABLE (id bigint, fault text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public
AS $$
  SELECT entry.id, problem
  FROM (SELECT a AS entry_row, a.id, a.hash, a.previous_hash,
          lag(a.id, 1, 0::bigint) OVER (ORDER BY a.id) AS id_before,
          lag(a.hash, 1, repeat('0', 64)) OVER (ORDER BY a.id) AS hash_before
        FROM audit AS a) AS entry
  CROSS JOIN LATERAL (VALUES
    (CASE WHEN entry.id <> entry.id_before + 1 THEN 'rows are missing before this one' END),
    (CASE WHEN entry.previous_hash <> entry.hash_before THEN 'does not follow the row before it' END),
    (CASE WHEN entry.hash <> audit_hash(entry.entry_row) THEN 'was changed after it was written' END)) AS check_of(problem)
  WHERE problem IS NOT NULL
  ORDER BY entry.id
$$;
COMMENT ON FUNCTION audit_faults() IS 'Rows of the audit that do not fit the chain; none is good. Rows cut off its end do not show: compare the last hash with a copy kept elsewhere.';

CREATE TRIGGER audit_is_a_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT (actor, session, command_id, command, before, after, reason) ON audit TO bot_app;
GRANT SELECT ON audit TO bot_ro;
