using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Portfolio;

/// <summary>Money set aside for an entry.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The pair's intent.</param>
/// <param name="Quote">Reserved quote.</param>
/// <param name="ExpiresMs">When it lapses, Unix ms; null once the pair's books showed the entry.</param>
public sealed record Reservation(Symbol Symbol, long IntentNumber, decimal Quote, long? ExpiresMs);

/// <summary>A breaker of the account that has tripped.</summary>
/// <param name="Control">Which.</param>
/// <param name="Mode">What is left.</param>
/// <param name="Reason">Why.</param>
public sealed record TrippedBreaker(Control Control, TradingMode Mode, string Reason);

/// <summary>The portfolio's state as it is stored in a snapshot: a contract of its own.</summary>
public sealed record PortfolioSnapshot(
    string QuoteCurrency,
    decimal? InitialCash,
    TradingMode Mode,
    string ModeReason,
    long Epoch,
    decimal Peak,
    decimal MaxDrawdown,
    long LastMarkMs,
    IReadOnlyList<PairBook> Books,
    IReadOnlyList<Reservation> Reservations,
    IReadOnlyList<SwitchEntry>? Switches = null,
    TrippedBreaker? Breaker = null,
    decimal? BreakerPeak = null,
    long? DayMs = null,
    decimal? DayEquity = null);

/// <summary>The journaled books of the account: what every pair holds, what is reserved, what may be opened.</summary>
public sealed class PortfolioState
{
    private readonly SortedDictionary<Symbol, PairBook> _books = [];
    private readonly SortedDictionary<(Symbol Symbol, long Intent), Reservation> _reservations = [];

    /// <summary>Currency of the books; empty before they are open.</summary>
    public string QuoteCurrency { get; private set; } = "";

    /// <summary>Cash at the beginning; null before the books are open.</summary>
    public decimal? InitialCash { get; private set; }

    /// <summary>The kill switch (C1), as the journal has it.</summary>
    public SwitchBoard Switch { get; private set; } = SwitchBoard.Clear;

    /// <summary>The breaker that has tripped (C7, C20, C24, C26); null when none has.</summary>
    public TrippedBreaker? Breaker { get; private set; }

    /// <summary>Kill switch and breaker together: what is mirrored to where gateways read it.</summary>
    public SwitchBoard Board => Breaker is { } b ? Switch.With(new SwitchBoard([new SwitchEntry(SwitchEntry.Everything, b.Mode, b.Reason, "breaker")])) : Switch;

    /// <summary>Whether the account may open positions; a pair or a strategy may be under a stricter word.</summary>
    public TradingMode Mode => AccountWord()?.Mode ?? TradingMode.Active;

    /// <summary>Why the mode is what it is.</summary>
    public string ModeReason => AccountWord()?.Reason ?? "";

    /// <summary>Highest equity that the drawdown is measured from (C7).</summary>
    public decimal BreakerPeak { get; private set; }

    /// <summary>Market time at which the day's loss began to be counted, Unix ms; null before the first mark.</summary>
    public long? DayMs { get; private set; }

    /// <summary>Equity that the day's loss is counted from.</summary>
    public decimal DayEquity { get; private set; }

    /// <summary>The incarnation that owns the portfolio.</summary>
    public long Epoch { get; private set; }

    /// <summary>Highest equity at a point of the curve.</summary>
    public decimal Peak { get; private set; }

    /// <summary>Deepest fall from a peak, fraction.</summary>
    public decimal MaxDrawdown { get; private set; }

    /// <summary>Market time of the last point of the curve, Unix ms.</summary>
    public long LastMarkMs { get; private set; }

    /// <summary>Books by pair.</summary>
    public IReadOnlyDictionary<Symbol, PairBook> Books => _books;

    /// <summary>Reservations by pair and intent.</summary>
    public IReadOnlyDictionary<(Symbol Symbol, long Intent), Reservation> Reservations => _reservations;

    /// <summary>Quote by the books: what was there at first and what the pairs' fills and fees made of it.</summary>
    public decimal Cash => (InitialCash ?? 0) + _books.Values.Sum(b => b.Position.CashFlow);

    /// <summary>Quote set aside and not lapsed.</summary>
    public decimal Reserved(long nowMs) => _reservations.Values.Where(r => r.ExpiresMs is null || r.ExpiresMs > nowMs).Sum(r => r.Quote);

