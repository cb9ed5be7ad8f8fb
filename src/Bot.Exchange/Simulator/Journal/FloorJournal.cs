using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;

namespace Bot.Exchange.Simulator.Journal;

/// <summary>
/// Notes what an instant changes on a floor and writes it down at its end. Touched only under the floor's gate; the end of an instant
/// comes before anybody hears of it.
/// </summary>
internal sealed class FloorJournal
{
    private readonly AccountJournal _file;
    private readonly HashSet<AccountOrder> _orders = [];
    private readonly HashSet<StopOrder> _stops = [];
    private readonly HashSet<Account> _switches = [];
    private readonly Dictionary<Account, int> _fillsWritten = [];

    private FloorJournal(AccountJournal file) => _file = file;

    /// <summary>Takes up what a journal tells of, and keeps it from then on.</summary>
    /// <exception cref="AccountJournalException">The journal tells of accounts or pairs that the floor does not have.</exception>
    public static void Attach(AccountJournal file, TradingFloor floor)
    {
        FloorResumption.Run(file, floor);
        file.Forget();
        var journal = new FloorJournal(file);
        foreach (var account in floor.Accounts)
            journal._fillsWritten[account] = account.Fills.Count;
        file.Append(number => new JournalEntry
        {
            Number = number,
            TimeMs = floor.NowMs,
            Begins = true,
            Balances = [.. floor.Accounts.SelectMany(a => a.Balances.Select(b => BalanceOf(a, b)))],
        });
        floor.Journal = journal;
    }

    /// <summary>An order has changed, and perhaps its account's balances in the currencies of its pair.</summary>
    public void Touch(AccountOrder order) => _orders.Add(order);

    /// <summary>A stop order has changed.</summary>
    public void Touch(StopOrder stop) => _stops.Add(stop);

    /// <summary>An account's dead man's switch has changed.</summary>
    public void TouchSwitch(Account account) => _switches.Add(account);

    /// <summary>Writes down what has changed since the last call, if anything has.</summary>
    /// <exception cref="AccountJournalException">It could not be written, now or before.</exception>
    public void Commit(long nowMs)
    {
        _file.RequireSound();
        if (_orders.Count == 0 && _stops.Count == 0 && _switches.Count == 0)
            return;
        _file.Append(number => new JournalEntry
        {
            Number = number,
            TimeMs = nowMs,
            Pairs = OrNull(_orders.Select(o => o.Pair).Concat(_stops.Select(s => s.Pair)).Distinct()
                .Select(p => JournalPair.Of(p.Rules)).Where(p => _file.Pair(p.Symbol) != p)),
            Orders = OrNull(_orders.Select(JournalOrder.Of)),
            Fills = OrNull(_fillsWritten.SelectMany(w => w.Key.Fills.Skip(w.Value).Select(f => JournalFill.Of(w.Key, f)))),
            Stops = OrNull(_stops.Select(JournalStop.Of)),
            Balances = OrNull(_orders
                .SelectMany(o => (string[])[o.Pair.Rules.BaseCurrency, o.Pair.Rules.QuoteCurrency], (o, c) => (o.Account, Currency: c)).Distinct()
                .Select(b => BalanceOf(b.Account, b.Account.Balance(b.Currency)))),
            Switches = OrNull(_switches.Select(SwitchOf)),
        });
        foreach (var account in _fillsWritten.Keys)
            _fillsWritten[account] = account.Fills.Count;
        _orders.Clear();
        _stops.Clear();
        _switches.Clear();
    }

    private static List<T>? OrNull<T>(IEnumerable<T> rows) => rows.ToList() is { Count: > 0 } list ? list : null;

    private static JournalBalance BalanceOf(Account account, AccountBalance balance) =>
        new(account.Settings.Key, balance.Currency, balance.Initial, balance.Available, balance.Held);

    private static JournalSwitch SwitchOf(Account account) => new(
        account.Settings.Key, account.DeadManSwitch?.TimeoutSeconds, account.DeadManSwitch?.Symbols ?? [], account.DeadManSwitch?.SetAtMs ?? 0);
}
