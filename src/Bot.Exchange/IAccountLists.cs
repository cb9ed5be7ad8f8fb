using Bot.Trading.Market;

namespace Bot.Exchange;

/// <summary>Lists over the whole account, for who holds it against his books: they show what nobody would ask for by a pair's name.</summary>
public interface IAccountLists
{
    /// <summary>Every pair that has an active order of the account. Stops that wait for their trigger are not among them.</summary>
    Task<Answer<IReadOnlyList<Symbol>>> GetActiveSymbolsAsync(RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Every stop order of the account that waits for its trigger, all pages. Fails where the exchange serves none.</summary>
    Task<Answer<IReadOnlyList<StopOrderReport>>> GetAllStopOrdersAsync(RequestLane lane = RequestLane.Query, CancellationToken cancel = default);
}
