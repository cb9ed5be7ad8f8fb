-- The name that the orders of this database carry. Two databases that begin on one account at the same moment must not give out the same
-- client order ids, so a new database gets a name of its own, once (RELIABILITY.md F26).
CREATE TABLE deployment (
  code         text        PRIMARY KEY CHECK (code ~ '^[a-z0-9]{6}$'),
  account_hash text        NOT NULL CHECK (account_hash ~ '^[0-9a-f]{64}$'),
  only_one     boolean     NOT NULL DEFAULT true UNIQUE CHECK (only_one),
  created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE deployment IS 'Who this database trades as. One row, written at its first start and never changed.';
COMMENT ON COLUMN deployment.code IS 'Six characters, part of every client order id.';
COMMENT ON COLUMN deployment.account_hash IS 'SHA-256 of the API key that it was made for: tells accounts apart and names none.';
COMMENT ON COLUMN deployment.only_one IS 'Unique and always true: a second row is refused.';
GRANT SELECT, INSERT (code, account_hash) ON deployment TO bot_app;
GRANT SELECT ON deployment TO bot_ro;

-- Read tables: the projector makes them from the reconciliation's journal.
CREATE TYPE finding_kind AS ENUM
  ('foreign_order', 'foreign_trade', 'ghost', 'journal_rollback', 'another_deployment', 'fill_missing', 'stop_missing', 'unexplained');
CREATE TABLE account_findings (
  finding_key       text         NOT NULL,
  raised_at         timestamptz  NOT NULL,
  kind              finding_kind NOT NULL,
  symbol            text,
  client_order_id   text,
  exchange_order_id text,
  currency          text,
  amount            numeric      CHECK (amount > '-Infinity' AND amount < 'Infinity'),
  what              text         NOT NULL CHECK (what <> ''),
  cleared_at        timestamptz,
  PRIMARY KEY (finding_key, raised_at),
  CHECK ((kind = 'unexplained') = (currency IS NOT NULL AND amount IS NOT NULL)),
  CHECK (cleared_at >= raised_at)
);
COMMENT ON TABLE account_findings IS 'What at the account did not fit the journals: orders and trades of other hands, ghosts, lost rows, balances that nothing explains.';
COMMENT ON COLUMN account_findings.finding_key IS 'The same thing has the same key in every sweep.';
COMMENT ON COLUMN account_findings.kind IS 'foreign_*: of other hands, never touched; ghost: settled here, alive there; journal_rollback: own order in no journal; another_deployment: another database trades with this key.';
COMMENT ON COLUMN account_findings.amount IS 'Of an unexplained balance: what is there beyond the books, below zero when missing; in currency.';
COMMENT ON COLUMN account_findings.what IS 'In words, with what to do.';
COMMENT ON COLUMN account_findings.cleared_at IS 'Process time at which it was gone; null while it stands.';
GRANT SELECT, INSERT, UPDATE (cleared_at) ON account_findings TO bot_app;
GRANT SELECT ON account_findings TO bot_ro;

CREATE TABLE external_movements (
  ledger_id bigint      PRIMARY KEY,
  currency  text        NOT NULL,
  amount    numeric     NOT NULL CHECK (amount <> 0 AND amount > '-Infinity' AND amount < 'Infinity'),
  moved_at  timestamptz NOT NULL,
  reason    text        NOT NULL,
  booked_at timestamptz NOT NULL
);
COMMENT ON TABLE external_movements IS 'Money that came or went by other hands, each line of the exchange''s ledger once.';
COMMENT ON COLUMN external_movements.ledger_id IS 'The exchange''s number of the line.';
COMMENT ON COLUMN external_movements.amount IS 'In currency; below zero when it left.';
COMMENT ON COLUMN external_movements.moved_at IS 'The exchange''s time.';
COMMENT ON COLUMN external_movements.reason IS 'As the exchange names it.';
COMMENT ON COLUMN external_movements.booked_at IS 'Process time at which the books took it over.';
GRANT SELECT, INSERT ON external_movements TO bot_app;
GRANT SELECT ON external_movements TO bot_ro;

-- Written by the reconciler itself after each sweep; the next sweep writes them anew.
CREATE TABLE account_sweeps (
  account   text        PRIMARY KEY,
  began_at  timestamptz NOT NULL,
  full_at   timestamptz,
  failures  text[]      NOT NULL,
  watermark timestamptz
);
COMMENT ON TABLE account_sweeps IS 'The last sweep of the account.';
COMMENT ON COLUMN account_sweeps.began_at IS 'The exchange''s time at which it began.';
COMMENT ON COLUMN account_sweeps.full_at IS 'When the last one began that asked for executions and balances too.';
COMMENT ON COLUMN account_sweeps.failures IS 'Lists that did not answer in it; empty when all did.';
COMMENT ON COLUMN account_sweeps.watermark IS 'When the last full sweep began in which every list answered.';
GRANT SELECT, INSERT, UPDATE ON account_sweeps TO bot_app;
GRANT SELECT ON account_sweeps TO bot_ro;

CREATE TABLE balance_checks (
  currency   text        PRIMARY KEY,
  total      numeric     NOT NULL,
  booked     numeric     NOT NULL,
  difference numeric     NOT NULL GENERATED ALWAYS AS (total - booked) STORED,
  asked_at   timestamptz NOT NULL
);
COMMENT ON TABLE balance_checks IS 'Every balance held against the books, as last compared while nothing was under way in its currency.';
COMMENT ON COLUMN balance_checks.total IS 'What the exchange says, in currency.';
COMMENT ON COLUMN balance_checks.booked IS 'What the books say, in currency: how they began, every execution and fee, what other hands moved.';
COMMENT ON COLUMN balance_checks.difference IS 'What nothing explains.';
COMMENT ON COLUMN balance_checks.asked_at IS 'The exchange''s time at which the balance was asked for.';
GRANT SELECT, INSERT, UPDATE ON balance_checks TO bot_app;
GRANT SELECT ON balance_checks TO bot_ro;
