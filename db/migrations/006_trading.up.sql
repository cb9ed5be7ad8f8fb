-- Read tables: the projector makes them from the journal, and they can all be made again from it.
CREATE TYPE order_leg AS ENUM ('entry', 'exit');
CREATE TYPE order_side AS ENUM ('buy', 'sell');
CREATE TYPE order_type AS ENUM ('limit', 'market');
CREATE TYPE time_in_force AS ENUM ('gtc', 'gtt', 'ioc', 'fok');
CREATE TYPE order_status AS ENUM
  ('prepared', 'authorised', 'in_doubt', 'live', 'rejected', 'not_placed', 'done', 'closed', 'abandoned', 'quarantined');

CREATE TABLE orders (
  client_order_id       text          PRIMARY KEY CHECK (client_order_id ~ '^[A-Za-z0-9_-]{1,40}$'),
  exchange_order_id     text          UNIQUE,
  symbol_id             integer       NOT NULL REFERENCES symbols ON DELETE RESTRICT,
  strategy              text          NOT NULL,
  intent_number         bigint        NOT NULL CHECK (intent_number > 0),
  leg                   order_leg     NOT NULL,
  attempt               integer       NOT NULL CHECK (attempt > 0),
  side                  order_side    NOT NULL,
  type                  order_type    NOT NULL,
  time_in_force         time_in_force,
  price                 numeric       CHECK (price > 0 AND price < 'Infinity'),
  quantity              numeric       NOT NULL CHECK (quantity > 0 AND quantity < 'Infinity'),
  status                order_status  NOT NULL,
  filled_quantity       numeric       NOT NULL DEFAULT 0 CHECK (filled_quantity >= 0),
  filled_funds          numeric       NOT NULL DEFAULT 0 CHECK (filled_funds >= 0),
  fee                   numeric,
  fee_currency          text,
  reason                text          NOT NULL CHECK (reason <> ''),
  correlation_id        text,
  candle_open_time      timestamptz,
  trigger_price         numeric       CHECK (trigger_price > 0),
  signal                jsonb,
  risk                  jsonb,
  configuration_version text          REFERENCES configuration ON DELETE RESTRICT,
  decided_at            timestamptz   NOT NULL,
  intended_at           timestamptz   NOT NULL,
  acked_at              timestamptz,
  closed_at             timestamptz,
  reject_code           text,
  reject_message        text,
  UNIQUE (symbol_id, intent_number, leg, attempt),
  CONSTRAINT orders_price_iff_limit CHECK ((price IS NULL) = (type = 'market')),
  CONSTRAINT orders_life_of_limit CHECK (type = 'market' OR time_in_force IS NOT NULL),
  -- An exchange that fills more than was asked has given us real money: the row must be able to say so, and then says it is not normal.
  CONSTRAINT orders_fill_within_quantity CHECK (filled_quantity <= quantity OR status = 'quarantined'),
  CONSTRAINT orders_fee_and_currency CHECK ((fee IS NULL) = (fee_currency IS NULL)),
  CONSTRAINT orders_end_has_a_time CHECK (closed_at IS NOT NULL OR status NOT IN ('rejected', 'not_placed', 'closed', 'abandoned')),
  CONSTRAINT orders_reject_has_a_reason CHECK (status <> 'rejected' OR reject_code IS NOT NULL OR reject_message IS NOT NULL)
);
CREATE INDEX orders_decided_at_idx ON orders (decided_at);
CREATE INDEX orders_symbol_idx ON orders (symbol_id, decided_at);
CREATE INDEX orders_unsettled_idx ON orders (symbol_id) WHERE status IN ('prepared', 'authorised', 'in_doubt', 'live', 'done', 'quarantined');
COMMENT ON TABLE orders IS 'Every order that was ever intended, why, and what it cost.';
COMMENT ON COLUMN orders.client_order_id IS 'Derived from deployment, pair, intent number, leg and attempt; the exchange knows the order by it.';
COMMENT ON COLUMN orders.exchange_order_id IS 'Null until the exchange has shown the order.';
COMMENT ON COLUMN orders.intent_number IS 'The pair''s counter of intents.';
COMMENT ON COLUMN orders.leg IS 'entry: opens or grows a position; exit: reduces it.';
COMMENT ON COLUMN orders.attempt IS 'A further attempt exists only after the last one was proven absent or rejected, or for a protective sell in doubt.';
COMMENT ON COLUMN orders.price IS 'Limit, quote per base; null on market orders.';
COMMENT ON COLUMN orders.quantity IS 'Asked, base currency.';
COMMENT ON COLUMN orders.status IS 'prepared: intended; authorised: may have been sent; in_doubt: the answer is missing; live: the exchange has it; rejected: it refused; not_placed: proven absent; done: it ended, fills are being collected; closed: ended and all fills known; abandoned: expired unsent; quarantined: a person has to look.';
COMMENT ON COLUMN orders.filled_quantity IS 'Sum of the fills, base currency.';
COMMENT ON COLUMN orders.filled_funds IS 'Sum of price times quantity of the fills, quote currency, without fees.';
COMMENT ON COLUMN orders.fee IS 'Sum of the fees known so far, in fee_currency; null until one is known.';
COMMENT ON COLUMN orders.reason IS 'Why the order was decided, in words.';
COMMENT ON COLUMN orders.candle_open_time IS 'Market time: the candle that the decision was made on.';
COMMENT ON COLUMN orders.trigger_price IS 'The price seen when it was decided, quote per base; slippage counts from here.';
COMMENT ON COLUMN orders.signal IS 'The strategy''s values at the decision.';
COMMENT ON COLUMN orders.risk IS 'The risk check''s inputs and verdict.';
COMMENT ON COLUMN orders.decided_at IS 'Market time of the decision.';
COMMENT ON COLUMN orders.intended_at IS 'Process time at which the intent was in the journal.';
COMMENT ON COLUMN orders.acked_at IS 'Process time at which the exchange had shown the order.';
COMMENT ON COLUMN orders.closed_at IS 'Process time of the end, whichever it was.';
GRANT SELECT, INSERT, UPDATE ON orders TO bot_app;
GRANT SELECT ON orders TO bot_ro;

