DROP TABLE control_trips;
DROP TABLE operator_commands;
-- The table before knows one mode an account: the strictest of its words must not be lost.
DELETE FROM risk_state AS weaker USING risk_state AS stricter
WHERE weaker.account = stricter.account AND (stricter.mode, stricter.scope) > (weaker.mode, weaker.scope);
ALTER TABLE risk_state DROP CONSTRAINT risk_state_pkey, DROP COLUMN scope, ADD PRIMARY KEY (account);
COMMENT ON TABLE risk_state IS 'The kill switch as every gateway reads it, one row an account. active: trades; reduce_only: exits only; halted: no opening order, stops stay.';
COMMENT ON COLUMN risk_state.account IS NULL;
