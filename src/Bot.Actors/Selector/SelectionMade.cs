using Bot.Trading.Market;
using Bot.Trading.Selection;

namespace Bot.Actors.Selector;

/// <summary>The selector's last choice, in its journal. A stored contract.</summary>
/// <param name="AtMs">When it was made: the exchange's clock as estimated by the node, Unix ms.</param>
/// <param name="MarketMs">Everything that opened before this was judged, Unix ms.</param>
/// <param name="Rules">What was asked of the pairs.</param>
/// <param name="ConfigurationVersion">Version of the configuration in force.</param>
/// <param name="Judgements">Every pair that was judged: the selected ones by rank, then the others.</param>
/// <param name="Delisted">Pairs of the last choice that have disappeared from the exchange.</param>
public sealed record SelectionMade(
    long AtMs,
    long MarketMs,
    SelectionRules Rules,
    string ConfigurationVersion,
    IReadOnlyList<PairJudgement> Judgements,
    IReadOnlyList<Symbol> Delisted)
{
    /// <summary>Pairs of the last choice that are not in this one, though listed; null in what older releases wrote. Who was told before a crash is not known.</summary>
    public IReadOnlyList<Symbol>? Dropped { get; init; }

    /// <summary>The selected pairs by rank.</summary>
    public IEnumerable<PairJudgement> Selected() => Judgements.Where(j => j.Rank is not null);
}