CREATE TABLE fills (
  exchange_order_id text        NOT NULL,
  trade_id          bigint      NOT NULL,
  client_order_id   text        NOT NULL REFERENCES orders ON DELETE RESTRICT,
  side              order_side  NOT NULL,
  price             numeric     NOT NULL CHECK (price > 0 AND price < 'Infinity'),
  quantity          numeric     NOT NULL CHECK (quantity > 0 AND quantity < 'Infinity'),
  fee               numeric,
  fee_currency      text,
  maker             boolean,
  executed_at       timestamptz NOT NULL,
  PRIMARY KEY (exchange_order_id, trade_id),
  CHECK ((fee IS NULL) = (fee_currency IS NULL))
);
CREATE INDEX fills_client_order_idx ON fills (client_order_id);
CREATE INDEX fills_executed_at_idx ON fills (executed_at);
COMMENT ON TABLE fills IS 'Executions, each once. Both sides of a self-trade share the trade id, hence the key.';
COMMENT ON COLUMN fills.price IS 'Quote per base.';
COMMENT ON COLUMN fills.quantity IS 'Base currency.';
COMMENT ON COLUMN fills.fee IS 'In fee_currency; negative is a rebate; null until the exchange has told it.';
COMMENT ON COLUMN fills.maker IS 'True when the order was resting; null where the exchange has not told.';
COMMENT ON COLUMN fills.executed_at IS 'The exchange''s time.';
GRANT SELECT, INSERT, UPDATE ON fills TO bot_app;
GRANT SELECT ON fills TO bot_ro;

CREATE TABLE positions (
  symbol_id           integer     PRIMARY KEY REFERENCES symbols ON DELETE RESTRICT,
  quantity            numeric     NOT NULL CHECK (quantity >= 0 AND quantity < 'Infinity'),
  average_entry_price numeric     CHECK (average_entry_price > 0),
  cost                numeric     NOT NULL CHECK (cost >= 0),
  realised_pnl        numeric     NOT NULL DEFAULT 0,
  fees                numeric     NOT NULL DEFAULT 0,
  stop_price          numeric     CHECK (stop_price > 0),
  take_profit_price   numeric     CHECK (take_profit_price > 0),
  trailing_distance   numeric     CHECK (trailing_distance > 0),
  protected           boolean     NOT NULL,
  opened_at           timestamptz,
  updated_at          timestamptz NOT NULL,
  CONSTRAINT positions_held_has_an_entry CHECK (quantity = 0 OR (average_entry_price IS NOT NULL AND opened_at IS NOT NULL))
);
COMMENT ON TABLE positions IS 'What is held, one row a pair that was ever traded; a flat one has quantity 0.';
COMMENT ON COLUMN positions.quantity IS 'Held, base currency.';
COMMENT ON COLUMN positions.average_entry_price IS 'Quote per base, without fees; null when flat.';
COMMENT ON COLUMN positions.cost IS 'Paid for what is held, quote currency, without fees.';
COMMENT ON COLUMN positions.realised_pnl IS 'Of everything sold so far, quote currency, before fees.';
COMMENT ON COLUMN positions.fees IS 'Paid so far, quote currency.';
COMMENT ON COLUMN positions.stop_price IS 'Sells when the price falls to it, quote per base.';
COMMENT ON COLUMN positions.take_profit_price IS 'Sells when the price rises to it, quote per base.';
COMMENT ON COLUMN positions.trailing_distance IS 'The stop follows the highest price at this distance, quote per base.';
COMMENT ON COLUMN positions.protected IS 'True while a stop stands for the whole quantity, or nothing is held that could be sold.';
COMMENT ON COLUMN positions.opened_at IS 'Market time of the first fill of what is held.';
COMMENT ON COLUMN positions.updated_at IS 'Market time of the last change.';
GRANT SELECT, INSERT, UPDATE ON positions TO bot_app;
GRANT SELECT ON positions TO bot_ro;

