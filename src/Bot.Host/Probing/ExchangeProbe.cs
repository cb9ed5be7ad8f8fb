using System.Globalization;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Trading.Market;

namespace Bot.Host.Probing;

/// <summary>
/// Asks an exchange what the bot assumes of it (docs/kucoin.md), as far as reading can settle it: no order is placed, tested or
/// cancelled. What has no answer in the documentation is found out here and not by the first trade.
/// </summary>
internal sealed class ExchangeProbe : IDisposable
{
    private const string NoKey = "needs a key: --keys FOLDER";

    private readonly KucoinExchange _exchange;
    private readonly RawQuestions _raw;
    private readonly DetailQuestions _details;
    private readonly bool _hasKey;
    private readonly Action<ProbeFinding> _found;
    private readonly List<ProbeFinding> _findings = [];

    /// <summary>A probe of an exchange.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="credentials">The key; null for public data only.</param>
    /// <param name="found">Told of each finding at once.</param>
    public ExchangeProbe(KucoinOptions options, KucoinCredentials? credentials, Action<ProbeFinding> found)
    {
        _exchange = new KucoinExchange(options with { StopOrders = true }, credentials);
        _details = new DetailQuestions(_exchange);
        _raw = new RawQuestions(options);
        (_hasKey, _found) = (credentials is not null, found);
    }

