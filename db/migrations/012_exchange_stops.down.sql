-- Stops stay as the exits that they are to the release before.
DROP VIEW order_explanations;
DROP VIEW holdings;
ALTER TABLE positions DROP COLUMN exchange_stop;
ALTER TABLE orders
  DROP CONSTRAINT orders_stop_waits_for_a_price,
  DROP CONSTRAINT orders_only_a_stop_triggers,
  DROP COLUMN stop_price,
  DROP COLUMN triggered_at,
  DROP COLUMN child_order_id;
ALTER TYPE order_leg RENAME TO order_leg_with_stop;
CREATE TYPE order_leg AS ENUM ('entry', 'exit');
ALTER TABLE orders ALTER COLUMN leg TYPE order_leg USING (CASE leg::text WHEN 'stop' THEN 'exit' ELSE leg::text END)::order_leg;
DROP TYPE order_leg_with_stop;
COMMENT ON COLUMN orders.leg IS 'entry: opens or grows a position; exit: reduces it.';

CREATE VIEW holdings AS
SELECT
  s.symbol,
  s.base_currency,
  p.quantity,
  s.quote_currency,
  p.average_entry_price,
  p.cost,
  last.close                                     AS last_price,
  last.event_time                                AS last_price_at,
  p.quantity * last.close                        AS value,
  p.quantity * last.close - p.cost               AS unrealised_pnl,
  p.realised_pnl,
  p.fees,
  p.stop_price,
  p.take_profit_price,
  p.trailing_distance,
  p.protected,
  p.opened_at
FROM positions p
JOIN symbols s USING (symbol_id)
LEFT JOIN LATERAL (
  -- The latest close of any interval: each is one step in the primary key of the newest partitions.
  SELECT newest.close, newest.event_time
  FROM unnest(ARRAY['1min', '3min', '5min', '15min', '30min', '1hour', '2hour', '4hour', '6hour', '8hour', '12hour', '1day', '1week']) AS length(name)
  CROSS JOIN LATERAL (
    SELECT c.close, c.event_time FROM candles c
    WHERE c.symbol_id = p.symbol_id AND c.interval = length.name
    ORDER BY c.open_time DESC LIMIT 1) AS newest
  ORDER BY newest.event_time DESC LIMIT 1) AS last ON true
WHERE p.quantity > 0;
COMMENT ON VIEW holdings IS 'What is held now, what it cost and what it is worth at the last stored price. Amounts of money are in quote_currency.';

CREATE VIEW order_explanations AS
SELECT
  o.decided_at,
  s.symbol,
  o.status,
  format('%s %s %s %s',
    o.side, trim_scale(o.quantity), s.base_currency,
    CASE WHEN o.type = 'limit' THEN format('at %s %s or better', trim_scale(o.price), s.quote_currency) ELSE 'at market' END) AS what,
  format('%s of %s: %s', o.leg, o.strategy, o.reason)
    || CASE WHEN o.attempt > 1 THEN format(' (attempt %s)', o.attempt) ELSE '' END AS why,
  CASE o.status
    WHEN 'prepared'    THEN 'decided, not sent yet'
    WHEN 'authorised'  THEN 'sent or about to be, no answer yet'
    WHEN 'in_doubt'    THEN 'the exchange has not answered; being looked for'
    WHEN 'live'        THEN 'at the exchange'
    WHEN 'rejected'    THEN concat_ws(' ', 'refused by the exchange:', o.reject_code, o.reject_message)
    WHEN 'not_placed'  THEN 'proven never to have reached the exchange'
    WHEN 'done'        THEN 'ended at the exchange; its fills are being collected'
    WHEN 'closed'      THEN CASE WHEN o.filled_quantity = 0 THEN 'ended without a fill'
                                 WHEN o.filled_quantity < o.quantity THEN 'ended, partly filled' ELSE 'filled' END
    WHEN 'abandoned'   THEN 'expired before it was sent'
    WHEN 'quarantined' THEN 'a person has to look at it'
  END AS outcome,
  o.filled_quantity,
  o.filled_funds / nullif(o.filled_quantity, 0) AS average_price,
  o.filled_funds,
  o.fee,
  o.fee_currency,
  CASE WHEN o.filled_quantity > 0 THEN
    CASE o.side WHEN 'buy' THEN -o.filled_funds ELSE o.filled_funds END
      - CASE WHEN o.fee_currency = s.quote_currency THEN o.fee ELSE 0 END
  END AS cash_change,
  s.quote_currency,
  CASE WHEN o.filled_quantity > 0 AND o.trigger_price IS NOT NULL THEN
    round(100 * (o.filled_funds / o.filled_quantity - o.trigger_price) / o.trigger_price * CASE o.side WHEN 'buy' THEN 1 ELSE -1 END, 4)
  END AS slippage_percent,
  o.signal,
  o.risk,
  o.candle_open_time,
  o.client_order_id,
  o.exchange_order_id,
  o.configuration_version
FROM orders o
JOIN symbols s USING (symbol_id);
COMMENT ON VIEW order_explanations IS 'Every order in words: what, why, how it ended, what it cost.';
COMMENT ON COLUMN order_explanations.average_price IS 'Of the fills, quote per base.';
COMMENT ON COLUMN order_explanations.cash_change IS 'What it did to the cash, quote_currency, fees in that currency included: negative was paid, positive was received.';
COMMENT ON COLUMN order_explanations.slippage_percent IS 'How much worse than the price seen at the decision; negative is better.';

GRANT SELECT ON holdings, order_explanations TO bot_app, bot_ro;
