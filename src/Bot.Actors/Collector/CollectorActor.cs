using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Bot.Actors.Market;
using Bot.Actors.Pairs;
using Bot.Actors.Portfolio;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Trading.Market;

namespace Bot.Actors.Collector;

/// <summary>
/// Collects candles, one in the cluster: from the stream as they close, from REST where the stream had a gap; stores them with the
/// exchange's own times and hands every closed candle to its pair. Its cursor is the table itself.
/// </summary>
public sealed partial class CollectorActor : UntypedActor, IMarketStreamListener
{
    private const string Grace = "grace";

    private readonly NodeServices _services;
    private readonly IActorRef _pairs;
    private readonly IActorRef _portfolio;
    private readonly IActorRef _self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ActorTimers _timers;
    private readonly CandleStore _store;
    private readonly CandleWriter _writer;
    private readonly SymbolRegistry _registry;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Symbol, CandleSlot> _slots = new();
    private readonly Dictionary<Symbol, Collected> _collected = [];
    private IMarketStream? _stream;
    private long _newestClosedMs;
    private long _retentionMs;

    /// <summary>The collector.</summary>
    /// <param name="services">The node.</param>
    /// <param name="pairs">The shard region of the pairs.</param>
    /// <param name="portfolio">The portfolio.</param>
    public CollectorActor(NodeServices services, IActorRef pairs, IActorRef portfolio)
    {
        (_services, _pairs, _portfolio, _self) = (services, pairs, portfolio, Self);
        _timers = new ActorTimers(services.Time, Self);
        _store = new CandleStore(services.Database, services.Settings.Interval);
        _writer = new CandleWriter(_store, _log);
        _registry = new SymbolRegistry(services.Database);
    }

    private CandleInterval Interval => _services.Settings.Interval;

    /// <inheritdoc/>
    public void OnTicker(in Ticker ticker)
    {
        // Prices go to the nodes that host the pairs.
    }

