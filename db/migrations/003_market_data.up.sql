CREATE TABLE symbols (
  symbol_id      integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol         text        NOT NULL UNIQUE CHECK (symbol ~ '^[A-Z0-9]{1,15}-[A-Z0-9]{2,10}$'),
  base_currency  text        NOT NULL,
  quote_currency text        NOT NULL,
  first_seen_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE symbols IS 'Registry of pairs. The id goes into client order ids: never reused, never deleted, never changed.';
COMMENT ON COLUMN symbols.symbol IS 'The exchange''s name, permanent: a renamed coin keeps it while its currencies change.';
COMMENT ON COLUMN symbols.base_currency IS 'Currency bought and sold.';
COMMENT ON COLUMN symbols.quote_currency IS 'Currency that prices are in.';
CREATE TRIGGER symbols_are_kept BEFORE DELETE ON symbols FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER symbols_are_not_emptied BEFORE TRUNCATE ON symbols FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER symbols_keep_their_names BEFORE UPDATE OF symbol_id, symbol ON symbols FOR EACH ROW
  WHEN (OLD.symbol_id IS DISTINCT FROM NEW.symbol_id OR OLD.symbol IS DISTINCT FROM NEW.symbol) EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT (symbol, base_currency, quote_currency), UPDATE (base_currency, quote_currency) ON symbols TO bot_app;
GRANT SELECT ON symbols TO bot_ro;

CREATE DOMAIN candle_interval AS text CHECK (VALUE IN
  ('1min', '3min', '5min', '15min', '30min', '1hour', '2hour', '4hour', '6hour', '8hour', '12hour', '1day', '1week'));
COMMENT ON DOMAIN candle_interval IS 'A candle''s length, by the exchange''s name.';

CREATE TABLE candles (
  symbol_id  integer     NOT NULL REFERENCES symbols ON DELETE RESTRICT,
  interval   candle_interval NOT NULL,
  open_time  timestamptz NOT NULL,
  open       numeric     NOT NULL,
  high       numeric     NOT NULL,
  low        numeric     NOT NULL,
  close      numeric     NOT NULL,
  volume     numeric     NOT NULL CHECK (volume >= 0),
  turnover   numeric     CHECK (turnover >= 0),
  event_time timestamptz NOT NULL,
  source     text        NOT NULL CHECK (source IN ('stream', 'rest')),
  revision   integer     NOT NULL DEFAULT 0 CHECK (revision >= 0),
  CONSTRAINT candles_pk PRIMARY KEY (symbol_id, interval, open_time),
  -- 'NaN' is a numeric in Postgres and above every number, so the upper bound keeps it out.
  CONSTRAINT candles_prices CHECK (low > 0 AND low <= open AND low <= close AND high >= open AND high >= close AND high < 'Infinity')
) PARTITION BY RANGE (open_time);
COMMENT ON TABLE candles IS 'Closed candles, one partition a month (UTC) of their open time. Retention drops whole months: drop_candle_partitions.';
COMMENT ON COLUMN candles.open_time IS 'Market time of the candle''s start.';
COMMENT ON COLUMN candles.open IS 'First trade, quote per base.';
COMMENT ON COLUMN candles.high IS 'Highest trade, quote per base.';
COMMENT ON COLUMN candles.low IS 'Lowest trade, quote per base.';
COMMENT ON COLUMN candles.close IS 'Last trade, quote per base.';
COMMENT ON COLUMN candles.volume IS 'Traded base currency.';
COMMENT ON COLUMN candles.turnover IS 'Traded quote currency; null where the source has none, never 0 instead.';
COMMENT ON COLUMN candles.event_time IS 'The exchange''s time of the message or trade that closed the candle, not the time of its arrival here.';
COMMENT ON COLUMN candles.source IS 'stream: pushed by the exchange; rest: fetched.';
COMMENT ON COLUMN candles.revision IS 'How often the exchange corrected the candle after it was stored.';
GRANT SELECT, INSERT, UPDATE ON candles TO bot_app;
GRANT SELECT ON candles TO bot_ro;

CREATE TABLE candle_holes (
  symbol_id   integer     NOT NULL REFERENCES symbols ON DELETE RESTRICT,
  interval    candle_interval NOT NULL,
  from_time   timestamptz NOT NULL,
  to_time     timestamptz NOT NULL,
  reason      text        NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (symbol_id, interval, from_time),
  CHECK (from_time < to_time)
);
COMMENT ON TABLE candle_holes IS 'Gaps that could not be filled: strategies see a hole, never an invented candle. A hole that gets filled is deleted.';
COMMENT ON COLUMN candle_holes.from_time IS 'Open time of the first missing candle.';
COMMENT ON COLUMN candle_holes.to_time IS 'Open time of the first candle that is there again.';
GRANT SELECT, INSERT, UPDATE, DELETE ON candle_holes TO bot_app;
GRANT SELECT ON candle_holes TO bot_ro;

-- The application has no right to make or drop a table; it may call these two, which can do nothing else.
CREATE FUNCTION ensure_candle_partition(at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
  name  text := 'candles_' || to_char(month, 'YYYY_MM');
BEGIN
  -- A time outside of this range is seconds taken for milliseconds, or the like; it must not leave a table behind.
  IF month IS NULL OR month < '2009-01-01' OR month >= '2100-01-01' THEN
    RAISE EXCEPTION 'no candle is from %', coalesce(at::text, 'null') USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF to_regclass('public.' || name) IS NOT NULL THEN
    RETURN name;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('candles'), hashtext(name));
  -- Asked of the table itself: what this session remembers of the name is from before the wait.
  IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = name) THEN
    RETURN name;
  END IF;
  -- Made beside the table and then attached: that lock lets readers and writers of the other months go on.
  EXECUTE format('CREATE TABLE public.%I (LIKE public.candles INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
  EXECUTE format('ALTER TABLE public.candles ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
  RETURN name;
END $$;
REVOKE EXECUTE ON FUNCTION ensure_candle_partition(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_candle_partition(timestamptz) TO bot_app;
COMMENT ON FUNCTION ensure_candle_partition(timestamptz) IS 'Makes the partition of candles for the month of this time unless it is there; answers its name.';

CREATE FUNCTION drop_candle_partitions(older_than timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
-- Dropping locks the whole table for a moment. Behind a long reader it gives up instead of making everybody queue; the caller tries again later.
SET lock_timeout = '5s'
AS $$
DECLARE
  part    name;
  dropped integer := 0;
BEGIN
  IF older_than IS NULL OR NOT isfinite(older_than) THEN
    RAISE EXCEPTION 'a point in time is needed' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR part IN
    SELECT child.relname
    FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'public.candles'::regclass
      AND child.relname ~ '^candles_\d{4}_\d{2}$'
      AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= older_than AT TIME ZONE 'UTC'
    ORDER BY 1
  LOOP
    EXECUTE format('DROP TABLE public.%I', part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE EXECUTE ON FUNCTION drop_candle_partitions(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_candle_partitions(timestamptz) TO bot_app;
COMMENT ON FUNCTION drop_candle_partitions(timestamptz) IS 'Retention: drops every month of candles that ended before this time; answers how many.';
