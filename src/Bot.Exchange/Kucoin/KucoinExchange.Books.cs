using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange : IBookStreams
{
    /// <inheritdoc/>
    public Task<Answer<BookSnapshot>> GetOrderBookAsync(
        Symbol symbol, BookDepth depth, RequestLane lane = RequestLane.Market, CancellationToken cancel = default) =>
        _work.RunAsync(c => BookAsync(symbol, depth, lane, c), cancel);

    /// <inheritdoc/>
    public IBookStream OpenBookStream(IBookStreamListener listener, BookDepth depth = BookDepth.Full) => _hasCredentials || depth != BookDepth.Full
        ? new KucoinBookStream(_push, (symbol, c) => BookAsync(symbol, depth, RequestLane.Market, c), listener)
        : throw new InvalidOperationException("An order book stream needs an API key: the full book is given to signed requests only.");

    private async Task<Answer<BookSnapshot>> BookAsync(Symbol symbol, BookDepth depth, RequestLane lane, CancellationToken cancel)
    {
        var endpoint = depth switch
        {
            BookDepth.Best20 => EndpointList.Book20,
            BookDepth.Best100 => EndpointList.Book100,
            _ => EndpointList.FullBook,
        };
        var answer = await _rest.ReadAsync(endpoint, $"{endpoint.Template}?symbol={symbol}", BookReaders.Snapshot, lane, cancel)
            .ConfigureAwait(false);
        return answer.IsSuccess ? answer with { Value = answer.Required with { Symbol = symbol } } : answer;
    }
}
