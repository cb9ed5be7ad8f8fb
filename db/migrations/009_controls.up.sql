-- The kill switch can be for a pair or a strategy alone. The operator's rows have the account '*'.
ALTER TABLE risk_state ADD COLUMN scope text NOT NULL DEFAULT '*' CHECK (scope <> '');
ALTER TABLE risk_state ALTER COLUMN scope DROP DEFAULT;
ALTER TABLE risk_state DROP CONSTRAINT risk_state_pkey, ADD PRIMARY KEY (account, scope);
COMMENT ON TABLE risk_state IS 'The kill switch as every gateway reads it; the strictest row wins. active: trades; reduce_only: exits only; halted: no opening order, stops stay.';
COMMENT ON COLUMN risk_state.account IS 'Whose; * are the operator''s rows, for every account of this database. The others mirror the portfolio''s journal.';
COMMENT ON COLUMN risk_state.scope IS '* for everything, a pair (BTC-USDT), or strategy:NAME.';

CREATE TABLE operator_commands (
  id        text        PRIMARY KEY CHECK (id <> ''),
  number    bigint      NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  given_at  timestamptz NOT NULL DEFAULT now(),
  command   text        NOT NULL CHECK (command IN ('kill_switch', 'resume')),
  arguments jsonb       NOT NULL,
  actor     text        NOT NULL CHECK (actor <> ''),
  reason    text        NOT NULL CHECK (reason <> ''),
  done_at   timestamptz,
  outcome   text,
  CONSTRAINT operator_commands_done_has_an_outcome CHECK ((done_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX operator_commands_pending ON operator_commands (number) WHERE done_at IS NULL;
COMMENT ON TABLE operator_commands IS 'Commands on their way to the running cluster; the audit keeps them for ever.';
COMMENT ON COLUMN operator_commands.id IS 'Makes a repeated command one command.';
COMMENT ON COLUMN operator_commands.arguments IS 'scope: *, a pair, or strategy:NAME; mode: of the kill switch.';
COMMENT ON COLUMN operator_commands.done_at IS 'Null while no node has done it.';
COMMENT ON COLUMN operator_commands.outcome IS 'What came of it, in words.';
GRANT SELECT, INSERT (id, command, arguments, actor, reason), UPDATE (done_at, outcome) ON operator_commands TO bot_app;
GRANT SELECT ON operator_commands TO bot_ro;

CREATE TABLE control_trips (
  hour        timestamptz NOT NULL,
  control     text        NOT NULL CHECK (control ~ '^C\d{1,2}$'),
  symbol      text        NOT NULL,
  trips       bigint      NOT NULL CHECK (trips > 0),
  last_reason text        NOT NULL,
  last_at     timestamptz NOT NULL,
  PRIMARY KEY (hour, control, symbol)
);
COMMENT ON TABLE control_trips IS 'How often each risk control refused or stopped something (RELIABILITY.md C28), an hour a row.';
COMMENT ON COLUMN control_trips.control IS 'Its number: C1 to C28.';
COMMENT ON COLUMN control_trips.symbol IS 'The pair; empty: the account or a node.';
COMMENT ON COLUMN control_trips.last_reason IS 'The last refusal, in CATEGORY key=value form.';
GRANT SELECT, INSERT, UPDATE, DELETE ON control_trips TO bot_app;
GRANT SELECT ON control_trips TO bot_ro;
