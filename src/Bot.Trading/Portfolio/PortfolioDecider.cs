using Bot.Trading.Machines;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;

namespace Bot.Trading.Portfolio;

/// <summary>The account's decisions: who may spend what, and when nobody may. Pure. Exits never come here.</summary>
public static class PortfolioDecider
{
    /// <summary>Decides on one input.</summary>
    public static void Decide(
        PortfolioState s, PortfolioMemory m, PortfolioContext c, PortfolioInput input, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        switch (input)
        {
            case PortfolioInput.Open open when s.InitialCash is null:
                sink.Persist(new PortfolioOpened(c.NowMs, open.QuoteCurrency, open.Cash));
                sink.Persist(new PortfolioOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));
                sink.Do(new PortfolioEffect.PublishMode(s.Mode));
                break;
            case PortfolioInput.Recovered:
                if (s.InitialCash is not null)
                    sink.Persist(new PortfolioOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));
                sink.Do(new PortfolioEffect.PublishMode(s.Mode));
                break;
            case PortfolioInput.GrantAsked ask:
                OnGrantAsked(s, m, c, ask.Request, sink);
                break;
            case PortfolioInput.GrantReleased released when s.Reservations.TryGetValue((released.Symbol, released.IntentNumber), out var r):
                // A confirmed one belongs to an order: only the pair's books end it.
                if (r.ExpiresMs is not null)
                    sink.Persist(new ReservationReleased(c.NowMs, released.Symbol, released.IntentNumber, "not used"));
                break;
            case PortfolioInput.BookReported report:
                if (!s.Books.TryGetValue(report.Book.Symbol, out var known) || report.Book.Version > known.Version)
                    sink.Persist(new PairBooked(c.NowMs, report.Book));
                sink.Do(new PortfolioEffect.AcknowledgeBook(report.Book.Symbol, report.Book.Version));
                break;
            case PortfolioInput.Marked marked:
                OnMarked(s, m, c, marked, sink);
                break;
            case PortfolioInput.SetMode set when set.Mode != s.Mode:
                sink.Persist(new ModeChanged(c.NowMs, set.Mode, set.By, set.Reason));
                sink.Do(new PortfolioEffect.PublishMode(set.Mode));
                break;
        }
    }

    /// <summary>Cash and holdings at their marks, quote. A pair without a mark counts at its cost.</summary>
    public static decimal Equity(PortfolioState s, PortfolioMemory m) => s.Cash + PositionsValue(s, m);

    /// <summary>Holdings at their marks, quote.</summary>
    public static decimal PositionsValue(PortfolioState s, PortfolioMemory m)
    {
        var value = 0m;
        foreach (var book in s.Books.Values)
        {
            if (book.Position.Quantity != 0)
                value += book.Position.Quantity * (m.Marks.TryGetValue(book.Symbol, out var mark) ? mark : book.Position.AveragePrice);
        }
        return value;
    }

    private static void OnGrantAsked(
        PortfolioState s, PortfolioMemory m, PortfolioContext c, GrantRequest ask, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        var limits = c.Settings.Limits;
        var equity = Equity(s, m);
        var key = (ask.Symbol, ask.IntentNumber);
        s.Reservations.TryGetValue(key, out var earlier);

        // Asking again for the same intent replaces what was set aside for it, unless it became an order.
        var reserved = s.Reserved(c.NowMs) - (earlier is { ExpiresMs: { } expires } && expires > c.NowMs ? earlier.Quote : 0);
        var available = s.Cash - reserved;
        var exposure = PositionsValue(s, m) + reserved;
        var open = s.Books.Values.Where(b => b.StopPrice is not null).Select(b => b.Symbol)
            .Union(s.Reservations.Values.Where(r => r.ExpiresMs is null || r.ExpiresMs > c.NowMs).Select(r => r.Symbol))
            .Count(symbol => symbol != ask.Symbol);

        var refusal = s.InitialCash is null ? "BOOKS_NOT_OPEN"
            : s.Mode != TradingMode.Active ? $"TRADING_MODE mode={s.Mode} reason={s.ModeReason}"
            : earlier is { ExpiresMs: null } ? $"INTENT_ALREADY_ORDERED intent={ask.IntentNumber}"
            : open >= limits.MaxOpenPositions ? $"TOO_MANY_POSITIONS open={open} limit={limits.MaxOpenPositions}"
            : null;
        var decision = refusal is null
            ? Sizing.Size(limits, equity, available, exposure, ask.EntryPrice, ask.StopPrice, ask.TakerFee, ask.Rules)
            : new RiskDecision(equity, available, 0, ask.EntryPrice, ask.StopPrice, 0, 0, 0, 0, 0, refusal);

        if (decision.Refusal is not null)
        {
            if (earlier is { ExpiresMs: not null })
                sink.Persist(new ReservationReleased(c.NowMs, ask.Symbol, ask.IntentNumber, decision.Refusal));
            sink.Do(new PortfolioEffect.AnswerGrant(ask.Symbol, ask.IntentNumber, decision, 0));
            return;
        }
        var quote = decision.Size * ask.EntryPrice * (1 + ask.TakerFee + limits.FundsMargin);
        sink.Persist(new FundsReserved(c.NowMs, ask.Symbol, ask.IntentNumber, quote, decision, c.NowMs + c.Settings.ReservationMs));
        sink.Do(new PortfolioEffect.AnswerGrant(ask.Symbol, ask.IntentNumber, decision, quote));
    }

    private static void OnMarked(
        PortfolioState s, PortfolioMemory m, PortfolioContext c, PortfolioInput.Marked marked, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        foreach (var (symbol, price) in marked.Prices)
            m.Marks[symbol] = price;
        if (s.InitialCash is null)
            return;
        var positions = PositionsValue(s, m);
        var equity = s.Cash + positions;
        m.Peak = Math.Max(Math.Max(m.Peak, s.Peak), equity);
        var drawdown = m.Peak > 0 ? (m.Peak - equity) / m.Peak : 0;
        m.MaxDrawdown = Math.Max(Math.Max(m.MaxDrawdown, s.MaxDrawdown), drawdown);

        if (marked.MarketMs / c.Settings.EquityIntervalMs > s.LastMarkMs / c.Settings.EquityIntervalMs)
        {
            sink.Persist(new EquityMarked(
                c.NowMs,
                marked.MarketMs,
                s.Cash,
                positions,
                equity,
                m.Peak,
                m.MaxDrawdown,
                s.Books.Values.Sum(b => b.Position.RealisedPnl),
                s.Books.Values.Sum(b => b.Position.Fees),
                s.Books.Values.Count(b => b.StopPrice is not null)));
        }
        if (s.Mode == TradingMode.Active && drawdown >= c.Settings.Limits.MaxDrawdown)
        {
            var reason = $"DRAWDOWN drawdown={drawdown:0.####} limit={c.Settings.Limits.MaxDrawdown}";
            sink.Persist(new ModeChanged(c.NowMs, TradingMode.ReduceOnly, "breaker", reason));
            sink.Do(new PortfolioEffect.PublishMode(TradingMode.ReduceOnly));
            sink.Do(new PortfolioEffect.Alert(reason));
        }
    }
}
