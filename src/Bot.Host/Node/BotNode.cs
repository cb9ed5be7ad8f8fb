using Akka.Actor;
using Akka.Hosting;
using Bot.Actors.Cluster;
using Bot.Actors.Gateway;
using Bot.Actors.Controls;
using Bot.Actors.Portfolio;
using Bot.Actors.Runtime;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Lockstep;
using Bot.Host.Commands;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Trading.Risk.Controls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>What a node is made of.</summary>
public sealed record BotNodeOptions
{
    /// <summary>Settings, checked.</summary>
    public required LoadedConfiguration Configuration { get; init; }

    /// <summary>The API key.</summary>
    public required KucoinCredentials Credentials { get; init; }

    /// <summary>The application's connection string, with its pool settings.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The application's pool.</summary>
    public required NpgsqlDataSource Database { get; init; }

    /// <summary>Key of the simulator's account that is in lockstep; null outside a replay.</summary>
    public string? LockstepAccount { get; init; }

    /// <summary>Wishes where shards shall be; nodes of one process may share them.</summary>
    public ShardMoves Moves { get; init; } = new();

    /// <summary>Settings of the actor system that are laid over the node's own; null for none. Those that the promises rest on are still asserted.</summary>
    public Akka.Configuration.Config? Overrides { get; init; }
}

/// <summary>A running node: the actor system with everything it stands on. Disposing it stops it in order.</summary>
public sealed class BotNode : IAsyncDisposable
{
    private const long LargestClockErrorMs = 500;
    private static readonly TimeSpan ClockLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClockRetry = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ClockRefresh = TimeSpan.FromSeconds(60);

    private readonly IHost _host;
    private readonly LockstepClient? _lockstep;
    private readonly CancellationTokenSource _stopping = new();
    private Task _upkeep = Task.CompletedTask;
    private Task _controls = Task.CompletedTask;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    private BotNode(IHost host, KucoinExchange exchange, LockstepClient? lockstep, NodeServices services, LockstepHello? replay)
    {
        (_host, Exchange, _lockstep, Services, Replay) = (host, exchange, lockstep, services, replay);
        System = host.Services.GetRequiredService<ActorSystem>();
        Actors = host.Services.GetRequiredService<IActorRegistry>();
        _ = System.WhenTerminated.ContinueWith(
            _ =>
            {
                if (!_isStopping)
                    _lost.TrySetResult(CoordinatedShutdown.Get(System).ShutdownReason?.GetType().Name ?? "terminated");
            },
            TaskScheduler.Default);
    }

    /// <summary>The actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>The actors by type.</summary>
    public IActorRegistry Actors { get; }

    /// <summary>The exchange's client.</summary>
    public KucoinExchange Exchange { get; }

    /// <summary>What the actors stand on.</summary>
    public NodeServices Services { get; }

    /// <summary>Where the replay began and ends; null outside a replay.</summary>
    public LockstepHello? Replay { get; }

    /// <summary>Completes with the replay's last step; never outside a replay.</summary>
    public Task ReplayEnded => _lockstep?.Completion ?? Task.Delay(Timeout.Infinite, _stopping.Token);

    /// <summary>
    /// Completes, with the reason, when the actor system has ended without this process having wanted it: the cluster downed or removed the
    /// node. A process without actors is of no use, so its command ends it.
    /// </summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Nothing is sent any more, and the command ends the node: what it trades is another's.</summary>
    /// <param name="reason">Why.</param>
    public void GiveUp(string reason)
    {
        System.ActorSelection("/user/gateway").Tell(new GatewayRequest.Leave(IsLost: true), ActorRefs.NoSender);
        _lost.TrySetResult(reason);
    }

    /// <summary>Steps of the replay so far.</summary>
    public long Steps => _lockstep?.Steps ?? 0;

