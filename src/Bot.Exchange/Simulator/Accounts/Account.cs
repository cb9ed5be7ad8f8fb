using System.Globalization;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Push;

namespace Bot.Exchange.Simulator.Accounts;

/// <summary>A user's account: balances, orders, fills. Touched only under the floor's gate.</summary>
internal sealed class Account
{
    private const long DayMs = 86_400_000;
    private const long FilledKeptMs = 7 * DayMs;
    private const long CancelledKeptMs = 2 * DayMs;

    private readonly SortedDictionary<string, AccountBalance> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccountOrder> _byId = [];
    private readonly Dictionary<(PairMarket Pair, string ClientOid), AccountOrder> _byClientOid = [];
    private readonly HashSet<string> _activeClientOids = [];
    private readonly List<AccountOrder> _orders = [];
    private readonly List<AccountOrder> _active = [];
    private readonly List<AccountOrder> _done = [];
    private readonly List<AccountFill> _fills = [];
    private readonly List<AccountTransfer> _transfers = [];
    private readonly Dictionary<string, long> _uses = [];
    private readonly ulong _chance;

    /// <summary>An account with its starting balances.</summary>
    public Account(SimulatorAccount settings, ulong seed)
    {
        Settings = settings;
        _chance = StableHash.Of(seed, settings.Key);
        Uid = StableHash.Between(_chance, 100_000_000, 999_999_999);
        UserId = Hex24(_chance);
        foreach (var (currency, amount) in settings.Balances)
            _balances.Add(currency, new AccountBalance(currency, BalanceId(currency), amount));
    }

    /// <summary>Key, secret, rates and permissions.</summary>
    public SimulatorAccount Settings { get; }

    /// <summary>The account's number.</summary>
    public long Uid { get; }

    /// <summary>The id that private frames carry.</summary>
    public string UserId { get; }

    /// <summary>Its private push topics.</summary>
    public AccountTopics Topics { get; } = new();

    /// <summary>True when the account is judged by the virtual clock of a lockstep run.</summary>
    public bool IsOnVirtualClock { get; set; }

    /// <summary>The rates of pairs without rates of their own.</summary>
    public FeeRates BaseFees => WithFaults(new FeeRates(Settings.MakerFeeRate, Settings.TakerFeeRate));

    /// <summary>The rates that a new order of a pair will pay.</summary>
    public FeeRates FeesOf(string symbol) => WithFaults(Settings.FeesOf(symbol));

    /// <summary>Pushes that are held back on purpose, oldest first.</summary>
    public Queue<HeldPush> HeldPushes { get; } = new();

    /// <summary>When the last of them is due, Unix ms.</summary>
    public long LastHeldPushMs { get; set; }

    /// <summary>What goes wrong for it on purpose; null when nothing does.</summary>
    public FaultPlan? Faults { get; set; }

    /// <summary>Its stop orders.</summary>
    public StopBook Stops { get; } = new();

    /// <summary>The dead man's switch; null when it is off.</summary>
    public DeadManSwitch? DeadManSwitch { get; set; }

    /// <summary>Balances in the order of the currencies' names. A currency that was touched once stays.</summary>
    public IReadOnlyCollection<AccountBalance> Balances => _balances.Values;

    /// <summary>Every order, oldest first.</summary>
    public IReadOnlyList<AccountOrder> Orders => _orders;

    /// <summary>Orders that can fill, oldest first.</summary>
    public IReadOnlyList<AccountOrder> Active => _active;

    /// <summary>Done orders, in the order in which they ended.</summary>
    public IReadOnlyList<AccountOrder> Done => _done;

    /// <summary>Executions, oldest first.</summary>
    public IReadOnlyList<AccountFill> Fills => _fills;

    /// <summary>Money that came from outside or left, oldest first.</summary>
    public IReadOnlyList<AccountTransfer> Transfers => _transfers;

    /// <summary>Moves money in or out, outside of any trade.</summary>
    public void Transfer(string currency, decimal amount, long nowMs)
    {
        Balance(currency).Transfer(amount);
        _transfers.Add(new AccountTransfer(currency, amount, nowMs, _fills.Count));
    }

    /// <summary>The balance of a currency, made when there is none.</summary>
    public AccountBalance Balance(string currency)
    {
        if (!_balances.TryGetValue(currency, out var balance))
            _balances.Add(currency, balance = new AccountBalance(currency, BalanceId(currency), 0));
        return balance;
    }

