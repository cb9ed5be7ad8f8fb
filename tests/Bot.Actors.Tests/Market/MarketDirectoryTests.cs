using Akka.Actor;
using Bot.Actors.Market;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Kucoin;
using Bot.Testing;
using Bot.Trading.Market;

namespace Bot.Actors.Tests.Market;

/// <summary>Rules and fees of a node's pairs, from the simulator on real sockets.</summary>
public sealed class MarketDirectoryTests : IAsyncLifetime
{
    private static readonly Symbol Btc = SteeredMarket.Rules.Symbol;

    private TestDatabase _database = null!;
    private SteeredExchange _exchange = null!;
    private KucoinExchange _client = null!;
    private LocalSystem _system = null!;
    private IActorRef _directory = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _exchange = await SteeredExchange.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _client.Dispose();
        await _exchange.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Rules_are_told_before_the_fees_are_known_and_the_fees_follow()
    {
        var told = Subscribe(_exchange.Connect());
        var first = await ReceiveAsync(told);
        Assert.Equal((Btc, (decimal?)null), (first.Rules!.Symbol, first.TakerFee));
        PairRules next;
        do
            next = await ReceiveAsync(told);
        while (next.TakerFee is null);
        Assert.Equal((Btc, 0.001m), (next.Rules!.Symbol, next.TakerFee));
    }

    [Fact]
    public async Task Fees_that_cannot_be_read_keep_no_rules_back()
    {
        var told = Subscribe(_exchange.Connect("another-secret"));
        for (var i = 0; i < 2; i++)
        {
            var rules = await ReceiveAsync(told);
            Assert.Equal((Btc, (decimal?)null), (rules.Rules!.Symbol, rules.TakerFee));
            Assert.True(rules.ReadAtMs > 0);
            told.Send(_directory, RefreshRules.Instance);
        }
    }

    private Inbox Subscribe(KucoinExchange client)
    {
        _client = client;
        _system = LocalSystem.On(_database, _client);
        _directory = _system.System.ActorOf(ActorProps.Of(() => new MarketDirectory(_system.Services)));
        var inbox = Inbox.Create(_system.System);
        inbox.Send(_directory, new SubscribeRules(Btc));
        return inbox;
    }

    private static Task<PairRules> ReceiveAsync(Inbox inbox) => Task.Run(() => (PairRules)inbox.Receive(LocalSystem.Patience));
}
