using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange
{
    private const int SymbolsPerFeeRequest = 10;

    /// <inheritdoc/>
    public Task<Answer<ApiKeyInfo>> GetApiKeyAsync(CancellationToken cancel) => _work.RunAsync(
        c => _rest.ReadAsync(EndpointList.ApiKey, EndpointList.ApiKey.Template, AccountReaders.ApiKey, RequestLane.Query, c), cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<Balance>>> GetBalancesAsync(
        RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        _work.RunAsync(c => BalancesAsync(lane, c), cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<FeeRate>>> GetFeeRatesAsync(IReadOnlyList<Symbol> symbols, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        return _work.RunAsync(c => FeeRatesAsync(symbols, c), cancel);
    }

    /// <summary>
    /// An account has its spot money under one of two types, <c>trade_hf</c> or <c>trade</c>, and which one cannot be told beforehand
    /// (API.md 7). Both are asked for; the one that holds money counts, and never the sum: it would show money that orders cannot use.
    /// </summary>
    private async Task<Answer<IReadOnlyList<Balance>>> BalancesAsync(RequestLane lane, CancellationToken cancel)
    {
        var fast = await AccountsAsync("trade_hf", lane, cancel).ConfigureAwait(false);
        if (!fast.IsSuccess || fast.Required.Any(b => b.Total != 0))
            return fast;
        var classic = await AccountsAsync("trade", lane, cancel).ConfigureAwait(false);
        if (!classic.IsSuccess)
            return classic;
        var rows = classic.Required.Count > 0 ? classic.Required : fast.Required;
        return new Answer<IReadOnlyList<Balance>>(rows, null, fast.IssuedAtMs);
    }

    private async Task<Answer<IReadOnlyList<Balance>>> AccountsAsync(string type, RequestLane lane, CancellationToken cancel)
    {
        var query = $"{EndpointList.Accounts.Template}?type={type}";
        var answer = await _rest.ReadAsync(EndpointList.Accounts, query, AccountReaders.Accounts, lane, cancel).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return new Answer<IReadOnlyList<Balance>>(null, answer.Failure, answer.IssuedAtMs);
        var rows = answer.Required.Where(r => r.Type == type).Select(r => r.Balance).ToList();
        return rows.DistinctBy(b => b.Currency).Count() == rows.Count
            ? new Answer<IReadOnlyList<Balance>>(rows, null, answer.IssuedAtMs)
            : new Answer<IReadOnlyList<Balance>>(
                null, new ExchangeFailure(FailureKind.Doubt, "unreadable", "A currency appears twice in one account."), answer.IssuedAtMs);
    }

    private async Task<Answer<IReadOnlyList<FeeRate>>> FeeRatesAsync(IReadOnlyList<Symbol> symbols, CancellationToken cancel)
    {
        var rates = new List<FeeRate>(symbols.Count);
        long? issuedAtMs = null;
        foreach (var chunk in symbols.Distinct().Chunk(SymbolsPerFeeRequest))
        {
            // A raw comma: signed and sent alike, whichever of the two forms the exchange checks.
            var answer = await _rest.ReadAsync(
                EndpointList.TradeFees, $"{EndpointList.TradeFees.Template}?symbols={string.Join(',', chunk)}", AccountReaders.FeeRates,
                RequestLane.Query, cancel).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer;
            issuedAtMs ??= answer.IssuedAtMs;
            rates.AddRange(answer.Required);
        }
        return new Answer<IReadOnlyList<FeeRate>>(rates, null, issuedAtMs ?? Clock.NowMs);
    }
}
