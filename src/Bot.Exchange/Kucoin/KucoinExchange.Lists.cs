using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange : IAccountLists
{
    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<Symbol>>> GetActiveSymbolsAsync(RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        _work.RunAsync(
            async c =>
            {
                var answer = await _rest.ReadAsync(
                    EndpointList.ActiveSymbols, EndpointList.ActiveSymbols.Template, OrderReaders.ActiveSymbols, lane, c).ConfigureAwait(false);
                return new Answer<IReadOnlyList<Symbol>>(answer.Value, answer.Failure, answer.IssuedAtMs);
            },
            cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<StopOrderReport>>> GetAllStopOrdersAsync(RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        new KucoinStopOrders(_rest, _work, _options).AllAsync(lane, cancel);
}
