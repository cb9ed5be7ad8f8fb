using System.Text.Json.Serialization;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Pairs;

/// <summary>One attempt to place an intent's order, as the pair knows it.</summary>
/// <param name="Intended">The decision.</param>
/// <param name="Outcome">How the order ended; null while it is unsettled.</param>
/// <param name="FilledSize">Sum of the fills applied, base.</param>
/// <param name="FilledFunds">Sum of the fills applied, quote.</param>
/// <param name="Trades">Fills applied, with whether the fee is known: the idempotent door's memory.</param>
/// <param name="SettledAtMs">When it was settled, Unix ms; 0 while it is not.</param>
public sealed record Attempt(
    OrderIntended Intended, OrderOutcome? Outcome, decimal FilledSize, decimal FilledFunds, IReadOnlyList<AppliedTrade> Trades, long SettledAtMs)
{
    /// <summary>True when the exchange has shown the stop as waiting.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsConfirmed { get; init; }

    /// <summary>True when the stop's price has come.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTriggered { get; init; }

    /// <summary>True when the pair wants it cancelled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsCancelling { get; init; }

    /// <summary>The exchange's word on an order that was taken over: its tracker begins with it, however often it has to begin; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Adoption? Adopted { get; init; }

    /// <summary>The order's id.</summary>
    public string ClientOrderId => Intended.Spec.ClientOrderId;

    /// <summary>True while the order may still do something.</summary>
    public bool IsOpen => Outcome is null;

    /// <summary>True for a stop that waits at the exchange, or is on its way there, and is wanted.</summary>
    [JsonIgnore]
    public bool IsWaitingStop => IsOpen && Intended.Leg == IntentLeg.Stop && !IsTriggered && !IsCancelling;

    /// <summary>True for an exit that sells only a part.</summary>
    [JsonIgnore]
    public bool IsPartial => Intended.Exit == ExitReason.Ladder;

    /// <summary>The execution as it was applied; null when it was not applied to this order.</summary>
    public AppliedTrade? Trade(string orderId, long tradeId)
    {
        for (var i = 0; i < Trades.Count; i++)
        {
            if (Trades[i].TradeId == tradeId && Trades[i].OrderId == orderId)
                return Trades[i];
        }
        return null;
    }
}

/// <summary>A fill that was applied. The key is (order id, trade id): the two sides of a self-trade share the trade id.</summary>
/// <param name="OrderId">The exchange's order id.</param>
/// <param name="TradeId">The exchange's trade id.</param>
/// <param name="Price">Price, for a fee in base.</param>
/// <param name="FeeKnown">Whether the fee was applied.</param>
public sealed record AppliedTrade(string OrderId, long TradeId, decimal Price, bool FeeKnown);

/// <summary>The round trip that is under way.</summary>
/// <param name="OpenedAtMs">Time of its first fill.</param>
/// <param name="RealisedBefore">The pair's realised result before it.</param>
/// <param name="FeesBefore">The pair's fees before it.</param>
/// <param name="BoughtSize">Bought so far, base.</param>
/// <param name="BoughtFunds">Bought so far, quote.</param>
/// <param name="SoldSize">Sold so far, base.</param>
/// <param name="SoldFunds">Sold so far, quote.</param>
public sealed record OpenTrade(
    long OpenedAtMs, decimal RealisedBefore, decimal FeesBefore, decimal BoughtSize, decimal BoughtFunds, decimal SoldSize, decimal SoldFunds);

/// <summary>A pair's state as it is stored in a snapshot: a contract of its own.</summary>
public sealed record PairSnapshot(
    Symbol Symbol,
    int SymbolId,
    string BaseCurrency,
    string QuoteCurrency,
    string Strategy,
    string RiskLevel,
    PairPhase Phase,
    string? EntriesPaused,
    long Epoch,
    long Version,
    long NextIntent,
    long Trades,
    Position Position,
    Protection? Protection,
    OpenTrade? Trade,
    ExitReason? ExitWanted,
    IReadOnlyList<Attempt> Attempts,
    PairRecordSnapshot? Record = null);
