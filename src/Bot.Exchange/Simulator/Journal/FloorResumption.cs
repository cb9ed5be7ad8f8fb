using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Journal;

/// <summary>
/// Brings a floor that has not begun to where a journal ends. Nothing is filled for the time in between: resting orders meet the prices
/// that come from now on, as if the market had stood still. What was due by the clock is due at once.
/// </summary>
internal sealed class FloorResumption
{
    private readonly TradingFloor _floor;
    private readonly OrderedDictionary<string, JournalOrder> _orders = [];
    private readonly OrderedDictionary<string, JournalStop> _stops = [];
    private readonly Dictionary<(string Account, string Currency), JournalBalance> _balances = [];
    private readonly Dictionary<string, JournalSwitch> _switches = [];
    private readonly List<JournalFill> _fills = [];
    private int _runs;

    private FloorResumption(AccountJournal file, TradingFloor floor)
    {
        _floor = floor;
        foreach (var entry in file.Entries)
            Take(entry);
    }

    /// <summary>Does it.</summary>
    /// <exception cref="AccountJournalException">The journal tells of accounts or pairs that the floor does not have.</exception>
    public static void Run(AccountJournal file, TradingFloor floor) => new FloorResumption(file, floor).Run();

    // What comes again keeps its first place: the order of acceptance.
    private void Take(JournalEntry entry)
    {
        _runs += entry.Begins ? 1 : 0;
        foreach (var order in entry.Orders ?? [])
            _orders[order.OrderId] = order;
        foreach (var stop in entry.Stops ?? [])
            _stops[stop.StopId] = stop;
        foreach (var balance in entry.Balances ?? [])
            _balances[(balance.Account, balance.Currency)] = balance;
        foreach (var deadMan in entry.Switches ?? [])
            _switches[deadMan.Account] = deadMan;
        _fills.AddRange(entry.Fills ?? []);
    }

    private void Run()
    {
        foreach (var balance in _balances.Values)
            AccountOf(balance.Account).Resume(balance.Currency, balance.Initial, balance.Available, balance.Held);
        var orders = _orders.Values.Select(o => o.ToOrder(AccountOf(o.Account), PairOf(o.Request.Symbol))).ToDictionary(o => o.OrderId);
        foreach (var order in orders.Values)
            order.Account.Resume(order, order.Request.ClientOid ?? OrderDesk.NameOf(order.Request));
        foreach (var account in _floor.Accounts)
            account.SortDone();
        var fills = _fills.Select(f => f.ToFill(orders[f.OrderId])).ToList();
        foreach (var fill in fills)
            fill.Order.Account.Add(fill);
        _floor.Clearing.Resume(fills);
        foreach (var pair in _floor.Pairs)
            pair.Engine.SkipRuns(_runs, fills.Where(f => f.Order.Pair == pair).Select(f => f.TradeId).DefaultIfEmpty().Max());
        foreach (var order in orders.Values.OrderBy(o => o.Stamp))
            _floor.Desk.Resume(order);
        foreach (var stop in _stops.Values)
        {
            var account = AccountOf(stop.Account);
            account.ChanceOf(StopDesk.NameOf(stop.Request, stop.Kind, stop.StopPrice));
            _floor.Stops.Resume(stop.ToStop(account, PairOf(stop.Request.Symbol)));
        }
        foreach (var deadMan in _switches.Values.Where(s => s.TimeoutSeconds is not null))
            _floor.Desk.SetDeadManSwitch(AccountOf(deadMan.Account), new DeadManSwitch(deadMan.TimeoutSeconds!.Value, deadMan.Symbols, deadMan.SetAtMs));
        foreach (var pair in _floor.Pairs)
            pair.Open();
    }

    private Account AccountOf(string key) => _floor.Account(key)
        ?? throw new AccountJournalException($"The account's file tells of an account '{key}' that this exchange does not have.");

    private PairMarket PairOf(string symbol) => _floor.Pair(symbol)
        ?? throw new AccountJournalException($"The account's file tells of orders of {symbol}, a pair that this market does not have.");
}
