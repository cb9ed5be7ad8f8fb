using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Reconciliation;

/// <summary>A list of the exchange that was read to its end. A list that failed is absent (null where it belongs), never empty.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="AskedAtMs">When its first page was asked for, the exchange's clock, Unix ms: the age of the evidence.</param>
/// <param name="Rows">The rows.</param>
public sealed record Listing<T>(long AskedAtMs, IReadOnlyList<T> Rows);

/// <summary>What the exchange listed of one pair.</summary>
public sealed class SymbolLists
{
    /// <summary>The pair.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>Every active order; null when the list failed.</summary>
    public Listing<OrderReport>? Active { get; set; }

    /// <summary>Done orders that were created since the watermark; null when the list failed or was not asked for.</summary>
    public Listing<OrderReport>? Done { get; set; }

    /// <summary>Executions since the watermark; null when the list failed or was not asked for.</summary>
    public Listing<FillReport>? Fills { get; set; }
}

/// <summary>A balance of the account.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Total">Free and frozen together.</param>
public sealed record AccountBalance(string Currency, decimal Total);

/// <summary>A line of the exchange's own ledger.</summary>
/// <param name="Id">The exchange's number of the line.</param>
/// <param name="Currency">Whose balance changed.</param>
/// <param name="Amount">By how much; below zero when it left. Fees are in it.</param>
/// <param name="TimeMs">When, Unix ms.</param>
/// <param name="Reason">As the exchange names it.</param>
/// <param name="Symbol">The pair, of a trade.</param>
/// <param name="OrderId">The exchange's order id, of a trade; null says that it was none.</param>
/// <param name="TradeId">The trade.</param>
public sealed record AccountMovement(
    long Id, string Currency, decimal Amount, long TimeMs, string Reason, Symbol? Symbol, string? OrderId, long? TradeId);

/// <summary>One look at the account: what every list said, or that it did not answer. Plain data.</summary>
public sealed class AccountSweep
{
    /// <summary>When it began, the exchange's clock, Unix ms. Nothing in it is older.</summary>
    public required long BeganAtMs { get; init; }

    /// <summary>Whether done orders, executions, balances and the ledger were asked for too.</summary>
    public bool IsFull { get; init; }

    /// <summary>Done orders and executions were read from here, Unix ms.</summary>
    public long SinceMs { get; init; }

    /// <summary>The lists of each pair: all that the journals know, and those where the exchange shows active orders.</summary>
    public required IReadOnlyList<SymbolLists> Symbols { get; init; }

    /// <summary>Every stop of the account that waits at the exchange; null when the list failed.</summary>
    public Listing<StopReport>? Stops { get; set; }

    /// <summary>False where the exchange holds no stops for us: there is no list, and none is missed.</summary>
    public bool HasStops { get; init; } = true;

    /// <summary>The balances; null when they failed or were not asked for.</summary>
    public Listing<AccountBalance>? Balances { get; set; }

    /// <summary>The ledger since the watermark; null when it failed or was not asked for.</summary>
    public Listing<AccountMovement>? Movements { get; set; }

    /// <summary>False where the client cannot read a ledger.</summary>
    public bool HasLedger { get; init; } = true;

    /// <summary>What did not answer, in words; empty when everything did.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>
    /// True when the sweep began after the time and every list that concerns the pair answered: the pair may open again (RELIABILITY.md R14).
    /// </summary>
    public bool Covers(Symbol symbol, long sinceMs)
    {
        if (!IsFull || BeganAtMs < sinceMs || Balances is null || (HasStops && Stops is null))
            return false;
        foreach (var lists in Symbols)
        {
            if (lists.Symbol == symbol)
                return lists is { Active: not null, Done: not null, Fills: not null };
        }
        return false;
    }

    /// <summary>True when every list answered that was asked for.</summary>
    public bool IsComplete()
    {
        if ((HasStops && Stops is null) || (IsFull && (Balances is null || (HasLedger && Movements is null))))
            return false;
        foreach (var lists in Symbols)
        {
            if (lists.Active is null || (IsFull && (lists.Done is null || lists.Fills is null)))
                return false;
        }
        return true;
    }
}
