using Bot.Trading.Market;

namespace Bot.Trading.Selection;

/// <summary>Judges, filters, scores and ranks pairs. Pure; ties are broken by the symbol, so the same facts give the same choice.</summary>
public static class PairSelection
{
    private const double DayMs = 86_400_000;

    /// <summary>Judges every pair and ranks those that pass.</summary>
    /// <param name="rules">What is asked of a pair.</param>
    /// <param name="facts">What is known.</param>
    /// <param name="interval">Length of the candles.</param>
    /// <param name="pinned">Pairs that an operator named: filtered only by what makes trading impossible, and ranked first.</param>
    /// <returns>A judgement of every pair: the selected ones by rank, then the others by symbol.</returns>
    public static IReadOnlyList<PairJudgement> Select(
        SelectionRules rules, IReadOnlyCollection<PairFacts> facts, CandleInterval interval, IReadOnlySet<Symbol> pinned)
    {
        var benchmark = facts.FirstOrDefault(f => f.Rules.Symbol == rules.Benchmark);
        var judged = facts.Select(f => Judge(rules, f, benchmark, interval, pinned.Contains(f.Rules.Symbol))).ToList();

        var passed = judged.Where(j => j.Rejection is null).ToList();
        var byVolume = Ranks(passed, j => (double)(j.QuoteVolume24h ?? 0));
        var byVolatility = Ranks(passed, j => j.Volatility ?? 0);
        var weights = rules.VolumeWeight + rules.VolatilityWeight + rules.DiversificationWeight;
        var ranked = passed
            .Select(j => j with
            {
                VolatilityScore = j.Volatility is null ? null : byVolatility[j.Symbol],
                Score = weights <= 0 ? 0 : (rules.VolumeWeight * byVolume[j.Symbol]
                    + rules.VolatilityWeight * byVolatility[j.Symbol]
                    + rules.DiversificationWeight * (1 - Math.Abs(j.Correlation ?? 0))) / weights,
            })
            .OrderByDescending(j => pinned.Contains(j.Symbol))
            .ThenByDescending(j => j.Score)
            .ThenBy(j => j.Symbol)
            .Select((j, place) => place < rules.MaxPairs
                ? j with { Rank = place + 1 }
                : j with { Rejection = $"BELOW_RANK place={place + 1} limit={rules.MaxPairs}" })
            .ToList();
        return [.. ranked, .. judged.Where(j => j.Rejection is not null).OrderBy(j => j.Symbol)];
    }

    /// <summary>Raw daily volatility: the sample standard deviation of log returns times the square root of the candles in a day.</summary>
    /// <returns>A fraction, or null with fewer than two returns.</returns>
    public static double? Volatility(IReadOnlyList<Bar> candles, CandleInterval interval)
    {
        if (candles.Count < 3)
            return null;
        var returns = new double[candles.Count - 1];
        for (var i = 1; i < candles.Count; i++)
            returns[i - 1] = Math.Log(candles[i].Close / candles[i - 1].Close);
        var mean = returns.Average();
        var variance = returns.Sum(r => (r - mean) * (r - mean)) / (returns.Length - 1);
        return Math.Sqrt(variance * DayMs / interval.Milliseconds);
    }

    /// <summary>Pearson correlation of the log returns over the candles that both pairs have.</summary>
    /// <returns>From -1 to 1, or null with fewer than three common candles or no movement.</returns>
    public static double? Correlation(IReadOnlyList<Bar> a, IReadOnlyList<Bar> b)
    {
        var closes = b.ToDictionary(bar => bar.OpenTimeMs, bar => bar.Close);
        var common = a.Where(bar => closes.ContainsKey(bar.OpenTimeMs)).Select(bar => (bar.Close, closes[bar.OpenTimeMs])).ToList();
        if (common.Count < 3)
            return null;
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        var n = common.Count - 1;
        for (var i = 1; i <= n; i++)
        {
            var x = Math.Log(common[i].Item1 / common[i - 1].Item1);
            var y = Math.Log(common[i].Item2 / common[i - 1].Item2);
            sx += x;
            sy += y;
            sxx += x * x;
            syy += y * y;
            sxy += x * y;
        }
        var vx = sxx - sx * sx / n;
        var vy = syy - sy * sy / n;
        return vx <= 0 || vy <= 0 ? null : Math.Clamp((sxy - sx * sy / n) / Math.Sqrt(vx * vy), -1, 1);
    }

    private static PairJudgement Judge(SelectionRules rules, PairFacts f, PairFacts? benchmark, CandleInterval interval, bool isPinned)
    {
        var enough = f.Candles.Count >= rules.MinCandles;
        var volatility = enough ? Volatility(f.Candles, interval) : null;
        var correlation = enough && benchmark is not null && benchmark.Rules.Symbol != f.Rules.Symbol
            ? Correlation(f.Candles, benchmark.Candles)
            : null;
        var risk = volatility switch
        {
            null => "high", // nothing is known: the cautious word
            { } v when v < rules.LowRiskVolatility => "low",
            { } v when v > rules.HighRiskVolatility => "high",
            _ => "medium",
        };
        string? rejection = null;
        if (!f.Rules.EnableTrading)
            rejection = "TRADING_DISABLED";
        else if (f.Rules.QuoteCurrency != rules.QuoteCurrency)
            rejection = $"QUOTE_CURRENCY quote={f.Rules.QuoteCurrency} wanted={rules.QuoteCurrency}";
        else if (!isPinned)
            rejection = Filter(rules, f, volatility, correlation);
        return new PairJudgement(f.Rules.Symbol, f.QuoteVolume24h, volatility, null, correlation, f.Spread, 0, risk, rejection, null);
    }

    private static string? Filter(SelectionRules rules, PairFacts f, double? volatility, double? correlation)
    {
        if (f.QuoteVolume24h is null)
            return "VOLUME_UNKNOWN";
        if (f.QuoteVolume24h < rules.MinQuoteVolume24h)
            return $"VOLUME_LOW volume={f.QuoteVolume24h:0} limit={rules.MinQuoteVolume24h:0}";
        if (f.Spread > rules.MaxSpread)
            return $"SPREAD_WIDE spread={f.Spread:0.#####} limit={rules.MaxSpread}";
        if (volatility < rules.MinVolatility)
            return $"VOLATILITY_LOW volatility={volatility:0.#####} limit={rules.MinVolatility}";
        if (volatility > rules.MaxVolatility)
            return $"VOLATILITY_HIGH volatility={volatility:0.#####} limit={rules.MaxVolatility}";
        if (correlation > rules.MaxCorrelation)
            return $"CORRELATION_HIGH correlation={correlation:0.###} limit={rules.MaxCorrelation}";
        return null;
    }

    /// <summary>The place of each pair by a figure, scaled to 0 (lowest) to 1 (highest): robust against one huge figure.</summary>
    private static Dictionary<Symbol, double> Ranks(List<PairJudgement> pairs, Func<PairJudgement, double> figure)
    {
        var ordered = pairs.OrderBy(figure).ThenByDescending(j => j.Symbol).Select(j => j.Symbol).ToList();
        return ordered.Select((symbol, place) => (symbol, place))
            .ToDictionary(x => x.symbol, x => ordered.Count == 1 ? 1.0 : (double)x.place / (ordered.Count - 1));
    }
}
