using System.Globalization;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange
{
    private const int MostCandles = 1500;

    /// <inheritdoc/>
    public Task<Answer<long>> GetServerTimeAsync(CancellationToken cancel) => _work.RunAsync(
        c => _rest.ReadAsync(EndpointList.ServerTime, EndpointList.ServerTime.Template, MarketReaders.ServerTime, RequestLane.Query, c),
        cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<SymbolRules>>> GetSymbolsAsync(CancellationToken cancel) => _work.RunAsync(
        // Without its rules nothing of a pair can be sold: they do not wait behind the candles of hundreds of pairs.
        c => _rest.ReadAsync(EndpointList.Symbols, EndpointList.Symbols.Template, MarketReaders.Symbols, RequestLane.Protective, c), cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<MarketTicker>>> GetAllTickersAsync(CancellationToken cancel) => _work.RunAsync(
        c => _rest.ReadAsync(EndpointList.AllTickers, EndpointList.AllTickers.Template, MarketReaders.AllTickers, RequestLane.Market, c),
        cancel);

    /// <inheritdoc/>
    public Task<Answer<Ticker>> GetTickerAsync(Symbol symbol, RequestLane lane = RequestLane.Market, CancellationToken cancel = default) =>
        _work.RunAsync(
            async c =>
            {
                var query = $"{EndpointList.Ticker.Template}?symbol={symbol}";
                var answer = await _rest.ReadAsync(EndpointList.Ticker, query, MarketReaders.Ticker, lane, c).ConfigureAwait(false);
                return answer.IsSuccess ? answer with { Value = answer.Value with { Symbol = symbol } } : answer;
            },
            cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<Candle>>> GetCandlesAsync(
        Symbol symbol, CandleInterval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(interval);
        ArgumentOutOfRangeException.ThrowIfNegative(fromMs);
        ArgumentOutOfRangeException.ThrowIfLessThan(toMs, fromMs);
        return _work.RunAsync(c => CandlesAsync(symbol, interval, fromMs, toMs, c), cancel);
    }

    private async Task<Answer<IReadOnlyList<Candle>>> CandlesAsync(
        Symbol symbol, CandleInterval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        // Nobody knows whether endAt is inclusive. One second after the last open time of the range is right either way.
        var startAt = (fromMs + 999) / 1000;
        var endAt = (interval.OpenTimeMs(Math.Max(fromMs, toMs - 1)) / 1000) + 1;
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"{EndpointList.Candles.Template}?symbol={symbol}&type={interval.Name}&startAt={startAt}&endAt={endAt}");
        var answer = await _rest.ReadAsync(EndpointList.Candles, query, MarketReaders.Candles, RequestLane.Market, cancel)
            .ConfigureAwait(false);
        if (!answer.IsSuccess)
            return new Answer<IReadOnlyList<Candle>>(null, answer.Failure, answer.IssuedAtMs);
        var rows = answer.Required.Where(r => r.OpenTimeMs >= fromMs && r.OpenTimeMs < toMs)
            .DistinctBy(r => r.OpenTimeMs).OrderBy(r => r.OpenTimeMs).ToList();
        if (rows.Count > MostCandles)
            rows.RemoveRange(0, rows.Count - MostCandles);
        return new Answer<IReadOnlyList<Candle>>(rows, null, answer.IssuedAtMs);
    }
}
