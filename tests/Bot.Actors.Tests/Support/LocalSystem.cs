using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Bot.Actors.Cluster;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Npgsql;

namespace Bot.Actors.Tests.Support;

/// <summary>An actor system with the bot's own persistence settings, on a database of the test; only the cluster is left out.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly NpgsqlDataSource _source;

    private LocalSystem(
        string connection, IExchange? exchange, IExchangeStreams? streams, Func<long>? nowMs, ExchangeStops stops, Func<BotSettings, BotSettings> adjust)
    {
        var configuration = ConfigurationFactory.ParseString("akka { actor.provider = local, loglevel = OFF, stdout-loglevel = OFF }")
            .WithFallback(ClusterConfig.Create(new NodeAddress(), connection))
            .WithFallback(SqlPersistence.DefaultConfiguration);
        _source = NpgsqlDataSource.Create(connection);
        System = ActorSystem.Create("test", BootstrapSetup.Create().WithConfig(configuration).And(new InFlightSetup(InFlight)));
        Services = new NodeServices
        {
            // Actors that trade are tested with an exchange; the others never ask for one.
            Exchange = exchange!,
            Streams = streams!,
            Stops = stops,
            Time = TimeProvider.System,
            ExchangeNowMs = nowMs ?? (() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()),
            InFlight = InFlight,
            Database = _source,
            Settings = adjust(new BotSettings
            {
                Deployment = "abcdef", Version = "v", Node = "test", Account = "abcdef", Interval = CandleInterval.OneMinute, Strategy = "ema-cross",
                StrategyParameters = new Dictionary<string, double>(), CandleRetention = null,
            }),
            Gate = new StartupGate(),
        };
    }

    /// <summary>A system on a database, with an exchange where one is needed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="exchange">The exchange; null where none is asked.</param>
    /// <param name="stops">Who watches the stops; what is not known is not served.</param>
    /// <param name="adjust">Settings of the test's own.</param>
    public static LocalSystem On(
        TestDatabase database, KucoinExchange? exchange = null, ExchangeStopsSetting stops = ExchangeStopsSetting.Auto, Func<BotSettings, BotSettings>? adjust = null) =>
        new(
            database.Connections.For(DatabaseRole.App), exchange, exchange, exchange is null ? null : () => exchange.Clock.NowMs, new ExchangeStops(exchange?.StopOrders!, stops), adjust ?? (s => s));

    /// <summary>A system whose way to the database the test may shut.</summary>
    public static LocalSystem Through(string connectionString) =>
        new(connectionString, null, null, null, new ExchangeStops(null!, ExchangeStopsSetting.Auto), s => s);

    public ActorSystem System { get; }

    public InFlight InFlight { get; } = new();

    public NodeServices Services { get; }

    /// <summary>Stops an actor with a message and waits until it is gone.</summary>
    public async Task EndAsync(IActorRef actor, object message)
    {
        var gone = WhenGoneAsync(actor);
        actor.Tell(message);
        await gone;
    }

    /// <summary>Completes when the actor has stopped.</summary>
    public Task WhenGoneAsync(IActorRef actor)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        System.ActorOf(Props.Create(() => new Watcher(actor, gone)));
        return gone.Task.WaitAsync(Patience);
    }

    /// <summary>An actor that puts what it gets into a list.</summary>
    public Inbox Receiver() => Inbox.Create(System);

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        await _source.DisposeAsync();
    }

    private sealed class Watcher : UntypedActor
    {
        private readonly TaskCompletionSource _gone;

        public Watcher(IActorRef actor, TaskCompletionSource gone)
        {
            _gone = gone;
            Context.Watch(actor);
        }

        protected override void OnReceive(object message)
        {
            if (message is Terminated)
                _gone.TrySetResult();
        }
    }
}
