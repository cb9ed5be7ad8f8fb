using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin.Samples;

public sealed partial class SampleTests
{
    private static readonly Symbol Kcs = Symbol.Parse("KCS-USDT");

    private static readonly Ticker PushedTicker = new(Btc, 1704873323416, 0.08m, 0.049m, 0.036m, 0.08m, 0.18m);

    private static readonly Candle PushedCandle = new(1589968800000, 9786.9m, 9806.1m, 9732m, 9740.8m, 27.45649579m, 268280.09830877m);

    private static readonly (Balance, long) PushedBalance = (new Balance("KCS", 88m, 88m, 0m), 1545743136994L);

    private static IEnumerable<(string File, Check Check)> Frames() =>
    [
        ("ws.market-ticker.push.ticker.json", Ticker(PushedTicker)),
        ("ws.market-ticker.push.v-kucoinnet-Ticker.json", Ticker(PushedTicker)),
        ("ws.market-ticker.push.v-docs2023.json", Ticker(PushedTicker with { TimeMs = 77 })), // No time in it: that of its receipt.
        ("ws.market-candles.push.v-docs2023.json", Candle()),
        ("ws.market-candles.push.v-kucoinnet-Klines.json", Candle()),

        ("ws.spotMarket-tradeOrdersV2.push.v-docs2023-received.json", Order(
            new OrderUpdate(OrderUpdateKind.Received, Kcs, "5efab07953bdea00089965d2", "1593487481000906", null, null, 1593487481683))),
        ("ws.spotMarket-tradeOrdersV2.push.v-docs2023-canceled.json", Order(
            new OrderUpdate(OrderUpdateKind.Canceled, Kcs, "5efab07953bdea00089965d2", "1593487481000906", null, 0m, 1593487481893))),
        ("ws.spotMarket-tradeOrdersV2.push.v-docs2023-filled.json", Order(
            new OrderUpdate(OrderUpdateKind.Filled, Kcs, "5efab07953bdea00089965fa", "1593487481000313", null, 0.1m, 1593487482038))),
        ("edge.ws.spotMarket-tradeOrdersV2.push.match-market-funds.json", Order(
            new OrderUpdate(
                OrderUpdateKind.Match, Btc, "6720da3fa30a360007f5f832", "5c52e11203aa677f33e493fc",
                new FillReport(Btc, "6720da3fa30a360007f5f832", 11116472408358913, Side.Buy, 67717.6m, 0.00001m, null, null, false, 1730206271616),
                0.00001m, 1730206271616))),
        // Old captures have trade ids that are no numbers: the event counts, the execution is left to the query of fills.
        ("ws.spotMarket-tradeOrdersV2.push.v-kucoinnet-MatchOrder.json", Frame(sample =>
        {
            var old = PushReaders.OrderUpdate(PushFrame.Read(sample).Data)!;
            Assert.Equal((OrderUpdateKind.Match, null, 0.1m), (old.Kind, old.Fill, old.FilledSize));
        })),
        ("ws.spotMarket-tradeOrders.push.v-docs2023-open.json", Order(OrderUpdateKind.Open)),
        ("ws.spotMarket-tradeOrders.push.v-docs2023-update.json", Order(OrderUpdateKind.Update)),
        ("ws.spotMarket-tradeOrders.push.v-docs2023-match.json", Order(OrderUpdateKind.Match)),
        ("ws.spotMarket-tradeOrders.push.v-docs2023-filled.json", Order(OrderUpdateKind.Filled)),
        ("ws.spotMarket-tradeOrders.push.v-docs2023-canceled.json", Order(OrderUpdateKind.Canceled)),
        ("ws.spotMarket-tradeOrders.push.orderV1.json", Order(OrderUpdateKind.Open)),

        ("ws.account-balance.push.v-docs2023.json", Frame(s => Assert.Equal(PushedBalance, PushReaders.Balance(PushFrame.Read(s).Data)))),
        ("ws.account-balance.push.v-kucoinnet-Balance.json", Frame(s => Assert.Equal(PushedBalance, PushReaders.Balance(PushFrame.Read(s).Data)))),

        ("ws.market-level2.push.v-docs2023.json", Delta(
            14103844, 14103847, [new(18891.9m, 0.15688m, 14103847)], [new(18906m, 0.00331m, 14103845), new(18907.3m, 0.58751503m, 14103844)])),
        ("edge.ws.market-level2.push.asks-null.json", Delta(14103847, 14103847, [], [])),
        ("edge.ws.market-level2.push.remove-and-zero-price.json", Delta(
            14103844, 14103846, [new(18891.9m, 0.00001m, 14103846)], [new(18907.3m, 0m, 14103844), new(0m, 0m, 14103845)])),

        ("ws.market-match.push.trade.json", Trade(new PublicTrade(Btc, 11067996711960577, Side.Buy, 67523m, 0.003m, 1729843222921))),
        ("ws.market-match.push.v-docs2023.json", Trade(new PublicTrade(Btc, 1545896669145, Side.Buy, 0.082m, 0.01022222m, 1545913818099))),
        ("ws.spotMarket-advancedOrders.push.stopOrder.json", Stop(new StopOrderUpdate(
            StopOrderUpdateKind.Open, Btc, "vs93gpupfa48anof003u85mb", Side.Buy, 70000m, 0.00007142m, StopDirection.Loss, 71000m, null, null,
            1742305928091))),
        ("edge.ws.spotMarket-advancedOrders.push.cancel.json", Stop(new StopOrderUpdate(
            StopOrderUpdateKind.Cancelled, Btc, "vs93gpupfa48anof003u85mb", Side.Buy, null, null, StopDirection.Loss, 71000m, null, null,
            1742305928091))),

        ("ws.control.welcome.json", Control(PushType.Welcome, "hQvf8jkno")),
        ("ws.control.ack.v-kucoinnet.json", Control(PushType.Ack, "|1|")),
        ("ws.control.ack-unsubscribe.v-docs2023.json", Control(PushType.Ack, "1545910840805")),
        ("ws.control.pong.json", Control(PushType.Pong, "1545910590801")),
        ("ws.error.401.json", Error(401)),
        ("ws.error.403.json", Error(403)),
        ("ws.error.404.json", Error(404)),
        ("ws.error.509-rate.json", Error(509)),
    ];