    /// <summary>Takes an event. Replay is this and nothing else.</summary>
    public void Apply(PortfolioEvent e)
    {
        switch (e)
        {
            case PortfolioOpened o:
                (QuoteCurrency, InitialCash, Peak, BreakerPeak) = (o.QuoteCurrency, o.Cash, o.Cash, o.Cash);
                break;
            case PortfolioOwned o:
                Epoch = o.Epoch;
                break;
            case FundsReserved r:
                _reservations[(r.Symbol, r.IntentNumber)] = new Reservation(r.Symbol, r.IntentNumber, r.Quote, r.ExpiresMs);
                break;
            case ReservationReleased r:
                _reservations.Remove((r.Symbol, r.IntentNumber));
                break;
            case PairBooked b:
                OnBooked(b.Book);
                break;
            case EquityMarked m:
                // After a resume the old peak counts no more; before one both are the same.
                BreakerPeak = BreakerPeak == Peak ? m.Peak : Math.Max(BreakerPeak, m.Equity);
                (Peak, MaxDrawdown, LastMarkMs) = (m.Peak, m.MaxDrawdown, m.MarketMs);
                break;
            case ModeChanged m:
                Switch = Switch.Set(new SwitchEntry(m.Scope ?? SwitchEntry.Everything, m.Mode, m.Reason, m.By));
                break;
            case BreakerTripped b:
                Breaker = new TrippedBreaker(b.Control, b.Mode, b.Reason);
                break;
            case BreakerReset r:
                (Breaker, BreakerPeak, DayEquity) = (null, r.Equity, r.Equity);
                break;
            case DayBegan d:
                (DayMs, DayEquity) = (d.MarketMs, d.Equity);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not an event of the portfolio.");
        }
    }

    /// <summary>The state as a stored contract.</summary>
    public PortfolioSnapshot ToSnapshot() => new(
        QuoteCurrency, InitialCash, Mode, ModeReason, Epoch, Peak, MaxDrawdown, LastMarkMs, [.. _books.Values], [.. _reservations.Values],
        Switch.Entries.Count > 0 ? Switch.Entries : null, Breaker, BreakerPeak == Peak ? null : BreakerPeak, DayMs, DayMs is null ? null : DayEquity);

    /// <summary>The state from a stored contract.</summary>
    public static PortfolioState From(PortfolioSnapshot s)
    {
        var state = new PortfolioState
        {
            QuoteCurrency = s.QuoteCurrency,
            InitialCash = s.InitialCash,
            // A snapshot of the first release has the mode alone.
            Switch = new SwitchBoard(s.Switches
                ?? (s.Breaker is null ? [new SwitchEntry(SwitchEntry.Everything, s.Mode, s.ModeReason, "snapshot")] : [])),
            Breaker = s.Breaker,
            BreakerPeak = s.BreakerPeak ?? s.Peak,
            DayMs = s.DayMs,
            DayEquity = s.DayEquity ?? 0,
            Epoch = s.Epoch,
            Peak = s.Peak,
            MaxDrawdown = s.MaxDrawdown,
            LastMarkMs = s.LastMarkMs,
        };
        foreach (var book in s.Books)
            state._books.Add(book.Symbol, book);
        foreach (var r in s.Reservations)
            state._reservations.Add((r.Symbol, r.IntentNumber), r);
        return state;
    }

    /// <summary>The mode of a pair: the strictest word of kill switch and breaker.</summary>
    public TradingMode ModeOf(Symbol symbol, string strategy)
    {
        var word = Switch.Strictest(symbol, strategy)?.Mode ?? TradingMode.Active;
        return Breaker is { } breaker && breaker.Mode > word ? breaker.Mode : word;
    }

    private SwitchEntry? AccountWord()
    {
        SwitchEntry? strictest = null;
        foreach (var entry in Switch.Entries)
        {
            if (entry.Scope == SwitchEntry.Everything)
                strictest = entry;
        }
        return Breaker is { } b && (strictest is null || b.Mode >= strictest.Mode)
            ? new SwitchEntry(SwitchEntry.Everything, b.Mode, b.Reason, "breaker")
            : strictest;
    }

    private void OnBooked(PairBook book)
    {
        _books[book.Symbol] = book;

        // The pair's own list is the truth: what it no longer lists is spent or given up, what it lists is confirmed.
        foreach (var key in _reservations.Keys.Where(k => k.Symbol == book.Symbol && k.Intent < book.NextIntent).ToList())
            _reservations.Remove(key);
        foreach (var (intent, quote) in book.OpenEntries)
            _reservations[(book.Symbol, intent)] = new Reservation(book.Symbol, intent, quote, null);
    }
}