    /// <summary>
    /// The chance of a new order: the same for the same name used the same number of times, whatever other orders came between.
    /// </summary>
    public ulong ChanceOf(string name)
    {
        var uses = _uses.GetValueOrDefault(name);
        _uses[name] = uses + 1;
        return StableHash.Combine(StableHash.Of(_chance, name), (ulong)uses);
    }

    /// <summary>True when an id of this account is taken, by whatever order.</summary>
    public bool Knows(string orderId) => _byId.ContainsKey(orderId);

    /// <summary>True when an active order has the client order id.</summary>
    public bool IsActiveClientOid(string clientOid) => _activeClientOids.Contains(clientOid);

    /// <summary>An order by the exchange's id, while the exchange still tells of it.</summary>
    public AccountOrder? Find(string orderId, long nowMs) =>
        _byId.GetValueOrDefault(orderId) is { } order && IsReadable(order, nowMs) ? order : null;

    /// <summary>The last order with a client order id, while the exchange still tells of it.</summary>
    public AccountOrder? Find(PairMarket pair, string clientOid, long nowMs) =>
        _byClientOid.GetValueOrDefault((pair, clientOid)) is { } order && IsReadable(order, nowMs) ? order : null;

    /// <summary>Done orders are told of for seven days when something filled, for two when nothing did.</summary>
    public static bool IsReadable(AccountOrder order, long nowMs) =>
        order.IsActive || nowMs - order.UpdatedAtMs <= (order.DealSize > 0 ? FilledKeptMs : CancelledKeptMs);

    /// <summary>Takes a new order into the books.</summary>
    public void Add(AccountOrder order)
    {
        _orders.Add(order);
        _active.Add(order);
        _byId.Add(order.OrderId, order);
        if (order.Request.ClientOid is { } clientOid)
        {
            _byClientOid[(order.Pair, clientOid)] = order;
            _activeClientOids.Add(clientOid);
        }
    }

    /// <summary>Moves an order to the done ones.</summary>
    public void End(AccountOrder order)
    {
        _active.Remove(order);
        _done.Add(order);
        if (order.Request.ClientOid is { } clientOid)
            _activeClientOids.Remove(clientOid);
    }

    /// <summary>Takes an order up again that a journal tells of, in the order of acceptance.</summary>
    public void Resume(AccountOrder order, string name)
    {
        Add(order);
        ChanceOf(name);
        if (!order.IsActive)
            End(order);
    }

    /// <summary>Puts the done orders into the order in which they ended.</summary>
    public void SortDone() => _done.Sort((a, b) => a.DoneNumber.CompareTo(b.DoneNumber));

    /// <summary>Sets a balance to what a journal tells.</summary>
    public void Resume(string currency, decimal initial, decimal available, decimal held)
    {
        var balance = new AccountBalance(currency, BalanceId(currency), initial);
        balance.Change(available - initial, held);
        _balances[currency] = balance;
    }

    /// <summary>Takes an execution into the books.</summary>
    public void Add(AccountFill fill) => _fills.Add(fill);

    /// <summary>Twenty-four hex digits out of a hash.</summary>
    public static string Hex24(ulong hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{hash:x16}{StableHash.Mix(hash) >> 32:x8}");

    // A fault turns the maker's fee into a rebate, which the taker's fee has to pay for.
    private FeeRates WithFaults(FeeRates fees) => Faults?.Profile.MakerFeeRate is { } rate ? fees with { Maker = Math.Max(rate, -fees.Taker) } : fees;

    private string BalanceId(string currency) => Hex24(StableHash.Combine(_chance, StableHash.Of(1, currency)));
}

/// <summary>Money that came from outside or left.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">How much; below zero when it left.</param>
/// <param name="TimeMs">When, Unix ms.</param>
/// <param name="FillsBefore">Executions of the account before it: its place in the ledger.</param>
internal sealed record AccountTransfer(string Currency, decimal Amount, long TimeMs, int FillsBefore);

/// <summary>A dead man's switch that is on.</summary>
/// <param name="TimeoutSeconds">What was asked for.</param>
/// <param name="Symbols">The pairs it covers; empty for all.</param>
/// <param name="SetAtMs">When it was set, Unix ms.</param>
internal sealed record DeadManSwitch(int TimeoutSeconds, IReadOnlyList<string> Symbols, long SetAtMs)
{
    /// <summary>When it fires, Unix ms.</summary>
    public long FiresAtMs => SetAtMs + (TimeoutSeconds * 1000L);
}