    /// <summary>Starts a node. It is trading once <see cref="StartupGate.Opened"/> completes.</summary>
    public static async Task<BotNode> StartAsync(BotNodeOptions options, ILoggerFactory logs, CancellationToken cancel)
    {
        var bot = options.Configuration.Bot;
        var isReplay = options.LockstepAccount is not null;
        // Every order and selection names the version that it was decided under, so the version is there before them.
        var (sinceMs, limitsRefused) = await LimitChanges.SaveAsync(options.Database, bot, cancel).ConfigureAwait(false);
        var deployment = await DeploymentName.OfAsync(options.Database, bot.Trading.Deployment, options.Credentials, isReplay, cancel).ConfigureAwait(false);
        var inFlight = new InFlight();
        var frames = new PushFrames();
        var virtualTime = isReplay ? new VirtualTimeProvider() : null;
        var time = (TimeProvider?)virtualTime ?? ChaosHooks.Clock(TimeProvider.System);
        var isLoopback = bot.Exchange.BaseAddress.IsLoopback;
        if (ChaosHooks.IsActive && !isLoopback)
            throw new InvalidOperationException($"{ChaosHooks.FolderVariable} is set: this node may die on purpose, and {bot.Exchange.BaseAddress.Host} is a real exchange. Unset it.");
        var defaults = new KucoinOptions();
        NodeControls? controls = null;
        var exchange = new KucoinExchange(
            defaults with
            {
                BaseAddress = bot.Exchange.BaseAddress,
                AllowedHosts = isLoopback ? null : defaults.AllowedHosts,
                OrderWindowMs = bot.Exchange.OrderWindowMs,

                // Also where new ones are not wanted: those that stand from before are read and cancelled.
                StopOrders = true,
                RateBudget = isReplay ? null : defaults.RateBudget,
                ClockIsTimeProvider = isReplay,
            },
            options.Credentials,
            new KucoinRuntime
            {
                Time = time,
                InFlight = inFlight,
                Frames = frames,
                Logs = logs,

                DeadManGuard = symbols => DeadManGuard.Refusal(turnsOn: true, symbols, s => controls?.MayHold(s) != false, bot.Controls),

                // A replay must repeat, so nothing is left to chance in it.
                Jitter = isReplay ? () => 0.5 : Random.Shared.NextDouble,
            });
        controls = new NodeControls
        {
            Settings = bot.Controls,
            Limits = bot.Risk,
            File = new KillSwitchFile(bot.Controls.KillSwitchFile ?? Path.Combine(BotFolders.Data, KillSwitchCommand.FileName)),
            ClockErrorMs = () => exchange.Clock.ErrorBoundMs is { } error ? Math.Max(error, Math.Abs(exchange.Clock.WallStepMs)) : null,
        };
        var grants = isReplay ? new GrantGate() : null;
        var gate = new StartupGate();
        LockstepClient? lockstep = null;
        LockstepHello? hello = null;
        if (isReplay)
        {
            lockstep = new LockstepClient(
                bot.Exchange.BaseAddress, options.LockstepAccount!, virtualTime!, inFlight, frames, new LockstepOptions { IsReady = () => gate.IsOpen }, logs);
            lockstep.AddQuietParticipant(grants!.Decide);

            // The first hello sets the virtual clock; nothing may look at it before.
            hello = await lockstep.Start().WaitAsync(cancel).ConfigureAwait(false);
        }
        else
        {
            await exchange.SynchroniseClockAsync(cancel).ConfigureAwait(false);
        }

        var stops = new ExchangeStops(exchange.StopOrders!, bot.Protection.ExchangeStops);
        var stopProbe = new StopProbe(stops, bot, logs.CreateLogger<StopProbe>());
        try
        {
            await stopProbe.AskAtStartAsync(isReplay, cancel).ConfigureAwait(false);
        }
        catch
        {
            if (lockstep is not null)
                await lockstep.DisposeAsync().ConfigureAwait(false);
            exchange.Dispose();
            throw;
        }
        NodeServices? services = null;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(logs);

        // The command stops the node, in order and after it has summed up; the host's own lifetime would stop the actors on the same signal.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(60));
        var address = new NodeAddress { Host = bot.Node.Host, Port = bot.Node.Port, ListenPort = bot.Node.ListenPort, Seeds = bot.Node.Seeds };
        builder.Services.AddAkka(ClusterConfig.SystemName, akka => akka
            .ConfigureLoggers(l =>
            {
                l.ClearLoggers();
                l.AddLoggerFactory(logs);
            })
            .AddBot(address, options.ConnectionString, options.Moves, inFlight, system =>
            {
                var node = Akka.Cluster.Cluster.Get(system).SelfAddress.ToString();
                var settings = bot.ToSettings(deployment, node, options.Configuration.StrategyParameters, isReplay ? null : sinceMs);
                return services = new NodeServices
                {
                    Exchange = exchange,
                    Streams = exchange,
                    Stops = stops,
                    Time = time,
                    ExchangeNowMs = () => exchange.Clock.NowMs,
                    InFlight = inFlight,
                    Database = options.Database,
                    Settings = isReplay ? settings.InReplay(bot.Controls.MaxRulesAgeMs) : settings,
                    Controls = controls,
                    Books = exchange,
                    Gate = gate,
                    Grants = grants,
                };
            })
            .AddHocon(options.Overrides ?? Akka.Configuration.Config.Empty, HoconAddMode.Prepend));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            if (lockstep is not null)
                await lockstep.DisposeAsync().ConfigureAwait(false);
            host.Dispose();
            exchange.Dispose();
            throw;
        }
        var started = new BotNode(host, exchange, lockstep, services!, hello);
        if (limitsRefused is not null && !isReplay)
            started.Actors.Get<PortfolioActor>().Tell(new ReportBreach(Control.LimitChange, null, limitsRefused));
        started._controls = ControlTasks.Start(started, bot.Controls, isReplay, logs, started._stopping.Token);
        if (!isReplay)
        {
            started._upkeep = Task.WhenAll(
                started.KeepClockAsync(started._stopping.Token),
                stopProbe.KeepAskingAsync(started._stopping.Token),
                new ClusterGuard(started.System, TimeProvider.System, started.GiveUp).RunAsync(started._stopping.Token));
        }
        return started;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _upkeep.ConfigureAwait(false);
        await _controls.ConfigureAwait(false);
        if (_lockstep is not null)
            await _lockstep.DisposeAsync().ConfigureAwait(false);
        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
        Exchange.Dispose();
        _stopping.Dispose();
    }

    /// <summary>
    /// The exchange's clock drifts against ours; a placement needs it within seconds, entries within half of one (R11). After a step of the
    /// wall clock (or a sleep of the machine) the estimate is not believed until it is measured anew, so that is done at once.
    /// </summary>
    private async Task KeepClockAsync(CancellationToken cancel)
    {
        var measuredAt = TimeProvider.System.GetTimestamp();
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(ClockLook, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isDoubtful = Exchange.Clock.ErrorBoundMs is not { } error || error > LargestClockErrorMs;
            if (cancel.IsCancellationRequested || (TimeProvider.System.GetElapsedTime(measuredAt) < ClockRefresh && !isDoubtful))
                continue;
            var isMeasured = await Exchange.SynchroniseClockAsync(cancel).ConfigureAwait(false);
            if (isMeasured || !isDoubtful)
                measuredAt = TimeProvider.System.GetTimestamp();
            else
                await Task.Delay(ClockRetry, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A lifetime that listens to nobody.</summary>
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
