using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Trading.Market;

namespace Bot.Actors.Prices;

/// <summary>
/// The latest price of one pair. The stream writes it, the pair reads it: a pair that is busy sees the newest price when it comes to it,
/// not a queue of old ones. Market data conflates; order events never do.
/// </summary>
/// <param name="symbol">The pair.</param>
/// <param name="pair">Receives the slot itself as the message.</param>
public sealed class PriceSlot(Symbol symbol, IActorRef pair) : INoSerializationVerificationNeeded
{
    private readonly object _gate = new();
    private Ticker _latest;
    private bool _isSignalled;

    /// <summary>The pair.</summary>
    public Symbol Symbol { get; } = symbol;

    /// <summary>Receives the signal.</summary>
    public IActorRef Pair { get; } = pair;

    /// <summary>Market time of the latest price, Unix ms.</summary>
    public long LatestMs
    {
        get
        {
            lock (_gate)
                return _latest.TimeMs;
        }
    }

    /// <summary>A new price; signals the pair unless a signal waits already.</summary>
    public void Write(in Ticker ticker)
    {
        lock (_gate)
        {
            _latest = ticker;
            if (_isSignalled)
                return;
            _isSignalled = true;
        }
        Pair.Tell(this, ActorRefs.NoSender);
    }

    /// <summary>The newest price.</summary>
    public Ticker Read()
    {
        lock (_gate)
        {
            _isSignalled = false;
            return _latest;
        }
    }
}

/// <summary>A pair of this node wants prices; the answers are its <see cref="PriceSlot"/>.</summary>
/// <param name="Symbol">The pair.</param>
public sealed record SubscribePrices(Symbol Symbol) : INoSerializationVerificationNeeded;

/// <summary>
/// Live prices for the pairs that this node hosts, so that a stop never depends on a singleton or on another node. When the stream is
/// silent it asks by REST.
/// </summary>
public sealed class PriceFeed : UntypedActor, IMarketStreamListener
{
    private const string Stale = "stale";

    private readonly NodeServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ConcurrentDictionary<Symbol, PriceSlot> _slots = new();
    private readonly ActorTimers _timers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IActorRef _self;
    private IMarketStream? _stream;

    /// <summary>The feed of a node.</summary>
    public PriceFeed(NodeServices services)
    {
        _services = services;
        _self = Self;
        _timers = new ActorTimers(services.Time, Self);
    }

    /// <inheritdoc/>
    public void OnTicker(in Ticker ticker)
    {
        // On the stream's thread, straight to the pair: one hop less for a stop.
        if (_slots.TryGetValue(ticker.Symbol, out var slot))
            slot.Write(ticker);
    }

    /// <inheritdoc/>
    public void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs)
    {
        // Candles are the collector's business.
    }

    /// <inheritdoc/>
    public void OnConnected() => _self.Tell(StreamUp.Instance, ActorRefs.NoSender);

    /// <inheritdoc/>
    public void OnDisconnected(string reason) => _self.Tell(new StreamDown(reason), ActorRefs.NoSender);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _stream = _services.Streams.OpenMarketStream(this);
        Context.System.EventStream.Publish(new NodeServiceStarted(NodeService.Prices));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _timers.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        if (_stream is not null)
            _ = _stream.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubscribePrices subscribe:
                var slot = new PriceSlot(subscribe.Symbol, Sender);
                _slots[subscribe.Symbol] = slot;
                Context.WatchWith(Sender, new PairGone(slot));
                _stream!.SubscribeTickers([subscribe.Symbol]);
                Ask(slot);
                break;
            case PairGone gone when _slots.TryGetValue(gone.Slot.Symbol, out var current) && current == gone.Slot:
                _slots.TryRemove(gone.Slot.Symbol, out _);
                _stream!.UnsubscribeTickers([gone.Slot.Symbol]);
                break;
            case StreamDown down:
                _services.Controls.Note((b, _) => b.PriceStream(_services.ExchangeNowMs(), isUp: false));
                _log.Warning("price stream is down: {Reason}; prices are asked for by REST until it is back", down.Reason);
                _timers.After(Stale, _services.Settings.PriceStaleMs, AskAll.Instance);
                break;
            case StreamUp:
                _services.Controls.Note((b, _) => b.PriceStream(_services.ExchangeNowMs(), isUp: true));
                _timers.Cancel(Stale);
                break;
            case AskAll:
                foreach (var stale in _slots.Values)
                    Ask(stale);
                _timers.After(Stale, _services.Settings.PriceStaleMs, AskAll.Instance);
                break;
        }
    }

    private void Ask(PriceSlot slot) => _ = AskAsync(slot, _stopping.Token);

    // Enters no work of its own: it goes on inside the unit of the request that it waits for (docs/lockstep.md).
    private async Task AskAsync(PriceSlot slot, CancellationToken cancel)
    {
        try
        {
            var answer = await _services.Exchange.GetTickerAsync(slot.Symbol, RequestLane.Protective, cancel).ConfigureAwait(false);
            if (answer.IsSuccess && answer.Value.TimeMs > slot.LatestMs)
                slot.Write(answer.Value);
            else if (answer.Failure is { } failure)
                _log.Warning("no price of {Symbol} by REST: {Failure}", slot.Symbol.Text, failure.ToString());
        }
        catch (Exception e)
        {
            _log.Error(e, "asking for the price of {Symbol} failed inside the client", slot.Symbol.Text);
        }
    }

    private sealed record PairGone(PriceSlot Slot);

    private sealed record StreamDown(string Reason);

    private sealed record StreamUp
    {
        public static readonly StreamUp Instance = new();
    }

    private sealed record AskAll
    {
        public static readonly AskAll Instance = new();
    }
}
