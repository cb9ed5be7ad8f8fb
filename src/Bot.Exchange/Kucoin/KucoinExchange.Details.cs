using System.Globalization;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange : IMarketDetails, IAccountHistory
{
    private const int LedgerPageSize = 200;

    /// <inheritdoc/>
    public Task<Answer<ServiceStatus>> GetServiceStatusAsync(CancellationToken cancel) => _work.RunAsync(
        c => _rest.ReadAsync(EndpointList.Status, EndpointList.Status.Template, DetailReaders.Status, RequestLane.Query, c), cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<PublicTrade>>> GetTradesAsync(Symbol symbol, CancellationToken cancel) => _work.RunAsync(
        async c =>
        {
            var answer = await _rest.ReadAsync(
                EndpointList.Trades, $"{EndpointList.Trades.Template}?symbol={symbol}", DetailReaders.Trades, RequestLane.Market, c)
                .ConfigureAwait(false);
            // The order of the rows is not documented; the sequence is.
            IReadOnlyList<PublicTrade>? trades = answer.Value is { } rows
                ? [.. rows.DistinctBy(t => t.Sequence).OrderBy(t => t.Sequence).Select(t => t with { Symbol = symbol })]
                : null;
            return new Answer<IReadOnlyList<PublicTrade>>(trades, answer.Failure, answer.IssuedAtMs);
        },
        cancel);

    /// <inheritdoc/>
    public Task<Answer<DayStats>> GetDayStatsAsync(Symbol symbol, CancellationToken cancel) => _work.RunAsync(
        async c =>
        {
            var answer = await _rest.ReadAsync(
                EndpointList.DayStats, $"{EndpointList.DayStats.Template}?symbol={symbol}", DetailReaders.DayStats, RequestLane.Market, c)
                .ConfigureAwait(false);
            return answer.IsSuccess && answer.Required.Symbol != symbol
                ? Doubt<DayStats>("mismatch", "The answer is about another pair than the one asked for.", answer.IssuedAtMs)
                : answer;
        },
        cancel);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The currency is not of letters and digits, or the range ends before it begins.</exception>
    public Task<Answer<IReadOnlyList<LedgerEntry>>> GetLedgerAsync(string? currency, long fromMs, long toMs, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromMs);
        ArgumentOutOfRangeException.ThrowIfLessThan(toMs, fromMs);
        if (currency is not null && !Characters.IsId(currency))
            throw new ArgumentException("A currency has letters and digits.", nameof(currency));
        return _work.RunAsync(c => LedgerAsync(currency, fromMs, toMs, c), cancel);
    }

    /// <summary>The list has no page object: the last row's id is the cursor, and the end is a page that brings nothing new.</summary>
    private async Task<Answer<IReadOnlyList<LedgerEntry>>> LedgerAsync(string? currency, long fromMs, long toMs, CancellationToken cancel)
    {
        var rows = new Dictionary<long, LedgerEntry>();
        var chosen = currency is null ? "" : $"currency={currency}&";
        long? cursor = null;
        long issuedAtMs = 0;
        for (var number = 1; number <= MostPages; number++)
        {
            var next = cursor is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&lastId={cursor}");
            var answer = await _rest.ReadAsync(
                EndpointList.Ledger,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{EndpointList.Ledger.Template}?{chosen}startAt={fromMs}&endAt={toMs}&limit={LedgerPageSize}{next}"),
                DetailReaders.Ledger, RequestLane.Query, cancel).ConfigureAwait(false);
            if (answer.Failure is { } failure)
                return new Answer<IReadOnlyList<LedgerEntry>>(null, failure, answer.IssuedAtMs);
            if (number == 1)
                issuedAtMs = answer.IssuedAtMs;
            var before = rows.Count;
            foreach (var row in answer.Required)
                rows.TryAdd(row.Id, row);
            if (rows.Count == before)
                return new Answer<IReadOnlyList<LedgerEntry>>(
                    [.. rows.Values.Where(r => r.TimeMs >= fromMs && r.TimeMs < toMs)], null, issuedAtMs);
            cursor = answer.Required[^1].Id;
        }
        return Doubt<IReadOnlyList<LedgerEntry>>("endless", $"The ledger has more than {MostPages} pages.", issuedAtMs);
    }
}
