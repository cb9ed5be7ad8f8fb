using Bot.Trading.Market;

namespace Bot.Trading.Selection;

/// <summary>What a pair must show to be traded, and how it is scored. Everything here is configuration.</summary>
public sealed record SelectionRules
{
    /// <summary>Pairs are compared with this one.</summary>
    public Symbol Benchmark { get; init; } = Symbol.Parse("BTC-USDT");

    /// <summary>Only pairs in this quote currency.</summary>
    public string QuoteCurrency { get; init; } = "USDT";

    /// <summary>At most so many pairs.</summary>
    public int MaxPairs { get; init; } = 10;

    /// <summary>Traded quote currency in 24 hours, at least.</summary>
    public decimal MinQuoteVolume24h { get; init; } = 100_000m;

    /// <summary>Daily volatility, at least; a fraction.</summary>
    public double MinVolatility { get; init; } = 0.005;

    /// <summary>Daily volatility, at most; a fraction.</summary>
    public double MaxVolatility { get; init; } = 0.5;

    /// <summary>Correlation with the benchmark, at most; 1 allows every pair.</summary>
    public double MaxCorrelation { get; init; } = 1;

    /// <summary>Bid-ask spread, at most; a fraction of the mid price.</summary>
    public double MaxSpread { get; init; } = 0.01;

    /// <summary>Candles needed before volatility and correlation are judged; with fewer a pair is judged by volume and spread alone.</summary>
    public int MinCandles { get; init; } = 240;

    /// <summary>Pairs below this daily volatility are of low risk.</summary>
    public double LowRiskVolatility { get; init; } = 0.03;

    /// <summary>Pairs above this daily volatility are of high risk; those between are medium.</summary>
    public double HighRiskVolatility { get; init; } = 0.08;

    /// <summary>Weight of the volume rank in the score.</summary>
    public double VolumeWeight { get; init; } = 0.5;

    /// <summary>Weight of the volatility rank in the score.</summary>
    public double VolatilityWeight { get; init; } = 0.3;

    /// <summary>Weight of being uncorrelated in the score.</summary>
    public double DiversificationWeight { get; init; } = 0.2;
}

/// <summary>What is known of a pair when it is judged.</summary>
/// <param name="Rules">The exchange's rules.</param>
/// <param name="QuoteVolume24h">Traded quote currency in 24 hours; null when unknown.</param>
/// <param name="Spread">Bid-ask spread as a fraction of the mid price; null when unknown.</param>
/// <param name="Candles">Recent closed candles, oldest first.</param>
public sealed record PairFacts(SymbolRules Rules, decimal? QuoteVolume24h, double? Spread, IReadOnlyList<Bar> Candles);

/// <summary>How a pair was judged.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="QuoteVolume24h">Traded quote currency in 24 hours; null when unknown.</param>
/// <param name="Volatility">Raw daily volatility: standard deviation of log returns, scaled to a day; null with too few candles.</param>
/// <param name="VolatilityScore">Place of the volatility among the pairs that passed, 0 (lowest) to 1 (highest); null when not judged.</param>
/// <param name="Correlation">Correlation of log returns with the benchmark; null with too few common candles.</param>
/// <param name="Spread">Bid-ask spread as a fraction of the mid price; null when unknown.</param>
/// <param name="Score">From 0 to 1, higher is better; 0 for a pair that was filtered out.</param>
/// <param name="RiskLevel">low, medium or high.</param>
/// <param name="Rejection">Why it was filtered out, in <c>CATEGORY key=value</c> form; null when it was not.</param>
/// <param name="Rank">Place among the selected, from 1; null when not selected.</param>
public sealed record PairJudgement(
    Symbol Symbol,
    decimal? QuoteVolume24h,
    double? Volatility,
    double? VolatilityScore,
    double? Correlation,
    double? Spread,
    double Score,
    string RiskLevel,
    string? Rejection,
    int? Rank);
