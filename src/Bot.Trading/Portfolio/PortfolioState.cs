using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Trading.Portfolio;

/// <summary>Money set aside for an entry.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The pair's intent.</param>
/// <param name="Quote">Reserved quote.</param>
/// <param name="ExpiresMs">When it lapses, Unix ms; null once the pair's books showed the entry.</param>
public sealed record Reservation(Symbol Symbol, long IntentNumber, decimal Quote, long? ExpiresMs);

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
    IReadOnlyList<Reservation> Reservations);

/// <summary>The journaled books of the account: what every pair holds, what is reserved, what may be opened.</summary>
public sealed class PortfolioState
{
    private readonly SortedDictionary<Symbol, PairBook> _books = [];
    private readonly SortedDictionary<(Symbol Symbol, long Intent), Reservation> _reservations = [];

    /// <summary>Currency of the books; empty before they are open.</summary>
    public string QuoteCurrency { get; private set; } = "";

    /// <summary>Cash at the beginning; null before the books are open.</summary>
    public decimal? InitialCash { get; private set; }

    /// <summary>Whether positions may be opened.</summary>
    public TradingMode Mode { get; private set; }

    /// <summary>Why the mode is what it is.</summary>
    public string ModeReason { get; private set; } = "";

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
                (QuoteCurrency, InitialCash, Peak) = (o.QuoteCurrency, o.Cash, o.Cash);
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
                (Peak, MaxDrawdown, LastMarkMs) = (m.Peak, m.MaxDrawdown, m.MarketMs);
                break;
            case ModeChanged m:
                (Mode, ModeReason) = (m.Mode, m.Reason);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not an event of the portfolio.");
        }
    }

    /// <summary>The state as a stored contract.</summary>
    public PortfolioSnapshot ToSnapshot() => new(
        QuoteCurrency, InitialCash, Mode, ModeReason, Epoch, Peak, MaxDrawdown, LastMarkMs, [.. _books.Values], [.. _reservations.Values]);

    /// <summary>The state from a stored contract.</summary>
    public static PortfolioState From(PortfolioSnapshot s)
    {
        var state = new PortfolioState
        {
            QuoteCurrency = s.QuoteCurrency,
            InitialCash = s.InitialCash,
            Mode = s.Mode,
            ModeReason = s.ModeReason,
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
