DROP FUNCTION refuse_change();
REVOKE SELECT ON schema_migrations FROM bot_app, bot_ro;
REVOKE USAGE ON SCHEMA public FROM bot_app, bot_ro;
GRANT USAGE ON SCHEMA public TO PUBLIC;
-- The roles stay: they belong to the whole server, and other databases and logins may rest on them.
