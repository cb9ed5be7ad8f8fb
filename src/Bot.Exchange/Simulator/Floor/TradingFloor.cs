using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Push;

namespace Bot.Exchange.Simulator.Floor;

/// <summary>
/// The exchange itself: pairs, accounts, and a clock that is moved from outside. Single-threaded: everything happens under
/// <see cref="Gate"/>. It knows neither HTTP nor the wall clock.
/// </summary>
internal sealed class TradingFloor
{
    // Where the pair is not traded, the exchange's own coin has a price all the same.
    private const decimal KcsPrice = 10m;

    private readonly IMarketSource _source;
    private readonly Schedule _schedule = new();
    private readonly List<PricePoint> _points = [];
    private readonly List<PairMarket> _dirty = [];
    private readonly Dictionary<string, PairMarket> _bySymbol = [];
    private readonly Dictionary<string, Account> _accounts = [];

    /// <summary>A floor at the beginning of its market.</summary>
    /// <param name="source">Where prices come from.</param>
    /// <param name="accounts">Who trades.</param>
    /// <param name="seed">Chance of everything.</param>
    /// <param name="minDelayMs">Shortest time from the acceptance of an order to its matching, ms.</param>
    /// <param name="maxDelayMs">Longest time from the acceptance of an order to its matching, ms.</param>
    /// <param name="listener">Hears of orders and stops instead of the private feed; null for the feed.</param>
    public TradingFloor(
        IMarketSource source, IEnumerable<SimulatorAccount> accounts, ulong seed, int minDelayMs, int maxDelayMs, IAccountListener? listener = null)
    {
        _source = source;
        NowMs = source.StartMs;
        MinDelayMs = minDelayMs;
        MaxDelayMs = maxDelayMs;
        MarketFeed = new MarketFeed(this);
        AccountFeed = new AccountFeed(this);
        listener ??= AccountFeed;
        Clearing = new Clearing(listener, quote => Pair($"KCS-{quote}")?.LastPrice ?? KcsPrice);
        Desk = new OrderDesk(this, _schedule, Clearing, listener);
        Stops = new StopDesk(this, _schedule, listener);
        var pairs = new PairMarket[source.Listings.Count];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = new PairMarket(this, source, i, seed);
        Pairs = pairs;
        foreach (var pair in pairs)
            _bySymbol.Add(pair.Symbol, pair);
        foreach (var settings in accounts)
            _accounts.Add(settings.Key, new Account(settings, seed));
    }

    /// <summary>Whoever reads or changes anything here holds it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What goes wrong on purpose for requests and connections of no account; null when nothing does.</summary>
    public FaultPlan? PublicFaults { get; set; }

    /// <summary>The market's clock, Unix ms.</summary>
    public long NowMs { get; private set; }

    /// <summary>Shortest time from the acceptance of an order to its matching, ms.</summary>
    public int MinDelayMs { get; }

    /// <summary>Longest time from the acceptance of an order to its matching, ms.</summary>
    public int MaxDelayMs { get; }

    /// <summary>The order that comes of a stop order does not carry the stop order's client order id.</summary>
    public bool StopOrdersLeaveNoName { get; init; }

    /// <summary>Keeps what happens to the accounts; null when nobody keeps it.</summary>
    public FloorJournal? Journal { get; set; }

    /// <summary>The pairs, in the order of the source.</summary>
    public IReadOnlyList<PairMarket> Pairs { get; }

    /// <summary>The accounts.</summary>
    public IReadOnlyCollection<Account> Accounts => _accounts.Values;

    /// <summary>Takes orders.</summary>
    public OrderDesk Desk { get; }

    /// <summary>Keeps stop orders.</summary>
    public StopDesk Stops { get; }

    /// <summary>Moves money.</summary>
    public Clearing Clearing { get; }

    /// <summary>Pushes of public data.</summary>
    public MarketFeed MarketFeed { get; }

    /// <summary>Pushes of private data.</summary>
    public AccountFeed AccountFeed { get; }

    /// <summary>First instant after the market's last price, Unix ms; null for a market without an end.</summary>
    public long? EndMs => _source.EndMs;

    /// <summary>The next instant at which something happens by itself, Unix ms; null when nothing will.</summary>
    public long? NextEventMs
    {
        get
        {
            var market = _source.NextTimeMs;
            var due = _schedule.NextDueMs;
            return market is null ? due : due is null ? market : Math.Min(market.Value, due.Value);
        }
    }

    /// <summary>A pair by its name; null when there is none.</summary>
    public PairMarket? Pair(string symbol) => _bySymbol.GetValueOrDefault(symbol);

    /// <summary>An account by its key; null when there is none.</summary>
    public Account? Account(string key) => _accounts.GetValueOrDefault(key);

    /// <summary>
    /// Moves the clock to an instant, instant by instant over everything that happens on the way: first the market's prices in the order
    /// of the pairs, then what is due, then the pushes of public data.
    /// </summary>
    public void AdvanceTo(long instantMs)
    {
        while (NextEventMs is { } next && next <= instantMs)
        {
            NowMs = Math.Max(NowMs, next);
            if (_source.NextTimeMs <= NowMs)
            {
                _points.Clear();
                _source.TakeNext(_points);
                foreach (var point in _points)
                    Pairs[point.SymbolIndex].Apply(point);
            }
            while (_schedule.TryTake(NowMs, out var scheduled))
                Desk.Run(scheduled);
            Publish();
        }
        NowMs = Math.Max(NowMs, instantMs);
    }

    /// <summary>Holds a private push back until a later instant. Nothing that is pushed to the account meanwhile overtakes it.</summary>
    public void HoldPush(Account account, HeldPush push, long delayMs)
    {
        account.LastHeldPushMs = Math.Max(NowMs + delayMs, account.LastHeldPushMs);
        account.HeldPushes.Enqueue(push);
        _schedule.Add(new Scheduled(ScheduledKind.Push, account.LastHeldPushMs, (ulong)account.Uid, account, null));
    }

    /// <summary>Notes that a pair's watchers must be told something.</summary>
    public void Touch(PairMarket pair)
    {
        if (pair.IsDirty)
            return;
        pair.IsDirty = true;
        _dirty.Add(pair);
    }

    /// <summary>
    /// Writes down what happened to the accounts, then pushes what changed since the last push. Whoever changes something outside of
    /// <see cref="AdvanceTo"/> calls it, before anybody is answered.
    /// </summary>
    /// <exception cref="AccountJournalException">It could not be written down; nothing was told of it.</exception>
    public void Publish()
    {
        if (Journal is not null)
        {
            Journal.Commit(NowMs);
            AccountFeed.LetGo();
        }
        foreach (var pair in _dirty)
        {
            pair.IsDirty = false;
            MarketFeed.Publish(pair);
        }
        _dirty.Clear();
    }
}
