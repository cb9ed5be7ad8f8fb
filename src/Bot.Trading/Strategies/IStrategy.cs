using Bot.Trading.Market;

namespace Bot.Trading.Strategies;

/// <summary>
/// A one-symbol strategy: sees closed bars and the pair's position, says what it wants. It never sees an order, a balance or a clock,
/// so that backtest, paper and live run the same code on the same input.
/// </summary>
public interface IStrategy
{
    /// <summary>Bars that the strategy needs before it can give a signal.</summary>
    int WarmUpBars { get; }

    /// <summary>Takes the next closed bar. Called once a bar, oldest first, also while warming up and while entries are paused.</summary>
    /// <param name="bar">The closed bar.</param>
    /// <param name="isLong">Whether the pair holds a position.</param>
    Signal OnBar(in Bar bar, bool isLong);
}

/// <summary>What a strategy wants.</summary>
public enum SignalKind
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>Be long.</summary>
    EnterLong,

    /// <summary>Be flat, in profit or in loss.</summary>
    ExitLong,
}

/// <summary>A strategy's wish with what is needed to act on it and to explain it.</summary>
/// <param name="Kind">What is wanted.</param>
/// <param name="StopDistance">Distance of the stop below the entry, price units; above zero on an entry.</param>
/// <param name="TakeProfitDistance">Distance of the take-profit above the entry, price units; null for none.</param>
/// <param name="TrailingDistance">Distance that the stop keeps below the highest price; null for a fixed stop.</param>
/// <param name="Reason">In plain words, for the person who asks why.</param>
/// <param name="Values">The numbers behind the reason; null when nothing is wanted.</param>
public readonly record struct Signal(
    SignalKind Kind,
    double StopDistance = 0,
    double? TakeProfitDistance = null,
    double? TrailingDistance = null,
    string? Reason = null,
    IReadOnlyDictionary<string, double>? Values = null)
{
    /// <summary>Nothing is wanted.</summary>
    public static readonly Signal None = new(SignalKind.None);
}
