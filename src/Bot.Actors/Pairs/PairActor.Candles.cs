using Akka.Actor;
using Akka.Event;
using Bot.Actors.Collector;
using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <content>Candles: warming up, noticing what is missing, deciding on what is new.</content>
public sealed partial class PairActor
{
    /// <summary>An exponential average forgets its seed after a few of its periods: so many warm-up lengths are read.</summary>
    private const int WarmUpFactor = 4;

    private const long ShortestSilenceMs = 60_000;

    private readonly List<CandleClosed> _held = [];
    private long _newestCandleMs = -1;
    private long _askedUpToMs = -1;
    private bool _isWarm;
    private bool _isHistoryAsked;

    private void AskHistory()
    {
        if (_isHistoryAsked)
            return;
        _isHistoryAsked = true;
        var count = (_context.Strategy?.WarmUpBars ?? 0) * WarmUpFactor;
        _neighbours.Collector.Tell(new RequestHistory(_context.Symbol, count, _isWarm ? _newestCandleMs : null));
        Timers.After("history", 30_000, new HistoryOverdue());
    }

    private void OnHistory(CandleHistory history)
    {
        _isHistoryAsked = false;
        Timers.Cancel("history");
        foreach (var candle in history.Candles)
        {
            if (candle.OpenTimeMs > _newestCandleMs)
                Feed(candle, candle.OpenTimeMs + Services.Settings.Interval.Milliseconds, 0, isHistory: true);
        }
        _isWarm = true;
        AwaitCandles();
        CheckGate();
        var held = _held.OrderBy(c => c.Candle.OpenTimeMs).ToList();
        _held.Clear();
        foreach (var closed in held)
            Self.Tell(closed);
    }

    private void OnCandleClosed(CandleClosed closed)
    {
        if (closed.Candle.OpenTimeMs <= _newestCandleMs)
            return; // heard before, or a correction of a candle that was decided on already: decisions are not taken back
        if (!_isWarm || _isHistoryAsked)
        {
            _held.Add(closed);
            return;
        }
        // The collector tells which candle came before; where it does not know, an interval without a candle may be a gap.
        var previous = closed.PreviousOpenMs ?? closed.Candle.OpenTimeMs - Services.Settings.Interval.Milliseconds;
        if (_newestCandleMs >= 0 && previous > _newestCandleMs && previous > _askedUpToMs)
        {
            _askedUpToMs = previous;
            Log.Info("{Symbol} misses candles after {NewestMs}; asking for them", _context.Symbol.Text, _newestCandleMs);
            _held.Add(closed);
            AskHistory();
            return;
        }
        // What is still missing now, nobody has: the strategy sees the hole, and nobody is asked for it for ever.
        if (_newestCandleMs >= 0 && previous > _newestCandleMs)
            Log.Warning("{Symbol} has no candles between {NewestMs} and {OpenMs}", _context.Symbol.Text, _newestCandleMs, closed.Candle.OpenTimeMs);
        AwaitCandles();
        Feed(closed.Candle, closed.ClosedAtMs, closed.Revision, isHistory: false);
    }

    /// <summary>
    /// A collector that was started anew, on whichever node, knows nobody: a pair that hears nothing for long asks, and is collected for
    /// from then on. In a replay there is only the one.
    /// </summary>
    private void AwaitCandles()
    {
        if (Services.Grants is null)
            Timers.After("silence", Math.Max(3 * Services.Settings.Interval.Milliseconds, ShortestSilenceMs), new CandlesOverdue());
    }

    private void Feed(in Candle candle, long closedAtMs, int revision, bool isHistory)
    {
        _newestCandleMs = candle.OpenTimeMs;
        LookAtNode();
        try
        {
            PairDecider.OnCandle(_state, _memory, _context, candle.ToBar(), closedAtMs, revision, isHistory, Sink);
        }
        catch (Exception e)
        {
            // A strategy that throws ends the entries of its pair; the protection does not need it.
            Log.Error(e, "the strategy of {Symbol} failed; entries are paused, protection goes on", _context.Symbol.Text);
            Sink.Clear();
            _context.Strategy = null;
            PairDecider.Decide(_state, _memory, _context, new PairInput.PauseEntries($"strategy failed: {e.GetType().Name}"), Sink);
        }
        Commit();
    }

    private sealed record HistoryOverdue;

    private sealed record CandlesOverdue;
}
