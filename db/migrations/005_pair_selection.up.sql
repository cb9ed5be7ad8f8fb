CREATE TYPE pair_status AS ENUM ('listed', 'halted', 'delisted');
CREATE TABLE trading_pairs (
  symbol_id             integer          PRIMARY KEY REFERENCES symbols ON DELETE RESTRICT,
  status                pair_status      NOT NULL,
  fee_currency          text             NOT NULL,
  base_increment        numeric          NOT NULL CHECK (base_increment > 0),
  quote_increment       numeric          NOT NULL CHECK (quote_increment > 0),
  price_increment       numeric          NOT NULL CHECK (price_increment > 0),
  base_min_size         numeric          NOT NULL CHECK (base_min_size >= 0),
  base_max_size         numeric          NOT NULL CHECK (base_max_size >= base_min_size),
  quote_min_size        numeric          NOT NULL CHECK (quote_min_size >= 0),
  quote_max_size        numeric          NOT NULL CHECK (quote_max_size >= quote_min_size),
  min_funds             numeric          CHECK (min_funds >= 0),
  price_limit_rate      numeric          NOT NULL CHECK (price_limit_rate >= 0),
  rules_at              timestamptz      NOT NULL,
  quote_volume_24h      numeric          CHECK (quote_volume_24h >= 0),
  volatility            double precision CHECK (volatility >= 0 AND volatility < 'Infinity'),
  volatility_score      double precision CHECK (volatility_score BETWEEN 0 AND 1),
  correlation           double precision CHECK (correlation BETWEEN -1 AND 1),
  correlation_benchmark text,
  spread                double precision CHECK (spread >= 0 AND spread < 'Infinity'),
  liquidity             numeric          CHECK (liquidity >= 0),
  score                 double precision CHECK (score BETWEEN 0 AND 1),
  metrics_at            timestamptz,
  CHECK (correlation IS NULL OR correlation_benchmark IS NOT NULL)
);
COMMENT ON TABLE trading_pairs IS 'What the exchange says of each pair, and what was measured of it. A metric that could not be measured is null, never 0.';
COMMENT ON COLUMN trading_pairs.status IS 'listed: trades; halted: the exchange has switched trading off; delisted: gone from the exchange''s list.';
COMMENT ON COLUMN trading_pairs.base_increment IS 'Sizes are whole multiples of this, base currency.';
COMMENT ON COLUMN trading_pairs.quote_increment IS 'Funds are whole multiples of this, quote currency.';
COMMENT ON COLUMN trading_pairs.price_increment IS 'Prices are whole multiples of this, quote per base.';
COMMENT ON COLUMN trading_pairs.base_min_size IS 'Smallest size, base currency.';
COMMENT ON COLUMN trading_pairs.base_max_size IS 'Largest size, base currency.';
COMMENT ON COLUMN trading_pairs.quote_min_size IS 'Smallest funds of a market order by funds, quote currency.';
COMMENT ON COLUMN trading_pairs.quote_max_size IS 'Largest funds of a market order by funds, quote currency.';
COMMENT ON COLUMN trading_pairs.min_funds IS 'Smallest value of an order, quote currency; null where the exchange states none.';
COMMENT ON COLUMN trading_pairs.price_limit_rate IS 'Price protection band as a fraction: 0.1 is 10 %.';
COMMENT ON COLUMN trading_pairs.rules_at IS 'When the exchange''s rules were read.';
COMMENT ON COLUMN trading_pairs.quote_volume_24h IS 'Traded in 24 hours, quote currency.';
COMMENT ON COLUMN trading_pairs.volatility IS 'Raw: standard deviation of the log returns over the selector''s window, a fraction.';
COMMENT ON COLUMN trading_pairs.volatility_score IS 'What the selector makes of the raw volatility, 0 (worst) to 1 (best).';
COMMENT ON COLUMN trading_pairs.correlation IS 'Of the returns with those of correlation_benchmark, -1 to 1.';
COMMENT ON COLUMN trading_pairs.spread IS '(ask - bid) / mid, a fraction.';
COMMENT ON COLUMN trading_pairs.liquidity IS 'Resting near the best prices, quote currency.';
COMMENT ON COLUMN trading_pairs.score IS 'The pair''s total score, 0 (worst) to 1 (best).';
COMMENT ON COLUMN trading_pairs.metrics_at IS 'Market time of the metrics.';
GRANT SELECT, INSERT, UPDATE ON trading_pairs TO bot_app;
GRANT SELECT ON trading_pairs TO bot_ro;

CREATE TABLE selections (
  selection_id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at                    timestamptz NOT NULL,
  recorded_at           timestamptz NOT NULL DEFAULT now(),
  considered            integer     NOT NULL CHECK (considered >= 0),
  benchmark             text,
  parameters            jsonb       NOT NULL,
  configuration_version text        REFERENCES configuration ON DELETE RESTRICT
);
CREATE INDEX selections_at_idx ON selections (at);
COMMENT ON TABLE selections IS 'Runs of the pair selector.';
COMMENT ON COLUMN selections.at IS 'Market time.';
COMMENT ON COLUMN selections.considered IS 'How many pairs were looked at.';
COMMENT ON COLUMN selections.benchmark IS 'The symbol that correlations were taken with.';
COMMENT ON COLUMN selections.parameters IS 'Filters, weights and thresholds of this run.';
GRANT SELECT, INSERT, DELETE ON selections TO bot_app;
GRANT SELECT ON selections TO bot_ro;

CREATE TYPE risk_level AS ENUM ('low', 'medium', 'high');
CREATE TABLE selected_pairs (
  selection_id bigint           NOT NULL REFERENCES selections ON DELETE CASCADE,
  symbol_id    integer          NOT NULL REFERENCES symbols ON DELETE RESTRICT,
  rank         integer          NOT NULL CHECK (rank > 0),
  score        double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
  risk_level   risk_level       NOT NULL,
  reason       text             NOT NULL,
  metrics      jsonb            NOT NULL DEFAULT '{}',
  PRIMARY KEY (selection_id, symbol_id),
  UNIQUE (selection_id, rank)
);
CREATE INDEX selected_pairs_symbol_idx ON selected_pairs (symbol_id, selection_id);
COMMENT ON TABLE selected_pairs IS 'The pairs that a run selected. Deleting a run deletes its rows.';
COMMENT ON COLUMN selected_pairs.rank IS '1 is the best.';
COMMENT ON COLUMN selected_pairs.score IS 'Total score at the run, 0 (worst) to 1 (best).';
COMMENT ON COLUMN selected_pairs.reason IS 'Why it was selected and why this risk level, in words.';
COMMENT ON COLUMN selected_pairs.metrics IS 'The metrics that the score was made of, as they were.';
GRANT SELECT, INSERT, DELETE ON selected_pairs TO bot_app;
GRANT SELECT ON selected_pairs TO bot_ro;
