-- Two group roles without login. Logins are made outside of migrations (the private server does it itself,
-- docs/database.md says how on a server of yours) and join one of them. Roles belong to the whole server, so
-- another database, or another starter at this very moment, may have made them already.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['bot_app', 'bot_ro'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- somebody else was faster: what is wanted is there
      END;
    END IF;
  END LOOP;
END $$;

-- Nobody but the owner makes or drops anything in the schema; strangers do not even see it.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bot_app, bot_ro;

-- The migration level is part of the health check, so both roles read it.
GRANT SELECT ON schema_migrations TO bot_app, bot_ro;

-- Shared by the tables whose history must not change.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public
AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are kept for ever', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE EXECUTE ON FUNCTION refuse_change() FROM PUBLIC;
COMMENT ON FUNCTION refuse_change() IS 'Trigger that refuses the statement, for tables whose rows are kept for ever.';
