using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Portfolio;

/// <summary>The account's decisions: who may spend what, and when nobody may. Pure. Exits never come here.</summary>
public static partial class PortfolioDecider
{
    /// <summary>An entry that waits for its turn asks again this often, ms.</summary>
    private const long ThrottleStepMs = 100;

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
                OnGrantAsked(s, m, c, ask, sink);
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
            case PortfolioInput.SetMode set:
                OnSetMode(s, c, set, sink);
                break;
            case PortfolioInput.Breached breached:
                OnBreached(s, c, breached, sink);
                break;
            case PortfolioInput.Resume resume:
                OnResume(s, m, c, resume, sink);
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
        PortfolioState s, PortfolioMemory m, PortfolioContext c, PortfolioInput.GrantAsked asked, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        var ask = asked.Request;
        var limits = c.Settings.Limits;
        var controls = c.Settings.Controls;
        var equity = Equity(s, m);
        var key = (ask.Symbol, ask.IntentNumber);
        s.Reservations.TryGetValue(key, out var earlier);

        // Asking again for the same intent replaces what was set aside for it, unless it became an order.
        var reserved = s.Reserved(c.NowMs) - (earlier is { ExpiresMs: { } expires } && expires > c.NowMs ? earlier.Quote : 0);
        var available = s.Cash - reserved;
        var exposure = PositionsValue(s, m) + reserved;
        var (open, entries) = OthersOpen(s, c, ask.Symbol);

        var refusal = s.InitialCash is null ? "BOOKS_NOT_OPEN"
            : s.ModeOf(ask.Symbol, c.Strategy) is var mode && mode != TradingMode.Active ? ModeRefusal(s, mode, ask.Symbol, c.Strategy)
            : earlier is { ExpiresMs: null } ? $"INTENT_ALREADY_ORDERED intent={ask.IntentNumber}"
            : open >= limits.MaxOpenPositions ? $"TOO_MANY_POSITIONS control=C6 open={open} limit={limits.MaxOpenPositions}"
            : controls is not null && entries >= controls.MaxEntries ? $"ENTRIES control=C6 open={entries} limit={controls.MaxEntries}"
            : null;
        if (refusal is null && controls is not null && Rate(m, c.NowMs, controls) is { } rate)
        {
            var since = asked.SinceMs ?? c.NowMs;
            if (c.NowMs - since < controls.ThrottleQueueMs)
            {
                sink.Do(new PortfolioEffect.AskLater(ask, since, ThrottleStepMs));
                return;
            }
            refusal = rate;
        }

        RiskDecision decision;
        if (refusal is null)
        {
            decimal? most = controls is null ? null : Math.Min(controls.MaxOrderQuote, equity * controls.MaxOrderEquity);
            var factor = controls is null ? 1 : Canary.Factor(c.Settings.ConfigurationSinceMs, c.NowMs, controls);
            decision = Sizing.Size(limits, equity, available, exposure, ask.EntryPrice, ask.StopPrice, ask.TakerFee, ask.Rules, most, factor);
        }
        else
        {
            decision = new RiskDecision(equity, available, 0, ask.EntryPrice, ask.StopPrice, 0, 0, 0, 0, 0, refusal);
        }

        if (decision.Refusal is not null)
        {
            if (earlier is { ExpiresMs: not null })
                sink.Persist(new ReservationReleased(c.NowMs, ask.Symbol, ask.IntentNumber, decision.Refusal));
            sink.Do(new PortfolioEffect.AnswerGrant(ask.Symbol, ask.IntentNumber, decision, 0));
            return;
        }
        m.Grants.Add(c.NowMs);
        var quote = decision.Size * ask.EntryPrice * (1 + ask.TakerFee + limits.FundsMargin);
        sink.Persist(new FundsReserved(c.NowMs, ask.Symbol, ask.IntentNumber, quote, decision, c.NowMs + c.Settings.ReservationMs));
        sink.Do(new PortfolioEffect.AnswerGrant(ask.Symbol, ask.IntentNumber, decision, quote));
    }

    /// <summary>Other pairs that hold something or have an entry under way, and entries under way.</summary>
    private static (int Pairs, int Entries) OthersOpen(PortfolioState s, PortfolioContext c, Symbol asking)
    {
        var (pairs, entries) = (0, 0);
        var last = asking;
        foreach (var reservation in s.Reservations.Values)
        {
            if (reservation.Symbol == asking || (reservation.ExpiresMs is { } lapses && lapses <= c.NowMs))
                continue;
            entries++;

            // In the order of symbols: several entries of one pair are one pair.
            if (reservation.Symbol != last && !(s.Books.TryGetValue(reservation.Symbol, out var book) && book.StopPrice is not null))
                pairs++;
            last = reservation.Symbol;
        }
        foreach (var book in s.Books.Values)
        {
            if (book.StopPrice is not null && book.Symbol != asking)
                pairs++;
        }
        return (pairs, entries);
    }

    private static string? Rate(PortfolioMemory m, long nowMs, ControlSettings c)
    {
        var second = m.Grants.UpTo(nowMs, 1_000);
        if (second >= c.EntriesPerSecond)
            return $"ENTRY_RATE control=C10 second={second} limit={c.EntriesPerSecond}";
        var minute = m.Grants.UpTo(nowMs, 60_000);
        return minute >= c.EntriesPerMinute ? $"ENTRY_RATE control=C10 minute={minute} limit={c.EntriesPerMinute}" : null;
    }

    private static string ModeRefusal(PortfolioState s, TradingMode mode, Symbol symbol, string strategy)
    {
        if (s.Breaker is { } breaker && breaker.Mode == mode)
            return $"TRADING_MODE {breaker.Reason}";
        return $"TRADING_MODE control=C1 mode={mode} reason={s.Switch.Strictest(symbol, strategy)?.Reason}";
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
        CheckLosses(s, m, c, marked.MarketMs, equity, sink);
    }
}
