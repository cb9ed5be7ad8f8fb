using System.Globalization;
using System.Text.Json;
using Bot.Actors.Persistence;
using Bot.Actors.Selector;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Selection;
using Npgsql;

namespace Bot.Actors.Projector;

/// <summary>What events write into the read tables: collected as parameterised statements, sent as one batch.</summary>
internal sealed partial class ReadTables
{
    private readonly List<NpgsqlBatchCommand> _commands = [];

    /// <summary>
    /// Progress first, and only from where this projector believes to stand: of two projectors the one that was overtaken stops here, before
    /// it has turned anything back.
    /// </summary>
    /// <exception cref="ProjectionOvertakenException">Another projector has moved a stream on.</exception>
    public async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<(string PersistenceId, long From, long To)> progress, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);

        // One order for all, or two projectors could lock each other out.
        var steps = progress.OrderBy(p => p.PersistenceId, StringComparer.Ordinal).ToList();
        foreach (var (persistenceId, from, to) in steps)
        {
            batch.BatchCommands.Add(Command(
                """
                INSERT INTO projection_progress AS p (persistence_id, sequence_number) VALUES ($1, $2)
                ON CONFLICT (persistence_id) DO UPDATE SET sequence_number = EXCLUDED.sequence_number, updated_at = now() WHERE p.sequence_number = $3
                """,
                persistenceId, to, from));
        }
        foreach (var command in _commands)
            batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        for (var i = 0; i < steps.Count; i++)
        {
            if (batch.BatchCommands[i].RecordsAffected != 1)
                throw new ProjectionOvertakenException(steps[i].PersistenceId);
        }
    }

    public void Order(string id, OrderEvent e)
    {
        switch (e)
        {
            case SubmitAuthorised:
                Status(id, "authorised");
                break;
            case SubmitInDoubt:
                Status(id, "in_doubt");
                break;
            case OrderAcknowledged a:
                Live(id, a.OrderId, a.AtMs);
                break;
            case OrderFound f:
                Live(id, f.OrderId, f.AtMs);
                break;
            case OrderRefused r:
                Ended(id, "rejected", r.AtMs, r.Code, r.Message);
                break;
            case OrderAbsent a:
                Ended(id, "not_placed", a.AtMs, null, null);
                break;
            case OrderAbandoned a:
                Ended(id, "abandoned", a.AtMs, null, a.Reason);
                break;
            case OrderQuarantined q:
                Ended(id, "quarantined", q.AtMs, null, q.Why);
                break;
            case OrderEnded:
                Status(id, "done");
                break;
            case OrderClosed c:
                Ended(id, "closed", c.AtMs, null, null);
                break;
            case StopTriggered t:
                // What it placed may be the first that is seen of it.
                Add(
                    """
                    UPDATE orders SET triggered_at = coalesce(triggered_at, $2), child_order_id = coalesce($3, child_order_id),
                        status = CASE WHEN status IN ('authorised', 'in_doubt') THEN 'live' ELSE status END WHERE client_order_id = $1
                    """,
                    id, At(t.AtMs), t.ChildOrderId);
                break;
            case FillRecorded f:
                var fill = f.Fill;
                Add(
                    """
                    INSERT INTO fills (exchange_order_id, trade_id, client_order_id, side, price, quantity, fee, fee_currency, maker, executed_at)
                    VALUES ($1, $2, $3, $4::order_side, $5, $6, $7, $8, $9, $10)
                    """,
                    fill.OrderId, fill.TradeId, id, Word(fill.Side), fill.Price, fill.Size, fill.Fee, fill.FeeCurrency, fill.Maker, At(fill.TimeMs));
                Add("UPDATE orders SET filled_quantity = filled_quantity + $2, filled_funds = filled_funds + $3 WHERE client_order_id = $1", id, fill.Size, fill.Size * fill.Price);
                if (fill.Fee is not null)
                    Fees(id);
                break;
            case FeeRecorded f:
                Add(
                    "UPDATE fills SET fee = $3, fee_currency = $4, maker = coalesce($5, maker) WHERE client_order_id = $1 AND trade_id = $2",
                    id, f.TradeId, f.Fee, f.FeeCurrency, f.Maker);
                Fees(id);
                break;
        }
    }

    public void Pair(PairState state, PairEvent e)
    {
        if (e is OrderIntended i)
            Intent(state, i);
        if (e is OrderAdopted a)
            Adopted(state, a);
        if (e is PositionClosed { Quantity: > 0, EntryPrice: > 0, ExitPrice: > 0 } c)
        {
            Add(
                """
                INSERT INTO trades (symbol_id, number, strategy, opened_at, closed_at, quantity, entry_price, exit_price, gross_pnl, fees, exit_reason)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """,
                state.SymbolId, c.Number, state.Strategy, At(c.OpenedAtMs), At(Math.Max(c.AtMs, c.OpenedAtMs)), c.Quantity, c.EntryPrice, c.ExitPrice, c.GrossPnl, c.Fees, c.Reason.ToString());
        }
        if (e is FillApplied or FeeApplied or ProtectionPlanned or PositionClosed
            || (state.Trade is not null && e is (ProtectionConfirmed or ProtectionTriggered or OrderSettled)))
            Position(state, e.AtMs);
    }

    public void Equity(EquityMarked e) => Add(
        """
        INSERT INTO equity (at, equity, cash, positions_value, peak, drawdown, realised_pnl, fees) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (at) DO UPDATE SET equity = EXCLUDED.equity, cash = EXCLUDED.cash, positions_value = EXCLUDED.positions_value,
            peak = EXCLUDED.peak, drawdown = EXCLUDED.drawdown, realised_pnl = EXCLUDED.realised_pnl, fees = EXCLUDED.fees
        """,
        At(e.MarketMs), e.Equity, e.Cash, e.PositionsValue, e.Peak, e.Peak > 0 ? Math.Max(0, (e.Peak - e.Equity) / e.Peak) : 0m, e.RealisedPnl, e.Fees);

    public void Selection(SelectionMade e, IReadOnlyList<(int SymbolId, PairJudgement Judgement)> selected)
    {
        Add(
            """
            WITH run AS (
              INSERT INTO selections (at, considered, benchmark, parameters, configuration_version)
              VALUES ($1, $2, $3, $4::jsonb, $5) RETURNING selection_id)
            INSERT INTO selected_pairs (selection_id, symbol_id, rank, score, risk_level, reason, metrics)
            SELECT run.selection_id, s.id, s.rank, s.score, s.risk::risk_level, s.reason, s.metrics::jsonb
            FROM run CROSS JOIN unnest($6, $7, $8, $9, $10, $11) AS s(id, rank, score, risk, reason, metrics)
            """,
            At(e.MarketMs),
            e.Judgements.Count,
            e.Rules.Benchmark.Text,
            JsonSerializer.Serialize(e.Rules, EventJson.Default.SelectionRules),
            e.ConfigurationVersion,
            selected.Select(s => s.SymbolId).ToArray(),
            selected.Select(s => s.Judgement.Rank!.Value).ToArray(),
            selected.Select(s => s.Judgement.Score).ToArray(),
            selected.Select(s => s.Judgement.RiskLevel).ToArray(),
            selected.Select(s => Words(s.Judgement)).ToArray(),
            selected.Select(s => JsonSerializer.Serialize(s.Judgement, EventJson.Default.PairJudgement)).ToArray());
    }

    private void Intent(PairState state, OrderIntended i) => Add(
        """
        INSERT INTO orders (client_order_id, symbol_id, strategy, intent_number, leg, attempt, side, type, time_in_force, price, quantity, status,
            reason, correlation_id, candle_open_time, trigger_price, signal, risk, configuration_version, decided_at, intended_at, stop_price)
        VALUES ($1, $2, $3, $4, $5::order_leg, $6, $7::order_side, $8::order_type, $9::time_in_force, $10, $11, 'prepared',
            $12, $13, $14, $15, $16::jsonb, $17::jsonb, $18, $19, $20, $21)
        """,
        i.Spec.ClientOrderId,
        state.SymbolId,
        i.Strategy,
        i.IntentNumber,
        i.Leg switch { IntentLeg.Entry => "entry", IntentLeg.Exit => "exit", _ => "stop" },
        i.Attempt,
        Word(i.Spec.Side),
        i.Spec.Type == OrderType.Limit ? "limit" : "market",
        i.Spec.Type == OrderType.Limit ? i.Spec.TimeInForce.ToString().ToLowerInvariant() : null,
        i.Spec.Price,
        i.Spec.Size,
        i.Reason.Length > 0 ? i.Reason : "no reason given",
        i.CorrelationId,
        i.CandleOpenMs is { } candle ? At(candle) : null,
        i.TriggerPrice,
        i.Signal is null ? null : JsonSerializer.Serialize(i.Signal, EventJson.Default.IReadOnlyDictionaryStringDouble),
        i.Risk is null ? null : JsonSerializer.Serialize(i.Risk, EventJson.Default.RiskDecision),
        i.ConfigurationVersion,
        At(i.MarketMs),
        At(i.AtMs),
        i.Spec.StopPrice);

    private void Position(PairState state, long atMs)
    {
        var p = state.Position;
        var isHeld = p.Quantity > 0;
        Add(
            """
            INSERT INTO positions (symbol_id, quantity, average_entry_price, cost, realised_pnl, fees, stop_price, take_profit_price, trailing_distance,
                protected, opened_at, updated_at, exchange_stop)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (symbol_id) DO UPDATE SET quantity = EXCLUDED.quantity, average_entry_price = EXCLUDED.average_entry_price,
                cost = EXCLUDED.cost, realised_pnl = EXCLUDED.realised_pnl, fees = EXCLUDED.fees, stop_price = EXCLUDED.stop_price,
                take_profit_price = EXCLUDED.take_profit_price, trailing_distance = EXCLUDED.trailing_distance, protected = EXCLUDED.protected,
                opened_at = EXCLUDED.opened_at, updated_at = EXCLUDED.updated_at, exchange_stop = EXCLUDED.exchange_stop
            """,
            state.SymbolId,
            Math.Max(0, p.Quantity),
            isHeld && p.Cost > 0 ? p.AveragePrice : null,
            Math.Max(0, p.Cost),
            p.RealisedPnl,
            p.Fees,
            state.Protection?.StopPrice,
            state.Protection?.TakeProfitPrice,
            state.Protection?.TrailingDistance,

            // Without a round trip under way what is left is dust: too small to be sold, so nothing is left bare.
            state.Protection is not null || !isHeld || state.Trade is null,
            isHeld ? At(state.Trade?.OpenedAtMs ?? atMs) : null,
            At(atMs),
            AtExchange(state));
    }

    // Of two that stand side by side while one replaces the other, the larger counts: they would sell the same.
    private static decimal AtExchange(PairState state)
    {
        var stop = 0m;
        foreach (var attempt in state.Attempts)
        {
            if (attempt is { IsOpen: true, IsConfirmed: true, IsTriggered: false })
                stop = Math.Max(stop, attempt.Intended.Spec.Size);
        }
        return stop;
    }

    private void Status(string id, string status) => Add("UPDATE orders SET status = $2::order_status WHERE client_order_id = $1", id, status);

    private void Live(string id, string orderId, long atMs) => Add(
        "UPDATE orders SET status = 'live', exchange_order_id = $2, acked_at = $3 WHERE client_order_id = $1", id, orderId, At(atMs));

    private void Ended(string id, string status, long atMs, string? code, string? message) => Add(
        "UPDATE orders SET status = $2::order_status, closed_at = $3, reject_code = $4, reject_message = $5 WHERE client_order_id = $1",
        id, status, At(atMs), code, message);

    private void Fees(string id) => Add(
        """
        UPDATE orders SET (fee, fee_currency) = (SELECT sum(fee), max(fee_currency) FROM fills WHERE client_order_id = $1 AND fee IS NOT NULL)
        WHERE client_order_id = $1
        """,
        id);

    private void Add(string sql, params object?[] values) => _commands.Add(Command(sql, values));

    private static NpgsqlBatchCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    private static string Word(Side side) => side == Side.Buy ? "buy" : "sell";

    private static DateTime At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;

    private static string Words(PairJudgement j) => string.Create(
        CultureInfo.InvariantCulture,
        $"rank {j.Rank} by score {j.Score:0.###}; {(j.Volatility is { } v ? $"daily volatility {v:0.##%}" : "volatility not known yet")}, so {j.RiskLevel} risk");
}
