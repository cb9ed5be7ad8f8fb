using Akka.Actor;
using Akka.Event;
using Bot.Actors.Pairs;
using Bot.Exchange;
using Bot.Trading.Market;

namespace Bot.Actors.Collector;

/// <content>What was before: read from the database, and from the exchange where the database has a gap.</content>
public sealed partial class CollectorActor
{
    /// <summary>The exchange answers at most so many candles at once.</summary>
    private const int RestPage = 1_500;

    /// <summary>After so many failures in a row a gap is written down as a hole and life goes on.</summary>
    private const int FailuresBeforeHole = 3;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<Symbol, int> _failures = new();

    private async Task HistoryAsync(RequestHistory request, long boundaryMs, CancellationToken cancel)
    {
        var (id, candles) = await LoadAsync(request.Symbol, request.Count, request.AfterMs, boundaryMs, cancel).ConfigureAwait(false);
        _self.Tell(new HistoryReady(request.Symbol, id, candles), ActorRefs.NoSender);
    }

    private void OnHistoryReady(HistoryReady ready)
    {
        var state = _collected[ready.Symbol];
        state.SymbolId = ready.SymbolId;
        foreach (var (candle, eventTimeMs, isStream) in state.Unstored)
            Store(ready.Symbol, state, candle, eventTimeMs, isStream);
        state.Unstored.Clear();

        var newest = ready.Candles.Count > 0 ? ready.Candles[^1].OpenTimeMs : (long?)null;
        if (newest is { } known && (state.NewestMs is null || state.NewestMs < known))
            (state.PreviousMs, state.NewestMs, state.Revision) = (ready.Candles.Count > 1 ? ready.Candles[^2].OpenTimeMs : null, known, 0);
        _newestClosedMs = Math.Max(_newestClosedMs, newest ?? 0);
        _pairs.Tell(new CandleHistory(ready.Symbol, ready.Candles, newest));
    }

    private async Task BarsAsync(RequestBars request, long boundaryMs, IActorRef replyTo, CancellationToken cancel)
    {
        var bars = new List<SymbolBars>(request.Symbols.Count);
        foreach (var symbol in request.Symbols)
        {
            try
            {
                var (_, candles) = await LoadAsync(symbol, request.Count, null, boundaryMs, cancel).ConfigureAwait(false);
                bars.Add(new SymbolBars(symbol, candles));
            }
            catch (ExchangeException e)
            {
                _log.Warning("no candles of {Symbol} for the selection: {Reason}", symbol.Text, e.Message);
                bars.Add(new SymbolBars(symbol, []));
            }
        }
        replyTo.Tell(new BarsReady(boundaryMs, bars), _self);
    }

    /// <summary>Closed candles, complete: what the database does not have is asked from the exchange and stored first.</summary>
    private async Task<(int SymbolId, IReadOnlyList<Candle> Candles)> LoadAsync(
        Symbol symbol, int count, long? afterMs, long boundaryMs, CancellationToken cancel)
    {
        var id = await _registry.FindAsync(symbol, cancel).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"{symbol} is not in the registry of symbols yet.");
        await _writer.FlushAsync().ConfigureAwait(false);

        if (afterMs is { } after)
        {
            await FillAsync(symbol, id, after + Interval.Milliseconds, boundaryMs, cancel).ConfigureAwait(false);
            return (id, await _store.ReadBetweenAsync(id, after, boundaryMs, cancel).ConfigureAwait(false));
        }

        var fromMs = boundaryMs - count * Interval.Milliseconds;
        var stored = await _store.ReadBetweenAsync(id, fromMs - 1, boundaryMs, cancel).ConfigureAwait(false);
        if (stored.Count == 0)
        {
            await FillAsync(symbol, id, fromMs, boundaryMs, cancel).ConfigureAwait(false);
        }
        else
        {
            // Between two stored candles nothing is missing: an interval without a trade has no candle, and every gap of the stream is
            // filled before candles are stored behind it.
            await FillAsync(symbol, id, fromMs, stored[0].OpenTimeMs, cancel).ConfigureAwait(false);
            await FillAsync(symbol, id, stored[^1].OpenTimeMs + Interval.Milliseconds, boundaryMs, cancel).ConfigureAwait(false);
        }
        return (id, await _store.ReadNewestAsync(id, count, boundaryMs, cancel).ConfigureAwait(false));
    }

    /// <summary>Asks the exchange for the closed candles of [from, to) and stores them.</summary>
    private async Task FillAsync(Symbol symbol, int id, long fromMs, long toMs, CancellationToken cancel)
    {
        for (var at = fromMs; at < toMs; at += RestPage * Interval.Milliseconds)
        {
            var end = Math.Min(toMs, at + RestPage * Interval.Milliseconds);
            var answer = await _services.InFlight.LeaveForAsync(_services.Exchange.GetCandlesAsync(symbol, Interval, at, end, cancel)).ConfigureAwait(false);
            if (answer.Failure is { } failure)
            {
                if (_failures.AddOrUpdate(symbol, 1, (_, n) => n + 1) < FailuresBeforeHole)
                    throw new ExchangeException(failure);
                _log.Error("candles of {Symbol} from {FromMs} to {ToMs} cannot be had: {Failure}; recorded as a hole", symbol.Text, at, end, failure.ToString());
                await _store.RecordHoleAsync(id, at, end, failure.ToString(), cancel).ConfigureAwait(false);
                continue;
            }
            _failures.TryRemove(symbol, out _);
            var rows = answer.Required
                .Where(c => c.OpenTimeMs >= at && c.OpenTimeMs < end && c.Fault() is null)
                .Select(c => new CandleRow(id, c, c.OpenTimeMs + Interval.Milliseconds, IsStream: false))
                .ToList();
            await _store.UpsertAsync(rows, cancel).ConfigureAwait(false);
        }
    }

    private sealed record HistoryReady(Symbol Symbol, int SymbolId, IReadOnlyList<Candle> Candles);
}
