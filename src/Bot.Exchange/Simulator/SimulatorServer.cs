using System.Net;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Push;
using Bot.Exchange.Simulator.Server;
using Bot.Exchange.Simulator.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bot.Exchange.Simulator;

/// <summary>
/// A spot exchange that speaks KuCoin's REST and push interface over a market of recorded or synthetic prices. Runs inside a test or a
/// process of its own; several can run side by side.
/// </summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private const long MaxBodyBytes = 1 << 20;

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly IMarketSource _source;
    private readonly IMarketClock _clock;
    private readonly PushHub _hub;
    private readonly ITimer _sweep;

    private SimulatorServer(WebApplication app, IMarketSource source, TradingFloor floor, IMarketClock clock, PushHub hub, ITimer sweep)
    {
        _app = app;
        _source = source;
        _clock = clock;
        _hub = hub;
        _sweep = sweep;
        Floor = floor;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new Uri(address);
    }

    /// <summary>Where it listens, for example <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Address { get; }

    /// <summary>
    /// Completes when the market's prices are used up: in lockstep, when the last step was sent. Cancelled when the simulator stops before;
    /// fails with an <see cref="AccountJournalException"/> when what happens cannot be written down any more, and the market stands.
    /// </summary>
    public Task Completed => _clock.Completed;

    /// <summary>The exchange behind the interface, for tests.</summary>
    internal TradingFloor Floor { get; }

    /// <summary>The push connections, for tests.</summary>
    internal PushHub Hub => _hub;

    /// <summary>Starts a simulator.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="loggers">Where faults of its own are told; null for nowhere.</param>
    /// <param name="cancel">Gives up the start.</param>
    /// <exception cref="SimulatorOptionsException">The options are faulty; every fault is told.</exception>
    /// <exception cref="CandleFileException">The recording cannot be used.</exception>
    /// <exception cref="AccountJournalException">The journal cannot be written, or does not fit the accounts or the market.</exception>
    /// <exception cref="SimulatorStartException">The port is taken or may not be used.</exception>
    public static async Task<SimulatorServer> StartAsync(
        SimulatorOptions options, ILoggerFactory? loggers = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults() is { Count: > 0 } faults)
            throw new SimulatorOptionsException(faults);
        var isLockstep = options.Clock == SimulatorClock.Lockstep;
        var source = OpenSource(options, options.WallClock.GetUtcNow().ToUnixTimeMilliseconds());
        var floor = new TradingFloor(source, options.Accounts, options.Seed, options.MinDelayMs, options.MaxDelayMs)
        {
            StopOrdersLeaveNoName = options.Variants.StopOrdersLeaveNoName,
        };
        try
        {
            if (options.Journal is { } journal)
                FloorJournal.Attach(journal, floor);
        }
        catch
        {
            source.Dispose();
            throw;
        }
        var hub = new PushHub();
        var faultBoard = new FaultBoard(floor);
        IMarketClock clock;
        if (isLockstep)
        {
            clock = new LockstepClock(floor, hub, options.WallClock, options.Speed, () => SpoilAll(faultBoard, options));
            floor.Account(options.Accounts[0].Key)!.IsOnVirtualClock = true;
        }
        else
        {
            // Reading a recording takes seconds: the market's now is the wall's now after it.
            var nowMs = options.WallClock.GetUtcNow().ToUnixTimeMilliseconds();
            clock = new WallMarketClock(floor, hub, options.WallClock, options.Speed!.Value, Math.Max(nowMs, source.StartMs));
            SpoilAll(faultBoard, options);
        }
        source.WakeOnArrival(clock.Wake);

        var tokens = new PushTokens(options.WallClock);
        var push = new PushServer(floor, hub, tokens, options.WallClock, new PushServerOptions(
            new PushQueueLimits(options.PushCapacity, Math.Max(options.PushCapacity, 1_000_000), isLockstep),
            options.PingInterval + options.PingTimeout, options.ConnectionLife, options.RateLimits));
        var log = (loggers ?? NullLoggerFactory.Instance).CreateLogger<SimulatorServer>();
        var api = new ApiServer(floor, clock, hub, push, tokens, faultBoard, options, log);

        var app = Listen(options);
        app.Run(api.HandleAsync);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            source.Dispose();
            throw new SimulatorStartException(
                $"Port {options.Port} of {options.Host} is taken by another program: choose another one, or 0 for any free port.", e);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or IOException)
        {
            await app.DisposeAsync();
            source.Dispose();
            throw new SimulatorStartException($"Cannot listen on {options.Host}, port {options.Port}: {e.Message}", e);
        }
        var sweep = options.WallClock.CreateTimer(_ => push.Sweep(), null, SweepEvery, SweepEvery);
        clock.Start();
        return new SimulatorServer(app, source, floor, clock, hub, sweep);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        _hub.AbortAll();
        await _clock.DisposeAsync();
        using (var late = new CancellationTokenSource(StopWithin))
            await _app.StopAsync(late.Token);
        await _app.DisposeAsync();
        _source.Dispose();
    }

    private static void SpoilAll(FaultBoard board, SimulatorOptions options)
    {
        if (options.FaultProfile is not { } name)
            return;
        foreach (var account in options.Accounts)
            board.Set(account.Key, FaultProfile.Find(name)!, options.Seed);
    }

    private static IMarketSource OpenSource(SimulatorOptions options, long wallMs)
    {
        var isLockstep = options.Clock == SimulatorClock.Lockstep;
        if (options.Source is { } own)
        {
            if (isLockstep && own.EndMs is null)
                throw new SimulatorOptionsException(["a market without an end cannot be replayed in lockstep"]);
            return own;
        }
        IMarketSource? recorded = options.Recording is { } ticks ? RecordedMarket.Open(ticks)
            : options.Replay is { } candles ? CandleReplay.Open(candles)
            : null;
        if (recorded is not null)
            return isLockstep ? recorded : new ShiftedSource(recorded, wallMs);

        // A bot in lockstep must be told where the end is.
        var synthetic = isLockstep && options.Synthetic.Length is null
            ? options.Synthetic with { Length = TimeSpan.FromDays(1) }
            : options.Synthetic;
        return new SyntheticMarket(synthetic, options.Seed, isLockstep ? options.SyntheticStartMs : wallMs);
    }

    private static WebApplication Listen(SimulatorOptions options)
    {
        // Empty: neither the environment nor a settings file of the process that embeds the simulator may change it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Parse(options.Host), options.Port);
        });
        return builder.Build();
    }
}