    private static Check Ticker(Ticker expected) => Frame(sample =>
        Assert.Equal(expected, PushReaders.Ticker(PushFrame.Read(sample).Data, Btc, receivedAtMs: 77)));

    private static Check Candle() => Frame(sample =>
    {
        var candle = PushReaders.Candle(PushFrame.Read(sample).Data, out var timeMs);
        Assert.Equal((PushedCandle, 1589970010253L), (candle, timeMs));
    });

    private static Check Order(OrderUpdate expected) => Frame(sample =>
        Assert.Equal(expected, PushReaders.OrderUpdate(PushFrame.Read(sample).Data)));

    private static Check Order(OrderUpdateKind expected) => Frame(sample =>
        Assert.Equal(expected, PushReaders.OrderUpdate(PushFrame.Read(sample).Data)!.Kind));

    private static Check Trade(PublicTrade expected) => Frame(sample =>
        Assert.Equal(expected, PushReaders.Trade(PushFrame.Read(sample).Data, Btc)));

    private static Check Stop(StopOrderUpdate expected) => Frame(sample =>
        Assert.Equal(expected, DetailReaders.StopOrderUpdate(PushFrame.Read(sample).Data)));

    private static Check Delta(long first, long last, BookChange[] bids, BookChange[] asks) => Frame(sample =>
    {
        var delta = BookReaders.Delta(PushFrame.Read(sample).Data, Btc);
        Assert.Equal((first, last), (delta.FirstSequence, delta.LastSequence));
        Assert.Equal(bids, delta.Bids);
        Assert.Equal(asks, delta.Asks);
    });

    private static Check Control(PushType type, string id) => Frame(sample =>
    {
        var frame = PushFrame.Read(sample);
        Assert.Equal((type, id), (frame.Type, frame.Id));
    });

    private static Check Error(long code) => Frame(sample =>
    {
        var frame = PushFrame.Read(sample);
        Assert.Equal((PushType.Error, (long?)code), (frame.Type, frame.Code));
        Assert.NotEmpty(frame.DataText());
    });
}
