using Akka;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Bot.Actors.Collector;
using Bot.Actors.Gateway;
using Bot.Actors.Market;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Prices;
using Bot.Actors.Projector;
using Bot.Actors.Reconciler;
using Bot.Actors.Runtime;
using Bot.Actors.Selector;
using Bot.Exchange.Lockstep;
using Bot.Trading.Market;

namespace Bot.Actors.Cluster;

/// <summary>Routes a message to its pair: the symbol is the entity, its hash the shard.</summary>
public sealed class PairExtractor() : HashCodeMessageExtractor(ClusterConfig.Shards)
{
    /// <inheritdoc/>
    public override string EntityId(object message) => (message as IPairMessage)?.Symbol.Text!;
}

/// <summary>Puts the bot's actors into an actor system.</summary>
public static class BotSystem
{
    /// <summary>Adds configuration and actors of a node.</summary>
    /// <param name="builder">Akka's builder.</param>
    /// <param name="address">Where the node listens and whom it joins.</param>
    /// <param name="connectionString">The database as the application's role.</param>
    /// <param name="moves">Wishes where shards shall be.</param>
    /// <param name="inFlight">Counts the work of the node's actors.</param>
    /// <param name="services">What the actors may use, made once the node's own address is known.</param>
    public static AkkaConfigurationBuilder AddBot(
        this AkkaConfigurationBuilder builder,
        NodeAddress address,
        string connectionString,
        ShardMoves moves,
        InFlight inFlight,
        Func<ActorSystem, NodeServices> services) =>
        builder
            .AddSetup(new InFlightSetup(inFlight))
            .AddHocon(ClusterConfig.Create(address, connectionString), HoconAddMode.Prepend)
            .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append)
            .AddHocon(ClusterSharding.DefaultConfig().WithFallback(ClusterSingleton.DefaultConfig()), HoconAddMode.Append)
            .AddHocon(Akka.DistributedData.DistributedData.DefaultConfig(), HoconAddMode.Append)
            .WithActors((system, registry) => Start(system, registry, services(system), moves, address));

    private static void Start(ActorSystem system, IActorRegistry registry, NodeServices services, ShardMoves moves, NodeAddress address)
    {
        var faults = ClusterConfig.Faults(system.Settings.Config);
        if (faults.Count > 0)
            throw new InvalidOperationException($"Settings that the promises rest on do not hold: {string.Join("; ", faults)}.");

        if (services.Grants is null)
        {
            var heads = new JournalHeads(services.Database, services.Time, TimeSpan.FromMilliseconds(services.Settings.OwnerCheckMs));
            services = services with { Heads = heads };
            system.RegisterOnTermination(() => _ = heads.DisposeAsync().AsTask());
        }
        var portfolio = Proxy<PortfolioActor>("portfolio");
        var collector = Proxy<CollectorActor>("collector");
        var selector = Proxy<SelectorActor>("selector");
        var projector = Proxy<ProjectorActor>("projector");
        var reconciler = Proxy<ReconcilerActor>("reconciler");
        var neighbours = new PairNeighbours(
            system.ActorOf(Keeper.Of(ActorProps.Of(() => new ExchangeGateway(services)), services), "gateway"),
            system.ActorOf(Keeper.Of(ActorProps.Of(() => new PriceFeed(services)), services), "prices"),
            system.ActorOf(Keeper.Of(ActorProps.Of(() => new MarketDirectory(services)), services), "directory"),
            portfolio,
            collector)
        {
            Reconciler = reconciler,
        };
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "no-more-entries", () =>
        {
            neighbours.Gateway.Tell(new GatewayRequest.Leave(shutdown.ShutdownReason is CoordinatedShutdown.ClusterDowningReason), ActorRefs.NoSender);
            return Task.FromResult(Done.Instance);
        });
        var pairs = ClusterSharding.Get(system).Start(
            "pair",
            symbol => Keeper.Of(ActorProps.Of(() => new PairActor(Symbol.Parse(symbol), services, neighbours)), services),
            ClusterShardingSettings.Create(system),
            new PairExtractor(),
            new SteerableAllocation(moves),
            StopDurable.Instance);
        registry.Register<PairActor>(pairs);

        Singleton("portfolio", ActorProps.Of(() => new PortfolioActor(services, pairs)), StopDurable.Instance);
        Singleton("collector", ActorProps.Of(() => new CollectorActor(services, pairs, portfolio)), PoisonPill.Instance);
        Singleton("selector", ActorProps.Of(() => new SelectorActor(services, pairs, collector)), StopDurable.Instance);
        Singleton("reconciler", ActorProps.Of(() => new ReconcilerActor(services, pairs, portfolio)), StopDurable.Instance);
        Singleton("projector", ActorProps.Of(() => new ProjectorActor(services)), PoisonPill.Instance);

        if (address.Seeds.Count == 0)
        {
            var cluster = Akka.Cluster.Cluster.Get(system);
            cluster.Join(cluster.SelfAddress);
        }

        IActorRef Proxy<TActor>(string name)
        {
            var proxy = system.ActorOf(ClusterSingletonProxy.Props($"/user/{name}", ClusterSingletonProxySettings.Create(system)), $"{name}-proxy");
            registry.Register<TActor>(proxy);
            return proxy;
        }

        void Singleton(string name, Props props, object end) =>
            system.ActorOf(ClusterSingletonManager.Props(Keeper.Of(props, services), end, ClusterSingletonManagerSettings.Create(system)), name);
    }
}
