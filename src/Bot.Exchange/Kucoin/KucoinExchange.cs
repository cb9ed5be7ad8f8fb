using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin;

/// <summary>
/// KuCoin spot. Speaks to the exchange and to the simulator alike; which one is a matter of the base address. Thread-safe; one object a
/// node, so that the node has one rate budget and one clock.
/// </summary>
/// <remarks>
/// <para>Live: call <see cref="SynchroniseClockAsync"/> before the first signed request and about every minute.</para>
/// <para>
/// Lockstep: pass the virtual clock, an <see cref="InFlight"/> and a <see cref="PushFrames"/>. Each call is one unit of work from before it
/// is sent until its task's synchronous continuations have run, except while it waits for the virtual clock. A caller that goes on
/// elsewhere enters that work in such a continuation. It must not hold a unit of its own across the await: an answer that the simulator
/// withholds counts once. Pushed messages are handed over in the step that counts them, on the lockstep client's thread, own orders
/// before prices.
/// </para>
/// </remarks>
public sealed partial class KucoinExchange : IExchange, IExchangeStreams, IDisposable
{
    private readonly KucoinOptions _options;
    private readonly KucoinRuntime _runtime;
    private readonly WorkUnits _work;
    private readonly RateBudget? _budget;
    private readonly KucoinTransport _transport;
    private readonly KucoinRest _rest;
    private readonly PushServices _push;
    private readonly bool _hasCredentials;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The API key; null for public data only. Stays the caller's to dispose.</param>
    /// <param name="runtime">Clocks, counters, logs; null for live trading's defaults.</param>
    /// <exception cref="ArgumentException">The options are faulty; the message names every fault.</exception>
    public KucoinExchange(KucoinOptions options, KucoinCredentials? credentials, KucoinRuntime? runtime = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _runtime = runtime ?? new KucoinRuntime();
        _hasCredentials = credentials is not null;
        var signer = credentials is null ? null : new KucoinSigner(credentials);
        var redactor = new Redactor(credentials, signer);
        _work = new WorkUnits(_runtime.InFlight, _runtime.Time);
        Clock = new ExchangeClock(_runtime.Time, options.ClockIsTimeProvider);
        _budget = options.RateBudget is null ? null : new RateBudget(options.RateBudget, _runtime.Time, _runtime.Jitter, _runtime.InFlight);
        _transport = new KucoinTransport(options, signer, Clock, _runtime.Time, _work);
        _rest = new KucoinRest(options, _transport, _budget, Clock, redactor, _work, _runtime);
        _push = new PushServices(options, _runtime, _rest, Clock, _work, redactor);
    }

    /// <summary>The exchange's clock as far as it is known.</summary>
    public ExchangeClock Clock { get; }

    /// <summary>The state of a rate pool; null when the budget is switched off.</summary>
    public RateStatus? RateStatus(RatePool pool) => _budget?.Status(pool);

    /// <summary>Measures the exchange's clock by eight round trips and takes over the shortest.</summary>
    /// <returns>False when none succeeded; the old estimate stays then.</returns>
    public Task<bool> SynchroniseClockAsync(CancellationToken cancel) =>
        _work.RunAsync(c => _rest.SynchroniseAsync(null, c), cancel);

    /// <inheritdoc/>
    public IMarketStream OpenMarketStream(IMarketStreamListener listener) => new KucoinMarketStream(_push, listener);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The client has no API key.</exception>
    public IAccountStream OpenAccountStream(IAccountStreamListener listener) => _hasCredentials
        ? new KucoinAccountStream(_push, listener)
        : throw new InvalidOperationException("An account stream needs an API key.");

    /// <summary>Ends every connection for requests. Streams are disposed by who opened them.</summary>
    public void Dispose()
    {
        _transport.Dispose();
        _rest.Dispose();
        _budget?.Dispose();
        _push.Dispose();
    }
}
