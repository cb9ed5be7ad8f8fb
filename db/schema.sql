-- Generated from db/migrations by ./bot db schema (pg_dump 15). Do not edit: write a migration.

CREATE DOMAIN public.candle_interval AS text
	CONSTRAINT candle_interval_check CHECK ((VALUE = ANY (ARRAY['1min'::text, '3min'::text, '5min'::text, '15min'::text, '30min'::text, '1hour'::text, '2hour'::text, '4hour'::text, '6hour'::text, '8hour'::text, '12hour'::text, '1day'::text, '1week'::text])));

COMMENT ON DOMAIN public.candle_interval IS 'A candle''s length, by the exchange''s name.';

CREATE TYPE public.finding_kind AS ENUM (
    'foreign_order',
    'foreign_trade',
    'ghost',
    'journal_rollback',
    'another_deployment',
    'fill_missing',
    'stop_missing',
    'unexplained'
);

CREATE TYPE public.order_leg AS ENUM (
    'entry',
    'exit',
    'stop'
);

CREATE TYPE public.order_side AS ENUM (
    'buy',
    'sell'
);

CREATE TYPE public.order_status AS ENUM (
    'prepared',
    'authorised',
    'in_doubt',
    'live',
    'rejected',
    'not_placed',
    'done',
    'closed',
    'abandoned',
    'quarantined'
);

CREATE TYPE public.order_type AS ENUM (
    'limit',
    'market'
);

CREATE TYPE public.pair_status AS ENUM (
    'listed',
    'halted',
    'delisted'
);

CREATE TYPE public.risk_level AS ENUM (
    'low',
    'medium',
    'high'
);

CREATE TYPE public.risk_mode AS ENUM (
    'active',
    'reduce_only',
    'halted'
);

CREATE TYPE public.time_in_force AS ENUM (
    'gtc',
    'gtt',
    'ioc',
    'fok'
);

CREATE FUNCTION public.audit_chain() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
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

COMMENT ON FUNCTION public.audit_chain() IS 'Puts a new row at the end of the chain, whatever the writer says of its place.';

CREATE FUNCTION public.audit_faults() RETURNS TABLE(id bigint, fault text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public'
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

COMMENT ON FUNCTION public.audit_faults() IS 'Rows of the audit that do not fit the chain; none is good. Rows cut off its end do not show: compare the last hash with a copy kept elsewhere.';

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    session text,
    command_id text NOT NULL,
    command text NOT NULL,
    before jsonb,
    after jsonb,
    reason text,
    previous_hash text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT audit_command_check CHECK ((command <> ''::text)),
    CONSTRAINT audit_command_id_check CHECK ((command_id <> ''::text)),
    CONSTRAINT audit_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT audit_previous_hash_check CHECK ((previous_hash ~ '^[0-9a-f]{64}$'::text))
);

COMMENT ON TABLE public.audit IS 'Every command that changed something. Append only; each row carries the hash of the one before, so a change or a deletion shows (audit_faults).';

COMMENT ON COLUMN public.audit.id IS 'Place in the chain, from 1 without gaps; given by the database.';

COMMENT ON COLUMN public.audit.at IS 'Process time.';

COMMENT ON COLUMN public.audit.actor IS 'Who gave the command.';

COMMENT ON COLUMN public.audit.session IS 'Where it came from: the connection or the sign-in.';

COMMENT ON COLUMN public.audit.command_id IS 'Makes a repeated command one command.';

COMMENT ON COLUMN public.audit.before IS 'What the command changed, as it was.';

COMMENT ON COLUMN public.audit.after IS 'What the command changed, as it became.';

COMMENT ON COLUMN public.audit.previous_hash IS 'The hash of the row before; 64 zeros in the first. Unique, so the chain cannot fork.';

CREATE FUNCTION public.audit_hash(entry public.audit) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public'
    AS $$
  -- A JSON array keeps the borders between the fields; the epoch keeps the session's time zone out.
  SELECT encode(sha256(convert_to(jsonb_build_array(entry.previous_hash, entry.id, extract(epoch FROM entry.at), entry.actor, entry.session,
    entry.command_id, entry.command, entry.before, entry.after, entry.reason)::text, 'UTF8')), 'hex')
$$;

COMMENT ON FUNCTION public.audit_hash(entry public.audit) IS 'SHA-256 over the row and the hash of the one before it.';

