namespace Bot.Exchange.Simulator.Accounts;

/// <summary>One order's side of an execution.</summary>
/// <param name="Id">Rising over all accounts; the cursor of the list of fills.</param>
/// <param name="TradeId">The trade; rising within the pair.</param>
/// <param name="Order">The order.</param>
/// <param name="CounterOrderId">The other side's order id.</param>
/// <param name="IsMaker">The order was resting.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="Fee">Fee, not rounded.</param>
/// <param name="FeeCurrency">What the fee was paid in.</param>
/// <param name="FeeRate">Fee as a fraction of the traded value.</param>
/// <param name="TimeMs">Market time, Unix ms.</param>
internal sealed record AccountFill(
    long Id,
    long TradeId,
    AccountOrder Order,
    string CounterOrderId,
    bool IsMaker,
    decimal Price,
    decimal Size,
    decimal Fee,
    string FeeCurrency,
    decimal FeeRate,
    long TimeMs);
