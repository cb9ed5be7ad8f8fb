namespace Bot.Exchange;

/// <summary>
/// How urgent a request is when the exchange's rate budget is short. The caller says it, because only the caller knows whether a sell
/// closes a position or a query settles an exit in doubt. A lane waits for every lane above it.
/// </summary>
public enum RequestLane
{
    /// <summary>
    /// Protects money that is at stake: exits, cancels, and what is needed to decide them. A share of the budget is kept for it.
    /// </summary>
    Protective,

    /// <summary>Finds out what became of an order, or what the account holds.</summary>
    Query,

    /// <summary>Opens or grows a position.</summary>
    Entry,

    /// <summary>What a stream tells too, or a later request: market data, stops that are known to wait.</summary>
    Market,
}
