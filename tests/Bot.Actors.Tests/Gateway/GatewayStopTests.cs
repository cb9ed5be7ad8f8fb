using Akka.Actor;
using Bot.Actors.Gateway;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Actors.Tests.Gateway;

/// <summary>The gateway's requests about stops against the simulator, on real sockets.</summary>
public sealed class GatewayStopTests : IAsyncLifetime
{
    private static readonly Symbol Btc = SteeredMarket.Rules.Symbol;

    private TestDatabase _database = null!;
    private SteeredExchange _exchange = null!;
    private KucoinExchange _client = null!;
    private LocalSystem _system = null!;
    private IActorRef _gateway = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _client.Dispose();
        await _exchange.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_waits_and_is_shown_by_either_id_and_in_the_list()
    {
        await StartAsync();
        var stopId = await PlaceAsync("a", 95m);
        var byOurs = await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopByClientOrderId, "a"));
        Assert.Equal((stopId, "a", 95m, 0.5m, false), Facts(byOurs.Report!));
        Assert.Equal(byOurs.Report, (await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopByClientOrderId, "a", stopId))).Report);
        Assert.Equal(byOurs.Report, (await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopList, "a"))).Report);

        foreach (var source in (EvidenceSource[])[EvidenceSource.StopByClientOrderId, EvidenceSource.StopList])
            Assert.Null((await AskAsync<OrderInput.StopLooked>(Look(source, "b"))).Report);
        Assert.Null((await AskAsync<OrderInput.Looked>(Look(EvidenceSource.ClientOrderId, "a"))).Report);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_stop_is_shown_nowhere(bool byItsId)
    {
        await StartAsync();
        var stopId = await PlaceAsync("a", 95m);
        Assert.True((await AskAsync<OrderInput.CancelAnswered>(new GatewayRequest.CancelStop(Btc, "a", byItsId ? stopId : null))).IsConfirmed);
        Assert.False((await AskAsync<OrderInput.CancelAnswered>(new GatewayRequest.CancelStop(Btc, "a", byItsId ? stopId : null))).IsConfirmed);
        Assert.Equal("cancelled", Assert.Single((await _exchange.LedgerAsync()).Stops).Phase);
        Assert.Null((await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopByClientOrderId, "a", stopId))).Report);
        Assert.Null((await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopList, "a"))).Report);
    }

    [Fact]
    public async Task The_order_that_comes_of_a_stop_is_found_by_our_id()
    {
        await StartAsync();
        var stopId = await PlaceAsync("a", 95m);
        var child = await TriggerAsync();
        Assert.Equal(child, (await AskAsync<OrderInput.Looked>(Look(EvidenceSource.ClientOrderId, "a"))).Report!.OrderId);
        Assert.True((await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopByClientOrderId, "a", stopId))).Report!.IsTriggered);
        Assert.Null((await AskAsync<OrderInput.StopLooked>(Look(EvidenceSource.StopList, "a"))).Report);
        Assert.Empty((await AskAsync<OrderInput.Looked>(Look(EvidenceSource.DoneList, "a"))).Unnamed);
    }

    [Fact]
    public async Task An_order_that_has_lost_our_id_is_among_the_sells_without_one_and_explains_no_fill()
    {
        await StartAsync("stop-child-nameless");
        await PlaceAsync("a", 95m);
        var child = await TriggerAsync();
        Assert.Null((await AskAsync<OrderInput.Looked>(Look(EvidenceSource.ClientOrderId, "a"))).Report);
        var done = await AskAsync<OrderInput.Looked>(Look(EvidenceSource.DoneList, "a"));
        Assert.Null(done.Report);
        Assert.Equal(child, Assert.Single(done.Unnamed).OrderId);

        // It may be ours: its fills are no proof that the stop sold nothing. To another order they are somebody else's.
        Assert.True((await AskAsync<OrderInput.FillsRead>(Look(EvidenceSource.Fills, "a"))).Unattributed);
        Assert.False((await AskAsync<OrderInput.FillsRead>(Look(EvidenceSource.Fills, "x") with { Leg = IntentLeg.Exit })).Unattributed);
        Assert.Empty((await AskAsync<OrderInput.Looked>(Look(EvidenceSource.DoneList, "x") with { Leg = IntentLeg.Exit })).Unnamed);
        Assert.Equal(0.5m, (await AskAsync<OrderInput.FillsRead>(Look(EvidenceSource.Fills, "a") with { OrderId = child })).Fills.Sum(f => f.Size));
    }

    [Fact]
    public async Task What_happens_to_a_stop_is_told_to_its_pair()
    {
        await StartAsync();
        var pair = _system.Receiver();
        _gateway.Tell(new GatewayRequest.Register(Btc), pair.Receiver);
        await ReceiveAsync<AccountEvent.Connected>(pair);
        var stopId = await PlaceAsync("a", 95m);
        Assert.Equal((StopUpdateKind.Open, stopId), Facts(await ReceiveAsync<AccountEvent.Stop>(pair)));
        _exchange.Market.Trade(94m);
        var triggered = await ReceiveAsync<AccountEvent.Stop>(pair);
        Assert.Equal((StopUpdateKind.Triggered, stopId), Facts(triggered));
        Assert.True(triggered.Update.IsPlaced);
        var second = await PlaceAsync("b", 90m);
        Assert.Equal((StopUpdateKind.Open, second), Facts(await ReceiveAsync<AccountEvent.Stop>(pair)));
        await AskAsync<OrderInput.CancelAnswered>(new GatewayRequest.CancelStop(Btc, "b", second));
        Assert.Equal((StopUpdateKind.Cancelled, second), Facts(await ReceiveAsync<AccountEvent.Stop>(pair)));
    }

    [Fact]
    public async Task A_placement_that_is_answered_with_retired_takes_the_capability_back()
    {
        await StartAsync("stops-retired", ExchangeStopsSetting.On);
        Assert.True(_system.Services.Stops.IsServed);
        var refused = await AskAsync<OrderInput.SubmitAnswered>(Place("a", 95m));
        Assert.Equal((SubmitOutcome.Refused, "401000"), (refused.Outcome, refused.Code));
        Assert.Equal(ExchangeStopsMode.Retired, _system.Services.Stops.Mode);
    }

    [Fact]
    public async Task A_refused_stop_is_an_answer_and_not_a_doubt()
    {
        await StartAsync();
        await _exchange.SpoilAsync("stop-refused");
        for (var i = 0; i < 12; i++)
            Assert.Equal(SubmitOutcome.Refused, (await AskAsync<OrderInput.SubmitAnswered>(Place($"a{i}", 95m))).Outcome);
    }

    [Fact]
    public async Task Questions_about_a_stop_that_is_known_to_wait_go_after_everything_else_and_are_answered_like_others()
    {
        await StartAsync();
        var stopId = await PlaceAsync("a", 95m);
        var question = Look(EvidenceSource.StopByClientOrderId, "a", stopId);
        Assert.Equal(RequestLane.Protective, question.Lane);
        question = question with { IsRoutine = true };
        Assert.Equal(RequestLane.Market, question.Lane);
        for (var i = 0; i < 3; i++)
            Assert.False((await AskAsync<OrderInput.StopLooked>(question)).Report!.IsTriggered);
    }

    private async Task StartAsync(string variants = "", ExchangeStopsSetting stops = ExchangeStopsSetting.Auto)
    {
        _exchange = await SteeredExchange.StartAsync(variants);
        _client = _exchange.Connect();
        _system = LocalSystem.On(_database, _client, stops);
        _gateway = _system.System.ActorOf(ActorProps.Of(() => new ExchangeGateway(_system.Services)));
    }

    private GatewayRequest.PlaceStop Place(string clientOrderId, decimal stopPrice) => new(_client.StopOrders!.PinStop(
        new StopOrderSpec(
            new OrderSpec { ClientOrderId = clientOrderId, Symbol = Btc, Side = Side.Sell, Type = OrderType.Market, Size = 0.5m }, StopDirection.Loss, stopPrice),
        _client.Clock.NowMs));

    private async Task<string> PlaceAsync(string clientOrderId, decimal stopPrice)
    {
        var answer = await AskAsync<OrderInput.SubmitAnswered>(Place(clientOrderId, stopPrice));
        Assert.Equal(SubmitOutcome.Accepted, answer.Outcome);
        return answer.OrderId!;
    }

    /// <summary>The market falls through the stop; the order that comes of it has filled.</summary>
    private async Task<string> TriggerAsync()
    {
        _exchange.Market.Trade(94m);
        return (await Eventually.Async(async () => (await _exchange.LedgerAsync()).Orders.SingleOrDefault(o => !o.Active), "the stop's order filled")).OrderId;
    }

    private static GatewayRequest.Look Look(EvidenceSource source, string clientOrderId, string? stopId = null) =>
        new(source, Btc, clientOrderId, null, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), IntentLeg.Stop) { StopId = stopId };

    private async Task<T> AskAsync<T>(GatewayRequest request) => (T)await _gateway.Ask<object>(request, LocalSystem.Patience);

    private static Task<T> ReceiveAsync<T>(Inbox inbox) => Task.Run(() =>
    {
        while (true)
        {
            if (inbox.Receive(LocalSystem.Patience) is T wanted)
                return wanted;
        }
    });

    private static (string StopId, string? ClientOrderId, decimal StopPrice, decimal? Size, bool? IsTriggered) Facts(StopReport r) =>
        (r.StopId, r.ClientOrderId, r.StopPrice, r.Size, r.IsTriggered);

    private static (StopUpdateKind Kind, string StopId) Facts(AccountEvent.Stop e) => (e.Update.Kind, e.Update.StopId);
}