    /// <summary>Asks everything.</summary>
    public async Task<IReadOnlyList<ProbeFinding>> RunAsync(CancellationToken cancel)
    {
        if (!await AskAsync("server-time", () => ServerTimeAsync(cancel)).ConfigureAwait(false))
        {
            Add("everything-else", ProbeOutcome.Skipped, "the exchange does not tell its time, so nothing else was asked");
            return _findings;
        }
        await AskAsync("time-headers", () => _raw.HeadersAsync(_exchange.Clock, cancel)).ConfigureAwait(false);
        await AskAsync("symbols", () => SymbolsAsync(cancel)).ConfigureAwait(false);
        await AskAsync("tickers", () => TickersAsync(cancel)).ConfigureAwait(false);
        await AskAsync("candles", () => CandlesAsync(cancel)).ConfigureAwait(false);
        await AskAsync("candle-range", () => _raw.CandleRangeAsync(_exchange.Clock.NowMs, cancel)).ConfigureAwait(false);
        await AskAsync("service-status", () => _details.StatusAsync(cancel)).ConfigureAwait(false);
        await AskAsync("trades", () => _details.TradesAsync(cancel)).ConfigureAwait(false);
        await AskAsync("books", () => _details.BooksAsync(cancel)).ConfigureAwait(false);
        await AskAsync("push-public", () => StreamProbe.PublicAsync(_exchange, cancel)).ConfigureAwait(false);
        await AskAsync("key", () => KeyAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("balances", () => BalancesAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("fees", () => FeesAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("order-lists", () => OrderListsAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("unknown-order", () => UnknownOrderAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("stop-orders", () => _details.StopOrdersAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("dead-man-switch", () => _details.DeadManSwitchAsync(cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("push-private", () => StreamProbe.PrivateAsync(_exchange, cancel), needsKey: true).ConfigureAwait(false);
        await AskAsync("push-book", () => StreamProbe.BookAsync(_exchange, cancel), needsKey: true).ConfigureAwait(false);
        return _findings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _exchange.Dispose();
        _raw.Dispose();
    }

    private async Task<bool> AskAsync(string name, Func<Task<string>> question, bool needsKey = false)
    {
        if (needsKey && !_hasKey)
        {
            Add(name, ProbeOutcome.Skipped, NoKey);
            return false;
        }
        try
        {
            Add(name, ProbeOutcome.Holds, await question().ConfigureAwait(false));
            return true;
        }
        catch (ProbeFault e)
        {
            Add(name, ProbeOutcome.Fails, e.Message);
        }
        catch (ExchangeException e)
        {
            Add(name, ProbeOutcome.Fails, e.Failure.ToString());
        }
        return false;
    }

    private void Add(string name, ProbeOutcome outcome, string text)
    {
        var finding = new ProbeFinding(name, outcome, text);
        _findings.Add(finding);
        _found(finding);
    }

    private async Task<string> ServerTimeAsync(CancellationToken cancel)
    {
        _ = (await _exchange.GetServerTimeAsync(cancel).ConfigureAwait(false)).Required;
        if (!await _exchange.SynchroniseClockAsync(cancel).ConfigureAwait(false))
            throw new ProbeFault("the clock could not be measured by round trips");
        var offsetMs = _exchange.Clock.NowMs - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return Text($"the exchange's clock is {Math.Abs(offsetMs)} ms {(offsetMs < 0 ? "behind" : "ahead of")} this machine's, known to {_exchange.Clock.ErrorBoundMs} ms");
    }

    private async Task<string> SymbolsAsync(CancellationToken cancel)
    {
        var listed = await _raw.ListedSymbolsAsync(cancel).ConfigureAwait(false);
        var rules = (await _exchange.GetSymbolsAsync(cancel).ConfigureAwait(false)).Required;
        var unread = listed.Except(rules.Select(r => r.Symbol.Text), StringComparer.Ordinal).ToList();
        if (rules.Count == 0)
            throw new ProbeFault("no pair's rules can be read");
        if (unread.Count > 0)
            throw new ProbeFault(Text($"the rules of {unread.Count} of {listed.Count} pairs cannot be read: {string.Join(", ", unread.Take(5))}"));
        return Text($"{rules.Count} pairs, {rules.Count(r => r.EnableTrading)} of them trading, {rules.Count(r => r.MinFunds is null)} without minFunds");
    }

    private async Task<string> TickersAsync(CancellationToken cancel)
    {
        var tickers = (await _exchange.GetAllTickersAsync(cancel).ConfigureAwait(false)).Required;
        var priced = tickers.Count(t => t.Ticker is { BestBid: > 0, BestAsk: > 0 });
        var crossed = tickers.FirstOrDefault(t => t.Ticker.BestBid >= t.Ticker.BestAsk);
        if (priced == 0)
            throw new ProbeFault("no pair has a best bid and a best ask");
        if (crossed is not null)
            throw new ProbeFault($"the best prices of {crossed.Ticker.Symbol} cross");
        var one = (await _exchange.GetTickerAsync(Probed, cancel: cancel).ConfigureAwait(false)).Required;
        return Text($"{tickers.Count} pairs, {priced} of them with both prices; {Probed} {one.BestBid}/{one.BestAsk}");
    }

    /// <summary>The columns of a candle have no names. If close and high were mistaken for each other, some high would lie below a close.</summary>
    private async Task<string> CandlesAsync(CancellationToken cancel)
    {
        var interval = CandleInterval.OneMinute;
        var nowMs = _exchange.Clock.NowMs;
        var rows = (await _exchange.GetCandlesAsync(Probed, interval, nowMs - (100 * interval.Milliseconds), nowMs, cancel).ConfigureAwait(false)).Required;
        if (rows.Count == 0)
            throw new ProbeFault($"{Probed} has no candle in the last 100 minutes");
        if (rows.FirstOrDefault(c => c.High < Math.Max(c.Open, c.Close) || c.Low > Math.Min(c.Open, c.Close)) is { OpenTimeMs: > 0 } odd)
            throw new ProbeFault(Text($"the columns are in another order: open {odd.Open}, close {odd.Close}, high {odd.High}, low {odd.Low}"));
        if (rows.Any(c => c.OpenTimeMs % interval.Milliseconds != 0))
            throw new ProbeFault("a candle does not begin on a whole minute");
        return Text($"{rows.Count} candles of 100 minutes; columns as assumed");
    }

    private async Task<string> KeyAsync(CancellationToken cancel)
    {
        var key = (await _exchange.GetApiKeyAsync(cancel).ConfigureAwait(false)).Required;
        var faults = ApiKeyRules.Faults(key, allowMaster: false);
        return faults.Count == 0
            ? $"may do {string.Join(" and ", key.Permissions)} from {key.IpWhitelist.Count} addresses, in a sub-account"
            : throw new ProbeFault($"no key to trade with: {string.Join("; ", faults)}");
    }

    private async Task<string> BalancesAsync(CancellationToken cancel)
    {
        var rows = (await _exchange.GetBalancesAsync(cancel: cancel).ConfigureAwait(false)).Required;
        return rows.FirstOrDefault(b => b.Total != b.Available + b.Held) is { } odd
            ? throw new ProbeFault($"the balance of {odd.Currency} is not what is available and held")
            : Text($"{rows.Count} currencies, {rows.Count(b => b.Total > 0)} of them with money, in one kind of account");
    }

    private async Task<string> FeesAsync(CancellationToken cancel)
    {
        // Two pairs: the comma between them is signed as it is sent.
        IReadOnlyList<Symbol> pairs = [Probed, Symbol.Parse("ETH-USDT")];
        var rates = (await _exchange.GetFeeRatesAsync(pairs, cancel).ConfigureAwait(false)).Required;
        if (rates.FirstOrDefault(r => r.Symbol == Probed) is not { } rate)
            throw new ProbeFault($"no rate of {Probed} is told");
        return rate.Taker is < 0 or > 0.02m
            ? throw new ProbeFault(Text($"a taker rate of {rate.Taker} is not believable"))
            : Text($"{Probed} taker {rate.Taker}, maker {rate.Maker}");
    }

    private async Task<string> OrderListsAsync(CancellationToken cancel)
    {
        var fromMs = _exchange.Clock.NowMs - (24 * 3_600_000L);
        var active = (await _exchange.GetActiveOrdersAsync(Probed, cancel: cancel).ConfigureAwait(false)).Required;
        var done = (await _exchange.GetDoneOrdersAsync(Probed, fromMs, cancel: cancel).ConfigureAwait(false)).Required;
        var fills = (await _exchange.GetFillsAsync(Probed, fromMs, cancel: cancel).ConfigureAwait(false)).Required;
        return Text($"{Probed}: {active.Count} active; in 24 hours {done.Count} done, {fills.Count} fills; every page could be read");
    }

    /// <summary>How a missing order is told is documented in several ways, and the bot's proof of absence stands on recognising it.</summary>
    private async Task<string> UnknownOrderAsync(CancellationToken cancel)
    {
        var answer = await _exchange.GetOrderAsync(Probed, $"probe-{Guid.NewGuid():N}"[..32], cancel: cancel).ConfigureAwait(false);
        return answer.Failure switch
        {
            { Kind: FailureKind.NotFound } known => Text($"told as {known.Code} with HTTP {known.HttpStatus}: {known.Message}"),
            { } other => throw new ProbeFault($"a missing order is told as something else: {other}"),
            null => throw new ProbeFault("an order that nobody placed exists"),
        };
    }

    /// <summary>The pair that is asked about; every exchange of this kind lists it.</summary>
    internal static Symbol Probed { get; } = Symbol.Parse("BTC-USDT");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An assumption does not hold.</summary>
/// <param name="message">What was found instead.</param>
internal sealed class ProbeFault(string message) : Exception(message);