CREATE FUNCTION public.drop_candle_partitions(older_than timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET lock_timeout TO '5s'
    AS $_$
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
END $_$;

COMMENT ON FUNCTION public.drop_candle_partitions(older_than timestamp with time zone) IS 'Retention: drops every month of candles that ended before this time; answers how many.';

CREATE FUNCTION public.ensure_candle_partition(at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
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

COMMENT ON FUNCTION public.ensure_candle_partition(at timestamp with time zone) IS 'Makes the partition of candles for the month of this time unless it is there; answers its name.';

CREATE FUNCTION public.mark_overfilled() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
  NEW.status := 'quarantined';
  RETURN NEW;
END $$;

COMMENT ON FUNCTION public.mark_overfilled() IS 'Puts an order that got more than it asked into quarantine.';

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are kept for ever', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

COMMENT ON FUNCTION public.refuse_change() IS 'Trigger that refuses the statement, for tables whose rows are kept for ever.';

CREATE TABLE public.account_findings (
    finding_key text NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    kind public.finding_kind NOT NULL,
    symbol text,
    client_order_id text,
    exchange_order_id text,
    currency text,
    amount numeric,
    what text NOT NULL,
    cleared_at timestamp with time zone,
    CONSTRAINT account_findings_amount_check CHECK (((amount > '-Infinity'::numeric) AND (amount < 'Infinity'::numeric))),
    CONSTRAINT account_findings_check CHECK (((kind = 'unexplained'::public.finding_kind) = ((currency IS NOT NULL) AND (amount IS NOT NULL)))),
    CONSTRAINT account_findings_check1 CHECK ((cleared_at >= raised_at)),
    CONSTRAINT account_findings_what_check CHECK ((what <> ''::text))
);

COMMENT ON TABLE public.account_findings IS 'What at the account did not fit the journals: orders and trades of other hands, ghosts, lost rows, balances that nothing explains.';

COMMENT ON COLUMN public.account_findings.finding_key IS 'The same thing has the same key in every sweep.';

COMMENT ON COLUMN public.account_findings.kind IS 'foreign_*: of other hands, never touched; ghost: settled here, alive there; journal_rollback: own order in no journal; another_deployment: another database trades with this key.';

COMMENT ON COLUMN public.account_findings.amount IS 'Of an unexplained balance: what is there beyond the books, below zero when missing; in currency.';

COMMENT ON COLUMN public.account_findings.what IS 'In words, with what to do.';

COMMENT ON COLUMN public.account_findings.cleared_at IS 'Process time at which it was gone; null while it stands.';

CREATE TABLE public.account_sweeps (
    account text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    full_at timestamp with time zone,
    failures text[] NOT NULL,
    watermark timestamp with time zone
);

COMMENT ON TABLE public.account_sweeps IS 'The last sweep of the account.';

COMMENT ON COLUMN public.account_sweeps.began_at IS 'The exchange''s time at which it began.';

COMMENT ON COLUMN public.account_sweeps.full_at IS 'When the last one began that asked for executions and balances too.';

COMMENT ON COLUMN public.account_sweeps.failures IS 'Lists that did not answer in it; empty when all did.';

COMMENT ON COLUMN public.account_sweeps.watermark IS 'When the last full sweep began in which every list answered.';

CREATE TABLE public.balance_checks (
    currency text NOT NULL,
    total numeric NOT NULL,
    booked numeric NOT NULL,
    difference numeric GENERATED ALWAYS AS ((total - booked)) STORED NOT NULL,
    asked_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.balance_checks IS 'Every balance held against the books, as last compared while nothing was under way in its currency.';

COMMENT ON COLUMN public.balance_checks.total IS 'What the exchange says, in currency.';

COMMENT ON COLUMN public.balance_checks.booked IS 'What the books say, in currency: how they began, every execution and fee, what other hands moved.';

COMMENT ON COLUMN public.balance_checks.difference IS 'What nothing explains.';

COMMENT ON COLUMN public.balance_checks.asked_at IS 'The exchange''s time at which the balance was asked for.';

CREATE TABLE public.candle_holes (
    symbol_id integer NOT NULL,
    "interval" public.candle_interval NOT NULL,
    from_time timestamp with time zone NOT NULL,
    to_time timestamp with time zone NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT candle_holes_check CHECK ((from_time < to_time))
);

COMMENT ON TABLE public.candle_holes IS 'Gaps that could not be filled: strategies see a hole, never an invented candle. A hole that gets filled is deleted.';

COMMENT ON COLUMN public.candle_holes.from_time IS 'Open time of the first missing candle.';

COMMENT ON COLUMN public.candle_holes.to_time IS 'Open time of the first candle that is there again.';

CREATE TABLE public.candles (
    symbol_id integer NOT NULL,
    "interval" public.candle_interval NOT NULL,
    open_time timestamp with time zone NOT NULL,
    open numeric NOT NULL,
    high numeric NOT NULL,
    low numeric NOT NULL,
    close numeric NOT NULL,
    volume numeric NOT NULL,
    turnover numeric,
    event_time timestamp with time zone NOT NULL,
    source text NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    CONSTRAINT candles_prices CHECK (((low > (0)::numeric) AND (low <= open) AND (low <= close) AND (high >= open) AND (high >= close) AND (high < 'Infinity'::numeric))),
    CONSTRAINT candles_revision_check CHECK ((revision >= 0)),
    CONSTRAINT candles_source_check CHECK ((source = ANY (ARRAY['stream'::text, 'rest'::text]))),
    CONSTRAINT candles_turnover_check CHECK ((turnover >= (0)::numeric)),
    CONSTRAINT candles_volume_check CHECK ((volume >= (0)::numeric))
)
PARTITION BY RANGE (open_time);

COMMENT ON TABLE public.candles IS 'Closed candles, one partition a month (UTC) of their open time. Retention drops whole months: drop_candle_partitions.';

COMMENT ON COLUMN public.candles.open_time IS 'Market time of the candle''s start.';

COMMENT ON COLUMN public.candles.open IS 'First trade, quote per base.';

COMMENT ON COLUMN public.candles.high IS 'Highest trade, quote per base.';

COMMENT ON COLUMN public.candles.low IS 'Lowest trade, quote per base.';

COMMENT ON COLUMN public.candles.close IS 'Last trade, quote per base.';

COMMENT ON COLUMN public.candles.volume IS 'Traded base currency.';

COMMENT ON COLUMN public.candles.turnover IS 'Traded quote currency; null where the source has none, never 0 instead.';

COMMENT ON COLUMN public.candles.event_time IS 'The exchange''s time of the message or trade that closed the candle, not the time of its arrival here.';

COMMENT ON COLUMN public.candles.source IS 'stream: pushed by the exchange; rest: fetched.';

COMMENT ON COLUMN public.candles.revision IS 'How often the exchange corrected the candle after it was stored.';

CREATE TABLE public.configuration (
    version text NOT NULL,
    effective jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT configuration_version_check CHECK ((version ~ '^[0-9a-f]{64}$'::text))
);

COMMENT ON TABLE public.configuration IS 'Every configuration that was ever in force, so that an order can be explained by the one it was decided under.';

COMMENT ON COLUMN public.configuration.version IS 'SHA-256 of the effective configuration, hexadecimal.';

COMMENT ON COLUMN public.configuration.effective IS 'All settings after files, environment and defaults were merged; without secrets.';

CREATE TABLE public.control_trips (
    hour timestamp with time zone NOT NULL,
    control text NOT NULL,
    symbol text NOT NULL,
    trips bigint NOT NULL,
    last_reason text NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT control_trips_control_check CHECK ((control ~ '^C\d{1,2}$'::text)),
    CONSTRAINT control_trips_trips_check CHECK ((trips > 0))
);

COMMENT ON TABLE public.control_trips IS 'How often each risk control refused or stopped something (RELIABILITY.md C28), an hour a row.';

COMMENT ON COLUMN public.control_trips.control IS 'Its number: C1 to C28.';

COMMENT ON COLUMN public.control_trips.symbol IS 'The pair; empty: the account or a node.';

COMMENT ON COLUMN public.control_trips.last_reason IS 'The last refusal, in CATEGORY key=value form.';

CREATE TABLE public.deployment (
    code text NOT NULL,
    account_hash text NOT NULL,
    only_one boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT deployment_account_hash_check CHECK ((account_hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT deployment_code_check CHECK ((code ~ '^[a-z0-9]{6}$'::text)),
    CONSTRAINT deployment_only_one_check CHECK (only_one)
);

COMMENT ON TABLE public.deployment IS 'Who this database trades as. One row, written at its first start and never changed.';

COMMENT ON COLUMN public.deployment.code IS 'Six characters, part of every client order id.';

COMMENT ON COLUMN public.deployment.account_hash IS 'SHA-256 of the API key that it was made for: tells accounts apart and names none.';

COMMENT ON COLUMN public.deployment.only_one IS 'Unique and always true: a second row is refused.';

CREATE TABLE public.equity (
    at timestamp with time zone NOT NULL,
    equity numeric NOT NULL,
    cash numeric NOT NULL,
    positions_value numeric NOT NULL,
    peak numeric NOT NULL,
    drawdown numeric NOT NULL,
    realised_pnl numeric NOT NULL,
    fees numeric NOT NULL,
    CONSTRAINT equity_drawdown_check CHECK ((drawdown >= (0)::numeric)),
    CONSTRAINT equity_positions_value_check CHECK ((positions_value >= (0)::numeric))
);

COMMENT ON TABLE public.equity IS 'The account''s value over time, quote currency.';

COMMENT ON COLUMN public.equity.at IS 'Market time.';

COMMENT ON COLUMN public.equity.equity IS 'cash + positions_value.';

COMMENT ON COLUMN public.equity.cash IS 'Quote currency, reserved for orders or not.';

COMMENT ON COLUMN public.equity.positions_value IS 'Holdings at their last prices.';

COMMENT ON COLUMN public.equity.peak IS 'Highest equity so far.';

COMMENT ON COLUMN public.equity.drawdown IS '(peak - equity) / peak, a fraction.';

COMMENT ON COLUMN public.equity.realised_pnl IS 'So far, before fees.';

COMMENT ON COLUMN public.equity.fees IS 'Paid so far.';

CREATE TABLE public.external_movements (
    ledger_id bigint NOT NULL,
    currency text NOT NULL,
    amount numeric NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    booked_at timestamp with time zone NOT NULL,
    CONSTRAINT external_movements_amount_check CHECK (((amount <> (0)::numeric) AND (amount > '-Infinity'::numeric) AND (amount < 'Infinity'::numeric)))
);

COMMENT ON TABLE public.external_movements IS 'Money that came or went by other hands, each line of the exchange''s ledger once.';

COMMENT ON COLUMN public.external_movements.ledger_id IS 'The exchange''s number of the line.';

COMMENT ON COLUMN public.external_movements.amount IS 'In currency; below zero when it left.';

COMMENT ON COLUMN public.external_movements.moved_at IS 'The exchange''s time.';

COMMENT ON COLUMN public.external_movements.reason IS 'As the exchange names it.';

COMMENT ON COLUMN public.external_movements.booked_at IS 'Process time at which the books took it over.';

CREATE TABLE public.fills (
    exchange_order_id text NOT NULL,
    trade_id bigint NOT NULL,
    client_order_id text NOT NULL,
    side public.order_side NOT NULL,
    price numeric NOT NULL,
    quantity numeric NOT NULL,
    fee numeric,
    fee_currency text,
    maker boolean,
    executed_at timestamp with time zone NOT NULL,
    CONSTRAINT fills_check CHECK (((fee IS NULL) = (fee_currency IS NULL))),
    CONSTRAINT fills_price_check CHECK (((price > (0)::numeric) AND (price < 'Infinity'::numeric))),
    CONSTRAINT fills_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'Infinity'::numeric)))
);

COMMENT ON TABLE public.fills IS 'Executions, each once. Both sides of a self-trade share the trade id, hence the key.';

COMMENT ON COLUMN public.fills.price IS 'Quote per base.';

COMMENT ON COLUMN public.fills.quantity IS 'Base currency.';

COMMENT ON COLUMN public.fills.fee IS 'In fee_currency; negative is a rebate; null until the exchange has told it.';

COMMENT ON COLUMN public.fills.maker IS 'True when the order was resting; null where the exchange has not told.';

COMMENT ON COLUMN public.fills.executed_at IS 'The exchange''s time.';

CREATE TABLE public.positions (
    symbol_id integer NOT NULL,
    quantity numeric NOT NULL,
    average_entry_price numeric,
    cost numeric NOT NULL,
    realised_pnl numeric DEFAULT 0 NOT NULL,
    fees numeric DEFAULT 0 NOT NULL,
    stop_price numeric,
    take_profit_price numeric,
    trailing_distance numeric,
    protected boolean NOT NULL,
    opened_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    exchange_stop numeric DEFAULT 0 NOT NULL,
    CONSTRAINT positions_average_entry_price_check CHECK ((average_entry_price > (0)::numeric)),
    CONSTRAINT positions_cost_check CHECK ((cost >= (0)::numeric)),
    CONSTRAINT positions_exchange_stop_check CHECK ((exchange_stop >= (0)::numeric)),
    CONSTRAINT positions_held_has_an_entry CHECK (((quantity = (0)::numeric) OR ((average_entry_price IS NOT NULL) AND (opened_at IS NOT NULL)))),
    CONSTRAINT positions_quantity_check CHECK (((quantity >= (0)::numeric) AND (quantity < 'Infinity'::numeric))),
    CONSTRAINT positions_stop_price_check CHECK ((stop_price > (0)::numeric)),
    CONSTRAINT positions_take_profit_price_check CHECK ((take_profit_price > (0)::numeric)),
    CONSTRAINT positions_trailing_distance_check CHECK ((trailing_distance > (0)::numeric))
);

COMMENT ON TABLE public.positions IS 'What is held, one row a pair that was ever traded; a flat one has quantity 0.';

COMMENT ON COLUMN public.positions.quantity IS 'Held, base currency.';

COMMENT ON COLUMN public.positions.average_entry_price IS 'Quote per base, without fees; null when flat.';

COMMENT ON COLUMN public.positions.cost IS 'Paid for what is held, quote currency, without fees.';

COMMENT ON COLUMN public.positions.realised_pnl IS 'Of everything sold so far, quote currency, before fees.';

COMMENT ON COLUMN public.positions.fees IS 'Paid so far, quote currency.';

COMMENT ON COLUMN public.positions.stop_price IS 'Sells when the price falls to it, quote per base.';

COMMENT ON COLUMN public.positions.take_profit_price IS 'Sells when the price rises to it, quote per base.';

COMMENT ON COLUMN public.positions.trailing_distance IS 'The stop follows the highest price at this distance, quote per base.';

COMMENT ON COLUMN public.positions.protected IS 'True while a stop stands for the whole quantity, or nothing is held that could be sold.';

COMMENT ON COLUMN public.positions.opened_at IS 'Market time of the first fill of what is held.';

COMMENT ON COLUMN public.positions.updated_at IS 'Market time of the last change.';

COMMENT ON COLUMN public.positions.exchange_stop IS 'Base currency for which the exchange was seen to hold a stop.';

CREATE TABLE public.symbols (
    symbol_id integer NOT NULL,
    symbol text NOT NULL,
    base_currency text NOT NULL,
    quote_currency text NOT NULL,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT symbols_symbol_check CHECK ((symbol ~ '^[A-Z0-9]{1,15}-[A-Z0-9]{2,10}$'::text))
);

COMMENT ON TABLE public.symbols IS 'Registry of pairs. The id goes into client order ids: never reused, never deleted, never changed.';

COMMENT ON COLUMN public.symbols.symbol IS 'The exchange''s name, permanent: a renamed coin keeps it while its currencies change.';

COMMENT ON COLUMN public.symbols.base_currency IS 'Currency bought and sold.';

COMMENT ON COLUMN public.symbols.quote_currency IS 'Currency that prices are in.';

CREATE VIEW public.holdings AS
 SELECT s.symbol,
    s.base_currency,
    p.quantity,
    s.quote_currency,
    p.average_entry_price,
    p.cost,
    last.close AS last_price,
    last.event_time AS last_price_at,
    (p.quantity * last.close) AS value,
    ((p.quantity * last.close) - p.cost) AS unrealised_pnl,
    p.realised_pnl,
    p.fees,
    p.stop_price,
    p.take_profit_price,
    p.trailing_distance,
    p.protected,
    p.exchange_stop,
    p.opened_at
   FROM ((public.positions p
     JOIN public.symbols s USING (symbol_id))
     LEFT JOIN LATERAL ( SELECT newest.close,
            newest.event_time
           FROM (unnest(ARRAY['1min'::text, '3min'::text, '5min'::text, '15min'::text, '30min'::text, '1hour'::text, '2hour'::text, '4hour'::text, '6hour'::text, '8hour'::text, '12hour'::text, '1day'::text, '1week'::text]) length(name)
             CROSS JOIN LATERAL ( SELECT c.close,
                    c.event_time
                   FROM public.candles c
                  WHERE ((c.symbol_id = p.symbol_id) AND ((c."interval")::text = length.name))
                  ORDER BY c.open_time DESC
                 LIMIT 1) newest)
          ORDER BY newest.event_time DESC
         LIMIT 1) last ON (true))
  WHERE (p.quantity > (0)::numeric);

COMMENT ON VIEW public.holdings IS 'What is held now, what it cost and what it is worth at the last stored price. Amounts of money are in quote_currency.';

CREATE TABLE public.instance (
    id smallint DEFAULT 1 NOT NULL,
    cluster text NOT NULL,
    node text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT instance_cluster_check CHECK ((cluster <> ''::text)),
    CONSTRAINT instance_id_check CHECK ((id = 1)),
    CONSTRAINT instance_node_check CHECK ((node <> ''::text))
);

COMMENT ON TABLE public.instance IS 'Which cluster trades on this database. It is alive while one of its nodes holds the advisory lock; a second cluster refuses to start (RELIABILITY.md F26).';

COMMENT ON COLUMN public.instance.cluster IS 'The list of seeds, the same at every node of one cluster; a node without seeds is a cluster of its own.';

COMMENT ON COLUMN public.instance.node IS 'The node that has founded it: host name and process.';

CREATE TABLE public.journal (
    ordering bigint NOT NULL,
    created bigint NOT NULL,
    deleted boolean NOT NULL,
    persistence_id text NOT NULL,
    sequence_number bigint NOT NULL,
    message bytea NOT NULL,
    manifest text,
    identifier integer,
    writer_uuid text
);

COMMENT ON TABLE public.journal IS 'Events of every durable actor, the truth that all read tables are made from. Never updated, never deleted.';

COMMENT ON COLUMN public.journal.created IS 'Process time of the write, Unix ms.';

COMMENT ON COLUMN public.journal.sequence_number IS 'Number of the event within its persistence id, from 1 without gaps.';

ALTER TABLE public.journal ALTER COLUMN ordering ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.journal_ordering_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.leases (
    name text NOT NULL,
    owner text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT leases_epoch_check CHECK ((epoch > 0))
);

COMMENT ON TABLE public.leases IS 'Who may run a singleton or a shard, until when. It shortens double running; the fence is journal_uq.';

COMMENT ON COLUMN public.leases.owner IS 'The node that holds it: system@host:port.';

COMMENT ON COLUMN public.leases.epoch IS 'Grows by one whenever the owner changes.';

COMMENT ON COLUMN public.leases.expires_at IS 'By the clock of this database, which alone judges it.';

CREATE TABLE public.operator_commands (
    id text NOT NULL,
    number bigint NOT NULL,
    given_at timestamp with time zone DEFAULT now() NOT NULL,
    command text NOT NULL,
    arguments jsonb NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    done_at timestamp with time zone,
    outcome text,
    CONSTRAINT operator_commands_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT operator_commands_command_check CHECK ((command = ANY (ARRAY['kill_switch'::text, 'resume'::text]))),
    CONSTRAINT operator_commands_done_has_an_outcome CHECK (((done_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT operator_commands_id_check CHECK ((id <> ''::text)),
    CONSTRAINT operator_commands_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE public.operator_commands IS 'Commands on their way to the running cluster; the audit keeps them for ever.';

COMMENT ON COLUMN public.operator_commands.id IS 'Makes a repeated command one command.';

COMMENT ON COLUMN public.operator_commands.arguments IS 'scope: *, a pair, or strategy:NAME; mode: of the kill switch.';

COMMENT ON COLUMN public.operator_commands.done_at IS 'Null while no node has done it.';

COMMENT ON COLUMN public.operator_commands.outcome IS 'What came of it, in words.';

ALTER TABLE public.operator_commands ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.operator_commands_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.orders (
    client_order_id text NOT NULL,
    exchange_order_id text,
    symbol_id integer NOT NULL,
    strategy text NOT NULL,
    intent_number bigint NOT NULL,
    leg public.order_leg NOT NULL,
    attempt integer NOT NULL,
    side public.order_side NOT NULL,
    type public.order_type NOT NULL,
    time_in_force public.time_in_force,
    price numeric,
    quantity numeric NOT NULL,
    status public.order_status NOT NULL,
    filled_quantity numeric DEFAULT 0 NOT NULL,
    filled_funds numeric DEFAULT 0 NOT NULL,
    fee numeric,
    fee_currency text,
    reason text NOT NULL,
    correlation_id text,
    candle_open_time timestamp with time zone,
    trigger_price numeric,
    signal jsonb,
    risk jsonb,
    configuration_version text,
    decided_at timestamp with time zone NOT NULL,
    intended_at timestamp with time zone NOT NULL,
    acked_at timestamp with time zone,
    closed_at timestamp with time zone,
    reject_code text,
    reject_message text,
    stop_price numeric,
    triggered_at timestamp with time zone,
    child_order_id text,
    CONSTRAINT orders_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT orders_client_order_id_check CHECK ((client_order_id ~ '^[A-Za-z0-9_-]{1,40}$'::text)),
    CONSTRAINT orders_end_has_a_time CHECK (((closed_at IS NOT NULL) OR (status <> ALL (ARRAY['rejected'::public.order_status, 'not_placed'::public.order_status, 'closed'::public.order_status, 'abandoned'::public.order_status])))),
    CONSTRAINT orders_fee_and_currency CHECK (((fee IS NULL) = (fee_currency IS NULL))),
    CONSTRAINT orders_fill_within_quantity CHECK (((filled_quantity <= quantity) OR (status = 'quarantined'::public.order_status))),
    CONSTRAINT orders_filled_funds_check CHECK ((filled_funds >= (0)::numeric)),
    CONSTRAINT orders_filled_quantity_check CHECK ((filled_quantity >= (0)::numeric)),
    CONSTRAINT orders_intent_number_check CHECK ((intent_number > 0)),
    CONSTRAINT orders_life_of_limit CHECK (((type = 'market'::public.order_type) OR (time_in_force IS NOT NULL))),
    CONSTRAINT orders_only_a_stop_triggers CHECK (((stop_price IS NOT NULL) OR ((triggered_at IS NULL) AND (child_order_id IS NULL)))),
    CONSTRAINT orders_price_check CHECK (((price > (0)::numeric) AND (price < 'Infinity'::numeric))),
    CONSTRAINT orders_price_iff_limit CHECK (((price IS NULL) = (type = 'market'::public.order_type))),
    CONSTRAINT orders_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'Infinity'::numeric))),
    CONSTRAINT orders_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT orders_reject_has_a_reason CHECK (((status <> 'rejected'::public.order_status) OR (reject_code IS NOT NULL) OR (reject_message IS NOT NULL))),
    CONSTRAINT orders_stop_price_check CHECK (((stop_price > (0)::numeric) AND (stop_price < 'Infinity'::numeric))),
    CONSTRAINT orders_stop_waits_for_a_price CHECK ((((leg)::text = 'stop'::text) = (stop_price IS NOT NULL))),
    CONSTRAINT orders_trigger_price_check CHECK ((trigger_price > (0)::numeric))
);

COMMENT ON TABLE public.orders IS 'Every order that was ever intended, why, and what it cost.';

COMMENT ON COLUMN public.orders.client_order_id IS 'Derived from deployment, pair, intent number, leg and attempt; the exchange knows the order by it.';

COMMENT ON COLUMN public.orders.exchange_order_id IS 'Null until the exchange has shown the order.';

COMMENT ON COLUMN public.orders.intent_number IS 'The pair''s counter of intents.';

COMMENT ON COLUMN public.orders.leg IS 'entry: opens or grows a position; exit: reduces it; stop: waits at the exchange and sells when the price falls to stop_price.';

COMMENT ON COLUMN public.orders.attempt IS 'A further attempt exists only after the last one was proven absent or rejected, or for a protective sell in doubt.';

COMMENT ON COLUMN public.orders.price IS 'Limit, quote per base; null on market orders.';

COMMENT ON COLUMN public.orders.quantity IS 'Asked, base currency.';

COMMENT ON COLUMN public.orders.status IS 'prepared: intended; authorised: may have been sent; in_doubt: the answer is missing; live: the exchange has it; rejected: it refused; not_placed: proven absent; done: it ended, fills are being collected; closed: ended and all fills known; abandoned: expired unsent; quarantined: a person has to look.';

COMMENT ON COLUMN public.orders.filled_quantity IS 'Sum of the fills, base currency.';

COMMENT ON COLUMN public.orders.filled_funds IS 'Sum of price times quantity of the fills, quote currency, without fees.';

COMMENT ON COLUMN public.orders.fee IS 'Sum of the fees known so far, in fee_currency; null until one is known.';

COMMENT ON COLUMN public.orders.reason IS 'Why the order was decided, in words.';

COMMENT ON COLUMN public.orders.candle_open_time IS 'Market time: the candle that the decision was made on.';

COMMENT ON COLUMN public.orders.trigger_price IS 'The price seen when it was decided, quote per base; slippage counts from here.';

COMMENT ON COLUMN public.orders.signal IS 'The strategy''s values at the decision.';

COMMENT ON COLUMN public.orders.risk IS 'The risk check''s inputs and verdict.';

COMMENT ON COLUMN public.orders.decided_at IS 'Market time of the decision.';

COMMENT ON COLUMN public.orders.intended_at IS 'Process time at which the intent was in the journal.';

COMMENT ON COLUMN public.orders.acked_at IS 'Process time at which the exchange had shown the order.';

COMMENT ON COLUMN public.orders.closed_at IS 'Process time of the end, whichever it was.';

COMMENT ON COLUMN public.orders.stop_price IS 'Of a stop: the exchange holds it back until the last trade is at this price or below, quote per base.';

COMMENT ON COLUMN public.orders.triggered_at IS 'Process time at which the stop''s price was known to have come.';

COMMENT ON COLUMN public.orders.child_order_id IS 'The exchange''s id of the order that the stop placed; fills carry it.';

CREATE VIEW public.order_explanations AS
 SELECT o.decided_at,
    s.symbol,
    o.status,
    format('%s %s %s %s'::text, o.side, trim_scale(o.quantity), s.base_currency, (
        CASE
            WHEN (o.type = 'limit'::public.order_type) THEN format('at %s %s or better'::text, trim_scale(o.price), s.quote_currency)
            ELSE 'at market'::text
        END ||
        CASE
            WHEN (o.stop_price IS NOT NULL) THEN format(' once it trades at %s %s'::text, trim_scale(o.stop_price), s.quote_currency)
            ELSE ''::text
        END)) AS what,
    (format('%s of %s: %s'::text, o.leg, o.strategy, o.reason) ||
        CASE
            WHEN (o.attempt > 1) THEN format(' (attempt %s)'::text, o.attempt)
            ELSE ''::text
        END) AS why,
        CASE o.status
            WHEN 'prepared'::public.order_status THEN 'decided, not sent yet'::text
            WHEN 'authorised'::public.order_status THEN 'sent or about to be, no answer yet'::text
            WHEN 'in_doubt'::public.order_status THEN 'the exchange has not answered; being looked for'::text
            WHEN 'live'::public.order_status THEN
            CASE
                WHEN (o.stop_price IS NULL) THEN 'at the exchange'::text
                WHEN (o.triggered_at IS NULL) THEN 'waits at the exchange for its price'::text
                ELSE 'its price has come'::text
            END
            WHEN 'rejected'::public.order_status THEN concat_ws(' '::text, 'refused by the exchange:', o.reject_code, o.reject_message)
            WHEN 'not_placed'::public.order_status THEN 'proven never to have reached the exchange'::text
            WHEN 'done'::public.order_status THEN 'ended at the exchange; its fills are being collected'::text
            WHEN 'closed'::public.order_status THEN
            CASE
                WHEN (o.filled_quantity = (0)::numeric) THEN 'ended without a fill'::text
                WHEN (o.filled_quantity < o.quantity) THEN 'ended, partly filled'::text
                ELSE 'filled'::text
            END
            WHEN 'abandoned'::public.order_status THEN 'expired before it was sent'::text
            WHEN 'quarantined'::public.order_status THEN 'a person has to look at it'::text
            ELSE NULL::text
        END AS outcome,
    o.filled_quantity,
    (o.filled_funds / NULLIF(o.filled_quantity, (0)::numeric)) AS average_price,
    o.filled_funds,
    o.fee,
    o.fee_currency,
        CASE
            WHEN (o.filled_quantity > (0)::numeric) THEN (
            CASE o.side
                WHEN 'buy'::public.order_side THEN (- o.filled_funds)
                ELSE o.filled_funds
            END -
            CASE
                WHEN (o.fee_currency = s.quote_currency) THEN o.fee
                ELSE (0)::numeric
            END)
            ELSE NULL::numeric
        END AS cash_change,
    s.quote_currency,
        CASE
            WHEN ((o.filled_quantity > (0)::numeric) AND (o.trigger_price IS NOT NULL)) THEN round(((((100)::numeric * ((o.filled_funds / o.filled_quantity) - o.trigger_price)) / o.trigger_price) * (
            CASE o.side
                WHEN 'buy'::public.order_side THEN 1
                ELSE '-1'::integer
            END)::numeric), 4)
            ELSE NULL::numeric
        END AS slippage_percent,
    o.signal,
    o.risk,
    o.candle_open_time,
    o.client_order_id,
    o.exchange_order_id,
    o.configuration_version
   FROM (public.orders o
     JOIN public.symbols s USING (symbol_id));

COMMENT ON VIEW public.order_explanations IS 'Every order in words: what, why, how it ended, what it cost.';

COMMENT ON COLUMN public.order_explanations.average_price IS 'Of the fills, quote per base.';

COMMENT ON COLUMN public.order_explanations.cash_change IS 'What it did to the cash, quote_currency, fees in that currency included: negative was paid, positive was received.';

COMMENT ON COLUMN public.order_explanations.slippage_percent IS 'How much worse than the price seen at the decision; negative is better.';

CREATE TABLE public.projection_progress (
    persistence_id text NOT NULL,
    sequence_number bigint NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT projection_progress_sequence_number_check CHECK ((sequence_number >= 0))
);

COMMENT ON TABLE public.projection_progress IS 'How far the read tables follow the journal, written in the same transaction as the rows they made.';

COMMENT ON COLUMN public.projection_progress.sequence_number IS 'Last event of the persistence id that the read tables show.';

CREATE TABLE public.risk_state (
    account text NOT NULL,
    mode public.risk_mode NOT NULL,
    reason text NOT NULL,
    changed_by text NOT NULL,
    since timestamp with time zone NOT NULL,
    scope text NOT NULL,
    CONSTRAINT risk_state_scope_check CHECK ((scope <> ''::text))
);

COMMENT ON TABLE public.risk_state IS 'The kill switch as every gateway reads it; the strictest row wins. active: trades; reduce_only: exits only; halted: no opening order, stops stay.';

COMMENT ON COLUMN public.risk_state.account IS 'Whose; * are the operator''s rows, for every account of this database. The others mirror the portfolio''s journal.';

COMMENT ON COLUMN public.risk_state.reason IS 'Why the mode was set, in words.';

COMMENT ON COLUMN public.risk_state.scope IS '* for everything, a pair (BTC-USDT), or strategy:NAME.';

CREATE TABLE public.schema_migrations (
    version bigint NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    checksum text DEFAULT current_setting('bot.migration_checksum'::text) NOT NULL
);

COMMENT ON TABLE public.schema_migrations IS 'Migrations that are in place, with the SHA-256 of the file that was applied.';

CREATE TABLE public.selected_pairs (
    selection_id bigint NOT NULL,
    symbol_id integer NOT NULL,
    rank integer NOT NULL,
    score double precision NOT NULL,
    risk_level public.risk_level NOT NULL,
    reason text NOT NULL,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT selected_pairs_rank_check CHECK ((rank > 0)),
    CONSTRAINT selected_pairs_score_check CHECK (((score >= (0)::double precision) AND (score <= (1)::double precision)))
);

COMMENT ON TABLE public.selected_pairs IS 'The pairs that a run selected. Deleting a run deletes its rows.';

COMMENT ON COLUMN public.selected_pairs.rank IS '1 is the best.';

COMMENT ON COLUMN public.selected_pairs.score IS 'Total score at the run, 0 (worst) to 1 (best).';

COMMENT ON COLUMN public.selected_pairs.reason IS 'Why it was selected and why this risk level, in words.';

COMMENT ON COLUMN public.selected_pairs.metrics IS 'The metrics that the score was made of, as they were.';

CREATE TABLE public.selections (
    selection_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    considered integer NOT NULL,
    benchmark text,
    parameters jsonb NOT NULL,
    configuration_version text,
    CONSTRAINT selections_considered_check CHECK ((considered >= 0))
);

COMMENT ON TABLE public.selections IS 'Runs of the pair selector.';

COMMENT ON COLUMN public.selections.at IS 'Market time.';

COMMENT ON COLUMN public.selections.considered IS 'How many pairs were looked at.';

COMMENT ON COLUMN public.selections.benchmark IS 'The symbol that correlations were taken with.';

COMMENT ON COLUMN public.selections.parameters IS 'Filters, weights and thresholds of this run.';

ALTER TABLE public.selections ALTER COLUMN selection_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.selections_selection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sharding_journal (
    ordering bigint NOT NULL,
    created bigint NOT NULL,
    deleted boolean NOT NULL,
    persistence_id text NOT NULL,
    sequence_number bigint NOT NULL,
    message bytea NOT NULL,
    manifest text,
    identifier integer,
    writer_uuid text
);

COMMENT ON TABLE public.sharding_journal IS 'Events of cluster sharding itself: which pairs are remembered. Pruned by the plugin.';

ALTER TABLE public.sharding_journal ALTER COLUMN ordering ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sharding_journal_ordering_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sharding_snapshot (
    persistence_id text NOT NULL,
    sequence_number bigint NOT NULL,
    created bigint NOT NULL,
    snapshot bytea,
    manifest text,
    serializer_id integer
);

COMMENT ON TABLE public.sharding_snapshot IS 'Snapshots of cluster sharding itself.';

CREATE TABLE public.sharding_tags (
    ordering_id bigint NOT NULL,
    tag text NOT NULL,
    sequence_nr bigint NOT NULL,
    persistence_id text NOT NULL
);

COMMENT ON TABLE public.sharding_tags IS 'Tags of sharding_journal rows.';

CREATE TABLE public.snapshot (
    persistence_id text NOT NULL,
    sequence_number bigint NOT NULL,
    created bigint NOT NULL,
    snapshot bytea,
    manifest text,
    serializer_id integer
);

COMMENT ON TABLE public.snapshot IS 'Folded states that shorten recovery; every one can be made again from the journal.';

COMMENT ON COLUMN public.snapshot.created IS 'Process time, in 100 ns since 0001-01-01 (.NET ticks).';

ALTER TABLE public.symbols ALTER COLUMN symbol_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.symbols_symbol_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tags (
    ordering_id bigint NOT NULL,
    tag text NOT NULL,
    sequence_nr bigint NOT NULL,
    persistence_id text NOT NULL
);

COMMENT ON TABLE public.tags IS 'Tags of journal rows.';

CREATE TABLE public.trades (
    symbol_id integer NOT NULL,
    number bigint NOT NULL,
    strategy text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone NOT NULL,
    quantity numeric NOT NULL,
    entry_price numeric NOT NULL,
    exit_price numeric NOT NULL,
    gross_pnl numeric NOT NULL,
    fees numeric NOT NULL,
    net_pnl numeric GENERATED ALWAYS AS ((gross_pnl - fees)) STORED NOT NULL,
    exit_reason text NOT NULL,
    CONSTRAINT trades_check CHECK ((opened_at <= closed_at)),
    CONSTRAINT trades_entry_price_check CHECK ((entry_price > (0)::numeric)),
    CONSTRAINT trades_exit_price_check CHECK ((exit_price > (0)::numeric)),
    CONSTRAINT trades_number_check CHECK ((number > 0)),
    CONSTRAINT trades_quantity_check CHECK ((quantity > (0)::numeric))
);

COMMENT ON TABLE public.trades IS 'Closed round trips, from flat to flat.';

COMMENT ON COLUMN public.trades.number IS 'The pair''s counter of round trips.';

COMMENT ON COLUMN public.trades.opened_at IS 'Market time of the first fill.';

COMMENT ON COLUMN public.trades.closed_at IS 'Market time of the last fill.';

COMMENT ON COLUMN public.trades.quantity IS 'Bought and sold, base currency.';

COMMENT ON COLUMN public.trades.entry_price IS 'Average, quote per base.';

COMMENT ON COLUMN public.trades.exit_price IS 'Average, quote per base.';

COMMENT ON COLUMN public.trades.gross_pnl IS 'Quote currency, before fees.';

COMMENT ON COLUMN public.trades.fees IS 'Quote currency.';

COMMENT ON COLUMN public.trades.net_pnl IS 'gross_pnl - fees, quote currency; the database computes it.';

CREATE TABLE public.trading_pairs (
    symbol_id integer NOT NULL,
    status public.pair_status NOT NULL,
    fee_currency text NOT NULL,
    base_increment numeric NOT NULL,
    quote_increment numeric NOT NULL,
    price_increment numeric NOT NULL,
    base_min_size numeric NOT NULL,
    base_max_size numeric NOT NULL,
    quote_min_size numeric NOT NULL,
    quote_max_size numeric NOT NULL,
    min_funds numeric,
    price_limit_rate numeric NOT NULL,
    rules_at timestamp with time zone NOT NULL,
    quote_volume_24h numeric,
    volatility double precision,
    volatility_score double precision,
    correlation double precision,
    correlation_benchmark text,
    spread double precision,
    liquidity numeric,
    score double precision,
    metrics_at timestamp with time zone,
    CONSTRAINT trading_pairs_base_increment_check CHECK ((base_increment > (0)::numeric)),
    CONSTRAINT trading_pairs_base_min_size_check CHECK ((base_min_size >= (0)::numeric)),
    CONSTRAINT trading_pairs_check CHECK ((base_max_size >= base_min_size)),
    CONSTRAINT trading_pairs_check1 CHECK ((quote_max_size >= quote_min_size)),
    CONSTRAINT trading_pairs_check2 CHECK (((correlation IS NULL) OR (correlation_benchmark IS NOT NULL))),
    CONSTRAINT trading_pairs_correlation_check CHECK (((correlation >= ('-1'::integer)::double precision) AND (correlation <= (1)::double precision))),
    CONSTRAINT trading_pairs_liquidity_check CHECK ((liquidity >= (0)::numeric)),
    CONSTRAINT trading_pairs_min_funds_check CHECK ((min_funds >= (0)::numeric)),
    CONSTRAINT trading_pairs_price_increment_check CHECK ((price_increment > (0)::numeric)),
    CONSTRAINT trading_pairs_price_limit_rate_check CHECK ((price_limit_rate >= (0)::numeric)),
    CONSTRAINT trading_pairs_quote_increment_check CHECK ((quote_increment > (0)::numeric)),
    CONSTRAINT trading_pairs_quote_min_size_check CHECK ((quote_min_size >= (0)::numeric)),
    CONSTRAINT trading_pairs_quote_volume_24h_check CHECK ((quote_volume_24h >= (0)::numeric)),
    CONSTRAINT trading_pairs_score_check CHECK (((score >= (0)::double precision) AND (score <= (1)::double precision))),
    CONSTRAINT trading_pairs_spread_check CHECK (((spread >= (0)::double precision) AND (spread < 'Infinity'::double precision))),
    CONSTRAINT trading_pairs_volatility_check CHECK (((volatility >= (0)::double precision) AND (volatility < 'Infinity'::double precision))),
    CONSTRAINT trading_pairs_volatility_score_check CHECK (((volatility_score >= (0)::double precision) AND (volatility_score <= (1)::double precision)))
);

COMMENT ON TABLE public.trading_pairs IS 'What the exchange says of each pair, and what was measured of it. A metric that could not be measured is null, never 0.';

COMMENT ON COLUMN public.trading_pairs.status IS 'listed: trades; halted: the exchange has switched trading off; delisted: gone from the exchange''s list.';

COMMENT ON COLUMN public.trading_pairs.base_increment IS 'Sizes are whole multiples of this, base currency.';

COMMENT ON COLUMN public.trading_pairs.quote_increment IS 'Funds are whole multiples of this, quote currency.';

COMMENT ON COLUMN public.trading_pairs.price_increment IS 'Prices are whole multiples of this, quote per base.';

COMMENT ON COLUMN public.trading_pairs.base_min_size IS 'Smallest size, base currency.';

COMMENT ON COLUMN public.trading_pairs.base_max_size IS 'Largest size, base currency.';

COMMENT ON COLUMN public.trading_pairs.quote_min_size IS 'Smallest funds of a market order by funds, quote currency.';

COMMENT ON COLUMN public.trading_pairs.quote_max_size IS 'Largest funds of a market order by funds, quote currency.';

COMMENT ON COLUMN public.trading_pairs.min_funds IS 'Smallest value of an order, quote currency; null where the exchange states none.';

COMMENT ON COLUMN public.trading_pairs.price_limit_rate IS 'Price protection band as a fraction: 0.1 is 10 %.';

COMMENT ON COLUMN public.trading_pairs.rules_at IS 'When the exchange''s rules were read.';

COMMENT ON COLUMN public.trading_pairs.quote_volume_24h IS 'Traded in 24 hours, quote currency.';

COMMENT ON COLUMN public.trading_pairs.volatility IS 'Raw: standard deviation of the log returns over the selector''s window, a fraction.';

COMMENT ON COLUMN public.trading_pairs.volatility_score IS 'What the selector makes of the raw volatility, 0 (worst) to 1 (best).';

COMMENT ON COLUMN public.trading_pairs.correlation IS 'Of the returns with those of correlation_benchmark, -1 to 1.';

COMMENT ON COLUMN public.trading_pairs.spread IS '(ask - bid) / mid, a fraction.';

COMMENT ON COLUMN public.trading_pairs.liquidity IS 'Resting near the best prices, quote currency.';

COMMENT ON COLUMN public.trading_pairs.score IS 'The pair''s total score, 0 (worst) to 1 (best).';

COMMENT ON COLUMN public.trading_pairs.metrics_at IS 'Market time of the metrics.';

ALTER TABLE ONLY public.account_findings
    ADD CONSTRAINT account_findings_pkey PRIMARY KEY (finding_key, raised_at);

ALTER TABLE ONLY public.account_sweeps
    ADD CONSTRAINT account_sweeps_pkey PRIMARY KEY (account);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_command_id_key UNIQUE (command_id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_previous_hash_key UNIQUE (previous_hash);

ALTER TABLE ONLY public.balance_checks
    ADD CONSTRAINT balance_checks_pkey PRIMARY KEY (currency);

ALTER TABLE ONLY public.candle_holes
    ADD CONSTRAINT candle_holes_pkey PRIMARY KEY (symbol_id, "interval", from_time);

ALTER TABLE ONLY public.candles
    ADD CONSTRAINT candles_pk PRIMARY KEY (symbol_id, "interval", open_time);

ALTER TABLE ONLY public.configuration
    ADD CONSTRAINT configuration_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.control_trips
    ADD CONSTRAINT control_trips_pkey PRIMARY KEY (hour, control, symbol);

ALTER TABLE ONLY public.deployment
    ADD CONSTRAINT deployment_only_one_key UNIQUE (only_one);

ALTER TABLE ONLY public.deployment
    ADD CONSTRAINT deployment_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.equity
    ADD CONSTRAINT equity_pkey PRIMARY KEY (at);

ALTER TABLE ONLY public.external_movements
    ADD CONSTRAINT external_movements_pkey PRIMARY KEY (ledger_id);

ALTER TABLE ONLY public.fills
    ADD CONSTRAINT fills_pkey PRIMARY KEY (exchange_order_id, trade_id);

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT instance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pk PRIMARY KEY (ordering);

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number);

COMMENT ON CONSTRAINT journal_uq ON public.journal IS 'The fence: two writers of one persistence id cannot both continue it.';

ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.operator_commands
    ADD CONSTRAINT operator_commands_number_key UNIQUE (number);

ALTER TABLE ONLY public.operator_commands
    ADD CONSTRAINT operator_commands_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_exchange_order_id_key UNIQUE (exchange_order_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (client_order_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_symbol_id_intent_number_leg_attempt_key UNIQUE (symbol_id, intent_number, leg, attempt);

ALTER TABLE ONLY public.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (symbol_id);

ALTER TABLE ONLY public.projection_progress
    ADD CONSTRAINT projection_progress_pkey PRIMARY KEY (persistence_id);

ALTER TABLE ONLY public.risk_state
    ADD CONSTRAINT risk_state_pkey PRIMARY KEY (account, scope);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.selected_pairs
    ADD CONSTRAINT selected_pairs_pkey PRIMARY KEY (selection_id, symbol_id);

ALTER TABLE ONLY public.selected_pairs
    ADD CONSTRAINT selected_pairs_selection_id_rank_key UNIQUE (selection_id, rank);

ALTER TABLE ONLY public.selections
    ADD CONSTRAINT selections_pkey PRIMARY KEY (selection_id);

ALTER TABLE ONLY public.sharding_journal
    ADD CONSTRAINT sharding_journal_pk PRIMARY KEY (ordering);

ALTER TABLE ONLY public.sharding_journal
    ADD CONSTRAINT sharding_journal_uq UNIQUE (persistence_id, sequence_number);

ALTER TABLE ONLY public.sharding_snapshot
    ADD CONSTRAINT sharding_snapshot_pk PRIMARY KEY (persistence_id, sequence_number);

ALTER TABLE ONLY public.sharding_tags
    ADD CONSTRAINT sharding_tags_pk PRIMARY KEY (ordering_id, tag);

ALTER TABLE ONLY public.snapshot
    ADD CONSTRAINT snapshot_pk PRIMARY KEY (persistence_id, sequence_number);

ALTER TABLE ONLY public.symbols
    ADD CONSTRAINT symbols_pkey PRIMARY KEY (symbol_id);

ALTER TABLE ONLY public.symbols
    ADD CONSTRAINT symbols_symbol_key UNIQUE (symbol);

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT tags_pk PRIMARY KEY (ordering_id, tag);

ALTER TABLE ONLY public.trades
    ADD CONSTRAINT trades_pkey PRIMARY KEY (symbol_id, number);

ALTER TABLE ONLY public.trading_pairs
    ADD CONSTRAINT trading_pairs_pkey PRIMARY KEY (symbol_id);

CREATE INDEX fills_client_order_idx ON public.fills USING btree (client_order_id);

CREATE INDEX fills_executed_at_idx ON public.fills USING btree (executed_at);

CREATE INDEX operator_commands_pending ON public.operator_commands USING btree (number) WHERE (done_at IS NULL);

CREATE INDEX orders_decided_at_idx ON public.orders USING btree (decided_at);

CREATE INDEX orders_symbol_idx ON public.orders USING btree (symbol_id, decided_at);

CREATE INDEX orders_unsettled_idx ON public.orders USING btree (symbol_id) WHERE (status = ANY (ARRAY['prepared'::public.order_status, 'authorised'::public.order_status, 'in_doubt'::public.order_status, 'live'::public.order_status, 'done'::public.order_status, 'quarantined'::public.order_status]));

CREATE INDEX selected_pairs_symbol_idx ON public.selected_pairs USING btree (symbol_id, selection_id);

CREATE INDEX selections_at_idx ON public.selections USING btree (at);

CREATE INDEX sharding_tags_persistence_id_idx ON public.sharding_tags USING btree (persistence_id, sequence_nr);

CREATE INDEX sharding_tags_tag_idx ON public.sharding_tags USING btree (tag, ordering_id);

CREATE INDEX tags_persistence_id_idx ON public.tags USING btree (persistence_id, sequence_nr);

CREATE INDEX tags_tag_idx ON public.tags USING btree (tag, ordering_id);

CREATE INDEX trades_closed_at_idx ON public.trades USING btree (closed_at);

CREATE TRIGGER audit_is_a_chain BEFORE INSERT ON public.audit FOR EACH ROW EXECUTE FUNCTION public.audit_chain();

CREATE TRIGGER audit_is_kept BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER orders_overfilled BEFORE INSERT OR UPDATE ON public.orders FOR EACH ROW WHEN ((new.filled_quantity > new.quantity)) EXECUTE FUNCTION public.mark_overfilled();

CREATE TRIGGER symbols_are_kept BEFORE DELETE ON public.symbols FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER symbols_are_not_emptied BEFORE TRUNCATE ON public.symbols FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER symbols_keep_their_names BEFORE UPDATE OF symbol_id, symbol ON public.symbols FOR EACH ROW WHEN (((old.symbol_id IS DISTINCT FROM new.symbol_id) OR (old.symbol IS DISTINCT FROM new.symbol))) EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.candle_holes
    ADD CONSTRAINT candle_holes_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE public.candles
    ADD CONSTRAINT candles_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.fills
    ADD CONSTRAINT fills_client_order_id_fkey FOREIGN KEY (client_order_id) REFERENCES public.orders(client_order_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_configuration_version_fkey FOREIGN KEY (configuration_version) REFERENCES public.configuration(version) ON DELETE RESTRICT;

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.positions
    ADD CONSTRAINT positions_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.selected_pairs
    ADD CONSTRAINT selected_pairs_selection_id_fkey FOREIGN KEY (selection_id) REFERENCES public.selections(selection_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.selected_pairs
    ADD CONSTRAINT selected_pairs_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.selections
    ADD CONSTRAINT selections_configuration_version_fkey FOREIGN KEY (configuration_version) REFERENCES public.configuration(version) ON DELETE RESTRICT;

ALTER TABLE ONLY public.trades
    ADD CONSTRAINT trades_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.trading_pairs
    ADD CONSTRAINT trading_pairs_symbol_id_fkey FOREIGN KEY (symbol_id) REFERENCES public.symbols(symbol_id) ON DELETE RESTRICT;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bot_app;
GRANT USAGE ON SCHEMA public TO bot_ro;

REVOKE ALL ON FUNCTION public.audit_chain() FROM PUBLIC;

GRANT SELECT ON TABLE public.audit TO bot_app;
GRANT SELECT ON TABLE public.audit TO bot_ro;

GRANT INSERT(actor) ON TABLE public.audit TO bot_app;

GRANT INSERT(session) ON TABLE public.audit TO bot_app;

GRANT INSERT(command_id) ON TABLE public.audit TO bot_app;

GRANT INSERT(command) ON TABLE public.audit TO bot_app;

GRANT INSERT(before) ON TABLE public.audit TO bot_app;

GRANT INSERT(after) ON TABLE public.audit TO bot_app;

GRANT INSERT(reason) ON TABLE public.audit TO bot_app;

REVOKE ALL ON FUNCTION public.drop_candle_partitions(older_than timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_candle_partitions(older_than timestamp with time zone) TO bot_app;

REVOKE ALL ON FUNCTION public.ensure_candle_partition(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_candle_partition(at timestamp with time zone) TO bot_app;

REVOKE ALL ON FUNCTION public.mark_overfilled() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refuse_change() FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE public.account_findings TO bot_app;
GRANT SELECT ON TABLE public.account_findings TO bot_ro;

GRANT UPDATE(cleared_at) ON TABLE public.account_findings TO bot_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.account_sweeps TO bot_app;
GRANT SELECT ON TABLE public.account_sweeps TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.balance_checks TO bot_app;
GRANT SELECT ON TABLE public.balance_checks TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.candle_holes TO bot_app;
GRANT SELECT ON TABLE public.candle_holes TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.candles TO bot_app;
GRANT SELECT ON TABLE public.candles TO bot_ro;

GRANT SELECT,INSERT ON TABLE public.configuration TO bot_app;
GRANT SELECT ON TABLE public.configuration TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.control_trips TO bot_app;
GRANT SELECT ON TABLE public.control_trips TO bot_ro;

GRANT SELECT ON TABLE public.deployment TO bot_app;
GRANT SELECT ON TABLE public.deployment TO bot_ro;

GRANT INSERT(code) ON TABLE public.deployment TO bot_app;

GRANT INSERT(account_hash) ON TABLE public.deployment TO bot_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.equity TO bot_app;
GRANT SELECT ON TABLE public.equity TO bot_ro;

GRANT SELECT,INSERT ON TABLE public.external_movements TO bot_app;
GRANT SELECT ON TABLE public.external_movements TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.fills TO bot_app;
GRANT SELECT ON TABLE public.fills TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.positions TO bot_app;
GRANT SELECT ON TABLE public.positions TO bot_ro;

GRANT SELECT ON TABLE public.symbols TO bot_app;
GRANT SELECT ON TABLE public.symbols TO bot_ro;

GRANT INSERT(symbol) ON TABLE public.symbols TO bot_app;

GRANT INSERT(base_currency),UPDATE(base_currency) ON TABLE public.symbols TO bot_app;

GRANT INSERT(quote_currency),UPDATE(quote_currency) ON TABLE public.symbols TO bot_app;

GRANT SELECT ON TABLE public.holdings TO bot_app;
GRANT SELECT ON TABLE public.holdings TO bot_ro;

GRANT SELECT ON TABLE public.instance TO bot_app;
GRANT SELECT ON TABLE public.instance TO bot_ro;

GRANT INSERT(cluster),UPDATE(cluster) ON TABLE public.instance TO bot_app;

GRANT INSERT(node),UPDATE(node) ON TABLE public.instance TO bot_app;

GRANT UPDATE(since) ON TABLE public.instance TO bot_app;

GRANT SELECT,INSERT ON TABLE public.journal TO bot_app;
GRANT SELECT ON TABLE public.journal TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.leases TO bot_app;
GRANT SELECT ON TABLE public.leases TO bot_ro;

GRANT SELECT ON TABLE public.operator_commands TO bot_app;
GRANT SELECT ON TABLE public.operator_commands TO bot_ro;

GRANT INSERT(id) ON TABLE public.operator_commands TO bot_app;

GRANT INSERT(command) ON TABLE public.operator_commands TO bot_app;

GRANT INSERT(arguments) ON TABLE public.operator_commands TO bot_app;

GRANT INSERT(actor) ON TABLE public.operator_commands TO bot_app;

GRANT INSERT(reason) ON TABLE public.operator_commands TO bot_app;

GRANT UPDATE(done_at) ON TABLE public.operator_commands TO bot_app;

GRANT UPDATE(outcome) ON TABLE public.operator_commands TO bot_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.orders TO bot_app;
GRANT SELECT ON TABLE public.orders TO bot_ro;

GRANT SELECT ON TABLE public.order_explanations TO bot_app;
GRANT SELECT ON TABLE public.order_explanations TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.projection_progress TO bot_app;
GRANT SELECT ON TABLE public.projection_progress TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.risk_state TO bot_app;
GRANT SELECT ON TABLE public.risk_state TO bot_ro;

GRANT SELECT ON TABLE public.schema_migrations TO bot_app;
GRANT SELECT ON TABLE public.schema_migrations TO bot_ro;

GRANT SELECT,INSERT,DELETE ON TABLE public.selected_pairs TO bot_app;
GRANT SELECT ON TABLE public.selected_pairs TO bot_ro;

GRANT SELECT,INSERT,DELETE ON TABLE public.selections TO bot_app;
GRANT SELECT ON TABLE public.selections TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharding_journal TO bot_app;
GRANT SELECT ON TABLE public.sharding_journal TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharding_snapshot TO bot_app;
GRANT SELECT ON TABLE public.sharding_snapshot TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sharding_tags TO bot_app;
GRANT SELECT ON TABLE public.sharding_tags TO bot_ro;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.snapshot TO bot_app;
GRANT SELECT ON TABLE public.snapshot TO bot_ro;

GRANT SELECT,INSERT ON TABLE public.tags TO bot_app;
GRANT SELECT ON TABLE public.tags TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.trades TO bot_app;
GRANT SELECT ON TABLE public.trades TO bot_ro;

GRANT SELECT,INSERT,UPDATE ON TABLE public.trading_pairs TO bot_app;
GRANT SELECT ON TABLE public.trading_pairs TO bot_ro;