    /// <inheritdoc/>
    public void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs)
    {
        // On the stream's thread: most updates only move the running candle and end here.
        if (interval != Interval || candle.Fault() is not null || !_slots.TryGetValue(symbol, out var slot))
            return;
        var change = slot.Update(candle, out var closed);
        if (change != CandleChange.Running)
            _self.Tell(new Closed(symbol, closed, eventTimeMs, change == CandleChange.Corrected), ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void OnConnected() => _self.Tell(StreamUp.Instance, ActorRefs.NoSender);

    /// <inheritdoc/>
    public void OnDisconnected(string reason) => _self.Tell(new StreamDown(reason), ActorRefs.NoSender);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _stream = _services.Streams.OpenMarketStream(this);
        ArmGrace();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _timers.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        if (_stream is not null)
            _ = _stream.DisposeAsync().AsTask();
        _ = _writer.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Closed closed:
                OnClosed(closed);
                break;
            case GraceOver:
                OnGraceOver();
                break;
            case CollectCandles collect:
                foreach (var symbol in collect.Symbols)
                    Collect(symbol);
                break;
            case RequestHistory request:
                Collect(request.Symbol);
                Start(request, token => HistoryAsync(request, BoundaryMs(request.Symbol), token));
                break;
            case RequestBars request:
                Start(request, token => BarsAsync(request, BoundaryMs(), Sender, token));
                break;
            case HistoryReady ready:
                OnHistoryReady(ready);
                break;
            case StreamUp:
                OnStreamUp();
                break;
            case StreamDown down:
                _log.Warning("candle stream is down: {Reason}; what it misses is asked for by REST", down.Reason);
                break;
            case GetCollectorStatus:
                Sender.Tell(new CollectorStatus(_collected.Count, _writer.Written, _newestClosedMs, _stream!.IsConnected));
                break;
        }
    }

    /// <summary>Start of the interval that is running: everything that opened before is closed.</summary>
    private long BoundaryMs() => Interval.OpenTimeMs(_services.ExchangeNowMs());

    /// <summary>
    /// The same for one pair: a candle that was told as closed is closed, although our idea of the exchange's clock may still be a moment
    /// behind it. A history without it would have its pair ask again at once, and again.
    /// </summary>
    private long BoundaryMs(Symbol symbol) => Math.Max(BoundaryMs(), (_collected[symbol].NewestMs ?? 0) + Interval.Milliseconds);

    private void Collect(Symbol symbol)
    {
        if (!_collected.TryAdd(symbol, new Collected()))
            return;
        _slots[symbol] = new CandleSlot();
        _stream!.SubscribeCandles([symbol], Interval);
    }

    private void OnClosed(Closed closed)
    {
        var state = _collected[closed.Symbol];
        if (closed.Candle.OpenTimeMs < state.NewestMs || (closed.Candle.OpenTimeMs == state.NewestMs && !closed.IsCorrection))
            return; // backfilled already
        var previous = closed.IsCorrection ? state.PreviousMs : state.NewestMs;
        if (!closed.IsCorrection)
        {
            (state.PreviousMs, state.NewestMs, state.Revision) = (state.NewestMs, closed.Candle.OpenTimeMs, 0);
        }
        else
        {
            state.Revision++;
        }
        Store(closed.Symbol, state, closed.Candle, closed.EventTimeMs, isStream: true);

        var endMs = closed.Candle.OpenTimeMs + Interval.Milliseconds;
        _newestClosedMs = Math.Max(_newestClosedMs, closed.Candle.OpenTimeMs);
        _portfolio.Tell(new MarkPrice(endMs, closed.Symbol, closed.Candle.Close));
        _pairs.Tell(new CandleClosed(closed.Symbol, closed.Candle, previous, state.Revision, endMs));
    }

    private void Store(Symbol symbol, Collected state, in Candle candle, long eventTimeMs, bool isStream)
    {
        if (state.SymbolId is { } id)
            _writer.Add(new CandleRow(id, candle, eventTimeMs, isStream));
        else
            state.Unstored.Add((candle, eventTimeMs, isStream)); // the registry's answer is on its way with the first history
    }

    /// <summary>A little after each interval's end: pairs in which nobody trades any more are closed too.</summary>
    private void OnGraceOver()
    {
        var boundary = BoundaryMs();
        foreach (var (symbol, slot) in _slots.OrderBy(s => s.Key))
        {
            if (slot.CloseBefore(boundary, out var closed))
                OnClosed(new Closed(symbol, closed, closed.OpenTimeMs + Interval.Milliseconds, false));
        }
        if (_services.Settings.CandleRetention is { } retention && boundary - _retentionMs > 86_400_000)
        {
            _retentionMs = boundary;
            Start("retention", token => _store.DropBeforeAsync(boundary - (long)retention.TotalMilliseconds, token));
        }
        ArmGrace();
    }

    private void ArmGrace()
    {
        var now = _services.ExchangeNowMs();
        var next = Interval.OpenTimeMs(now) + Interval.Milliseconds + _services.Settings.CandleGraceMs;
        var previous = next - Interval.Milliseconds;
        _timers.After(Grace, (previous > now ? previous : next) - now, GraceOver.Instance);
    }

    private void OnStreamUp()
    {
        // What ran while the stream was away is not known: running candles start anew, closed ones are asked for by their pairs' histories.
        foreach (var (symbol, slot) in _slots)
        {
            slot.Forget();
            if (_collected[symbol].NewestMs is { } newest)
                Start(symbol, token => HistoryAsync(new RequestHistory(symbol, 0, newest), BoundaryMs(symbol), token));
        }
    }

    private void Start(object what, Func<CancellationToken, Task> work)
    {
        _services.InFlight.Enter();
        _ = RunAsync();

        async Task RunAsync()
        {
            try
            {
                await work(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // the collector is stopping
            }
            catch (Exception e)
            {
                _log.Error(e, "{Work} failed; it is asked for again", what);
            }
            finally
            {
                _services.InFlight.Exit();
            }
        }
    }

    private sealed class Collected
    {
        public int? SymbolId { get; set; }

        public long? NewestMs { get; set; }

        public long? PreviousMs { get; set; }

        public int Revision { get; set; }

        public List<(Candle Candle, long EventTimeMs, bool IsStream)> Unstored { get; } = [];
    }

    private sealed record Closed(Symbol Symbol, Candle Candle, long EventTimeMs, bool IsCorrection);

    private sealed record GraceOver
    {
        public static readonly GraceOver Instance = new();
    }

    private sealed record StreamUp
    {
        public static readonly StreamUp Instance = new();
    }

    private sealed record StreamDown(string Reason);
}