CREATE TABLE trades (
  symbol_id   integer     NOT NULL REFERENCES symbols ON DELETE RESTRICT,
  number      bigint      NOT NULL CHECK (number > 0),
  strategy    text        NOT NULL,
  opened_at   timestamptz NOT NULL,
  closed_at   timestamptz NOT NULL,
  quantity    numeric     NOT NULL CHECK (quantity > 0),
  entry_price numeric     NOT NULL CHECK (entry_price > 0),
  exit_price  numeric     NOT NULL CHECK (exit_price > 0),
  gross_pnl   numeric     NOT NULL,
  fees        numeric     NOT NULL,
  net_pnl     numeric     NOT NULL GENERATED ALWAYS AS (gross_pnl - fees) STORED,
  exit_reason text        NOT NULL,
  PRIMARY KEY (symbol_id, number),
  CHECK (opened_at <= closed_at)
);
CREATE INDEX trades_closed_at_idx ON trades (closed_at);
COMMENT ON TABLE trades IS 'Closed round trips, from flat to flat.';
COMMENT ON COLUMN trades.number IS 'The pair''s counter of round trips.';
COMMENT ON COLUMN trades.quantity IS 'Bought and sold, base currency.';
COMMENT ON COLUMN trades.entry_price IS 'Average, quote per base.';
COMMENT ON COLUMN trades.exit_price IS 'Average, quote per base.';
COMMENT ON COLUMN trades.gross_pnl IS 'Quote currency, before fees.';
COMMENT ON COLUMN trades.fees IS 'Quote currency.';
COMMENT ON COLUMN trades.net_pnl IS 'gross_pnl - fees, quote currency; the database computes it.';
COMMENT ON COLUMN trades.opened_at IS 'Market time of the first fill.';
COMMENT ON COLUMN trades.closed_at IS 'Market time of the last fill.';
GRANT SELECT, INSERT, UPDATE ON trades TO bot_app;
GRANT SELECT ON trades TO bot_ro;

CREATE TABLE equity (
  at              timestamptz PRIMARY KEY,
  equity          numeric     NOT NULL,
  cash            numeric     NOT NULL,
  positions_value numeric     NOT NULL CHECK (positions_value >= 0),
  peak            numeric     NOT NULL,
  drawdown        numeric     NOT NULL CHECK (drawdown >= 0),
  realised_pnl    numeric     NOT NULL,
  fees            numeric     NOT NULL
);
COMMENT ON TABLE equity IS 'The account''s value over time, quote currency.';
COMMENT ON COLUMN equity.at IS 'Market time.';
COMMENT ON COLUMN equity.equity IS 'cash + positions_value.';
COMMENT ON COLUMN equity.cash IS 'Quote currency, reserved for orders or not.';
COMMENT ON COLUMN equity.positions_value IS 'Holdings at their last prices.';
COMMENT ON COLUMN equity.peak IS 'Highest equity so far.';
COMMENT ON COLUMN equity.drawdown IS '(peak - equity) / peak, a fraction.';
COMMENT ON COLUMN equity.realised_pnl IS 'So far, before fees.';
COMMENT ON COLUMN equity.fees IS 'Paid so far.';
GRANT SELECT, INSERT, UPDATE ON equity TO bot_app;
GRANT SELECT ON equity TO bot_ro;
