using Bot.Trading.Market;
using Bot.Trading.Selection;
using Bot.Trading.Tests.Pairs;

namespace Bot.Trading.Tests.Selection;

public class PairSelectionTests
{
    private static readonly SelectionRules Rules = new() { MinCandles = 10, MinQuoteVolume24h = 1_000, MaxPairs = 2, MaxCorrelation = 0.95, MaxVolatility = 100, MinVolatility = 0 };

    [Fact]
    public void Volatility_is_the_daily_deviation_of_log_returns()
    {
        // Returns alternate between +1 % and -1 %: their sample deviation is 0.01 * sqrt(n / (n - 1)), a day has 1,440 of them.
        var bars = Walk(1_001, i => i % 2 == 0 ? 0.01 : -0.01);
        var expected = 0.01 * Math.Sqrt(1_000.0 / 999) * Math.Sqrt(1_440);
        Assert.Equal(expected, PairSelection.Volatility(bars, CandleInterval.OneMinute)!.Value, 6);
    }

    [Fact]
    public void Correlation_is_taken_over_common_candles_only()
    {
        var a = Walk(200, i => Math.Sin(i) * 0.01);
        Assert.Equal(1, PairSelection.Correlation(a, a)!.Value, 9);
        Assert.Equal(-1, PairSelection.Correlation(a, Walk(200, i => -Math.Sin(i) * 0.01))!.Value, 9);
        Assert.Equal(1, PairSelection.Correlation(a, [.. a.Where((_, i) => i % 3 != 0)])!.Value, 9);
        Assert.Null(PairSelection.Correlation(a, []));
    }

    [Fact]
    public void Every_rejection_says_why()
    {
        var benchmark = Facts("BTC-USDT", 1_000_000, i => Math.Sin(i) * 0.01);
        var judged = PairSelection.Select(
            Rules,
            [
                benchmark,
                Facts("LOW-USDT", 10, i => Math.Cos(i * 7) * 0.01),
                Facts("NIL-USDT", null, i => Math.Cos(i * 5) * 0.01),
                Facts("COPY-USDT", 50_000, i => Math.Sin(i) * 0.02),
                Facts("WIDE-USDT", 50_000, i => Math.Cos(i * 3) * 0.01, spread: 0.2),
                Facts("GOOD-USDT", 60_000, i => Math.Cos(i * 3) * 0.01),
                Facts("NEXT-USDT", 55_000, i => Math.Cos(i * 11) * 0.002),
                Facts("HALT-USDT", 50_000, i => Math.Cos(i) * 0.01, enabled: false),
                Facts("ABC-BTC", 50_000, i => Math.Cos(i) * 0.01),
            ],
            CandleInterval.OneMinute,
            new HashSet<Symbol>()).ToDictionary(j => j.Symbol.Text);

        Assert.StartsWith("VOLUME_LOW", judged["LOW-USDT"].Rejection, StringComparison.Ordinal);
        Assert.Equal("VOLUME_UNKNOWN", judged["NIL-USDT"].Rejection);
        Assert.StartsWith("CORRELATION_HIGH", judged["COPY-USDT"].Rejection, StringComparison.Ordinal);
        Assert.StartsWith("SPREAD_WIDE", judged["WIDE-USDT"].Rejection, StringComparison.Ordinal);
        Assert.Equal("TRADING_DISABLED", judged["HALT-USDT"].Rejection);
        Assert.StartsWith("QUOTE_CURRENCY", judged["ABC-BTC"].Rejection, StringComparison.Ordinal);
        Assert.StartsWith("BELOW_RANK", judged["NEXT-USDT"].Rejection, StringComparison.Ordinal);
        Assert.Equal(1, judged["BTC-USDT"].Rank);
        Assert.Equal(2, judged["GOOD-USDT"].Rank);
    }

    [Fact]
    public void A_named_pair_is_chosen_whatever_the_filters_say_and_an_unknown_one_is_of_high_risk()
    {
        var young = Facts("NEW-USDT", null, _ => 0.001) with { Candles = [] };
        var judgement = Assert.Single(PairSelection.Select(Rules, [young], CandleInterval.OneMinute, new HashSet<Symbol> { young.Rules.Symbol }));
        Assert.Equal((1, "high"), (judgement.Rank, judgement.RiskLevel));
    }

    [Fact]
    public void Risk_levels_follow_the_configured_thresholds()
    {
        var rules = Rules with { MaxPairs = 10, LowRiskVolatility = 0.05, HighRiskVolatility = 0.5, MaxCorrelation = 1 };
        var levels = PairSelection.Select(
            rules,
            [Facts("A-USDT", 5_000, i => 0.0005 * Math.Sin(i)), Facts("B-USDT", 5_000, i => 0.005 * Math.Sin(i)), Facts("C-USDT", 5_000, i => 0.05 * Math.Sin(i))],
            CandleInterval.OneMinute,
            new HashSet<Symbol>()).OrderBy(j => j.Symbol).Select(j => j.RiskLevel);
        Assert.Equal(["low", "medium", "high"], levels);
    }

    private static PairFacts Facts(string symbol, decimal? volume, Func<int, double> change, double spread = 0.001, bool enabled = true)
    {
        var parsed = Symbol.Parse(symbol);
        var rules = PairBench.Rules with { Symbol = parsed, QuoteCurrency = symbol.Split('-')[1], EnableTrading = enabled };
        return new PairFacts(rules, volume, spread, Walk(500, change));
    }

    private static List<Bar> Walk(int count, Func<int, double> change)
    {
        var bars = new List<Bar>();
        var price = 100.0;
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                price *= Math.Exp(change(i));
            bars.Add(new Bar(i * 60_000L, price, price, price, price, 1));
        }
        return bars;
    }
}
