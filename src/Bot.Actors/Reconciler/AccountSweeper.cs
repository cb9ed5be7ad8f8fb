using Bot.Exchange;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Reconciliation;

namespace Bot.Actors.Reconciler;

/// <summary>What a sweep shall ask for.</summary>
/// <param name="BeganAtMs">The exchange's clock now, Unix ms.</param>
/// <param name="IsFull">Whether done orders, executions, ledger and balances are wanted too.</param>
/// <param name="SinceMs">The past is read from here, Unix ms.</param>
/// <param name="Symbols">Pairs to look at, beside those where the exchange shows active orders.</param>
public sealed record SweepPlan(long BeganAtMs, bool IsFull, long SinceMs, IReadOnlyCollection<Symbol> Symbols);

/// <summary>
/// Reads the account's lists, one after the other, and changes nothing. A list that fails is tried again and then left out; the others go
/// on. Enters no work of its own: it goes on inside the units of its requests (docs/lockstep.md).
/// </summary>
/// <param name="exchange">The exchange.</param>
public sealed class AccountSweeper(IExchange exchange)
{
    /// <summary>A list is asked for so often before it counts as failed; the client repeats some requests by itself below that.</summary>
    private const int Attempts = 3;

    /// <summary>Looks at the account.</summary>
    public async Task<AccountSweep> SweepAsync(SweepPlan plan, CancellationToken cancel)
    {
        var failures = new List<string>();
        var lists = exchange as IAccountLists;
        Listing<Symbol>? active = lists is null
            ? null
            : await ReadAsync("pairs with active orders", () => lists.GetActiveSymbolsAsync(cancel: cancel), failures).ConfigureAwait(false);
        var symbols = new SortedSet<Symbol>(plan.Symbols);
        if (active is not null)
            symbols.UnionWith(active.Rows);
        var ofSymbols = new List<SymbolLists>(symbols.Count);
        foreach (var symbol in symbols)
            ofSymbols.Add(await SymbolAsync(symbol, plan, active, failures).ConfigureAwait(false));

        var (hasStops, stops) = lists is null ? (false, null) : await StopsAsync(lists, failures, cancel).ConfigureAwait(false);
        var history = exchange as IAccountHistory;
        Listing<AccountMovement>? movements = null;
        if (plan.IsFull && history is not null)
        {
            // A little into the future: the exchange's clock is not ours.
            var ledger = await ReadAsync(
                "ledger", () => history.GetLedgerAsync(null, plan.SinceMs, plan.BeganAtMs + 60_000, cancel), failures).ConfigureAwait(false);
            movements = ledger is null ? null : new Listing<AccountMovement>(ledger.AskedAtMs, [.. ledger.Rows.Select(Movement)]);
        }

        // Last: what the lists show is in them then, and what came after the lists is told by the journals.
        Listing<AccountBalance>? balances = null;
        if (plan.IsFull)
        {
            var read = await ReadAsync("balances", () => exchange.GetBalancesAsync(cancel: cancel), failures).ConfigureAwait(false);
            balances = read is null ? null : new Listing<AccountBalance>(read.AskedAtMs, [.. read.Rows.Select(b => new AccountBalance(b.Currency, b.Total))]);
        }
        return new AccountSweep
        {
            BeganAtMs = plan.BeganAtMs,
            IsFull = plan.IsFull,
            SinceMs = plan.SinceMs,
            Symbols = ofSymbols,
            HasStops = hasStops,
            Stops = stops,
            HasLedger = history is not null,
            Movements = movements,
            Balances = balances,
            Failures = failures,
        };

        async Task<SymbolLists> SymbolAsync(Symbol symbol, SweepPlan p, Listing<Symbol>? withOrders, List<string> failed) => new()
        {
            Symbol = symbol,
            Active = withOrders is not null && !withOrders.Rows.Contains(symbol)
                ? new Listing<OrderReport>(withOrders.AskedAtMs, [])
                : await ReadAsync($"active orders of {symbol}", () => exchange.GetActiveOrdersAsync(symbol, cancel: cancel), failed).ConfigureAwait(false),
            Done = p.IsFull
                ? await ReadAsync($"done orders of {symbol}", () => exchange.GetDoneOrdersAsync(symbol, p.SinceMs, cancel: cancel), failed).ConfigureAwait(false)
                : null,
            Fills = p.IsFull
                ? await ReadAsync($"executions of {symbol}", () => exchange.GetFillsAsync(symbol, p.SinceMs, cancel: cancel), failed).ConfigureAwait(false)
                : null,
        };
    }

    private static async Task<(bool HasStops, Listing<StopReport>? Stops)> StopsAsync(IAccountLists lists, List<string> failures, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await lists.GetAllStopOrdersAsync(cancel: cancel).ConfigureAwait(false);
            if (answer.Failure is not { } failure)
                return (true, new Listing<StopReport>(answer.IssuedAtMs, [.. answer.Required.Select(Stop)]));

            // An exchange that refuses the list serves no stops: there are none to miss.
            if (failure.Kind is FailureKind.Rejected or FailureKind.NotFound)
                return (false, null);
            if (attempt < Attempts && IsWorthAnother(failure, cancel))
                continue;
            failures.Add($"stops: {failure}");
            return (true, null);
        }
    }

    private static async Task<Listing<T>?> ReadAsync<T>(string what, Func<Task<Answer<IReadOnlyList<T>>>> ask, List<string> failures)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await ask().ConfigureAwait(false);
            if (answer.Failure is not { } failure)
                return new Listing<T>(answer.IssuedAtMs, answer.Required);
            if (attempt < Attempts && IsWorthAnother(failure, CancellationToken.None))
                continue;
            failures.Add($"{what}: {failure}");
            return null;
        }
    }

    private static bool IsWorthAnother(ExchangeFailure failure, CancellationToken cancel) =>
        failure is { Kind: FailureKind.Doubt } and not { Code: "cancelled" } && !cancel.IsCancellationRequested;

    private static AccountMovement Movement(LedgerEntry e) => new(
        e.Id, e.Currency, e.IsIncoming ? e.Amount : -e.Amount, e.TimeMs, e.Reason, e.Symbol, e.OrderId, e.TradeId);

    private static StopReport Stop(StopOrderReport s) => new(
        s.OrderId, s.ClientOrderId, s.Symbol, s.StopPrice, s.Size, s.IsTriggered, s.CreatedAtMs, s.TriggeredAtMs);
}
