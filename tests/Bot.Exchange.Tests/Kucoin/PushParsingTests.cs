using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class PushParsingTests(ITestOutputHelper output)
{
    private static readonly Symbol Btc = TestClient.Btc;

    [Fact]
    public void Every_sample_of_a_covered_topic_is_read_to_the_right_values()
    {
        if (Shared.Kucoin(output) is not { } shared)
            return;
        byte[] Sample(string file) => File.ReadAllBytes(Path.Combine(shared, "samples", file));

        var ticker = new Ticker(Btc, 1704873323416, 0.08m, 0.049m, 0.036m, 0.08m, 0.18m);
        Assert.Equal(ticker, Ticker(Sample("ws.market-ticker.push.ticker.json")));
        Assert.Equal(ticker, Ticker(Sample("ws.market-ticker.push.v-kucoinnet-Ticker.json")));
        Assert.Equal(ticker with { TimeMs = 77 }, Ticker(Sample("ws.market-ticker.push.v-docs2023.json")));

        var candle = new Candle(1589968800000, 9786.9m, 9806.1m, 9732m, 9740.8m, 27.45649579m, 268280.09830877m);
        Assert.Equal((candle, 1589970010253L), Candle(Sample("ws.market-candles.push.v-docs2023.json")));
        Assert.Equal((candle, 1589970010253L), Candle(Sample("ws.market-candles.push.v-kucoinnet-Klines.json")));

        var kcs = Symbol.Parse("KCS-USDT");
        Assert.Equal(
            new OrderUpdate(OrderUpdateKind.Received, kcs, "5efab07953bdea00089965d2", "1593487481000906", null, null, 1593487481683),
            Order(Sample("ws.spotMarket-tradeOrdersV2.push.v-docs2023-received.json")));
        Assert.Equal(
            new OrderUpdate(OrderUpdateKind.Canceled, kcs, "5efab07953bdea00089965d2", "1593487481000906", null, 0m, 1593487481893),
            Order(Sample("ws.spotMarket-tradeOrdersV2.push.v-docs2023-canceled.json")));
        Assert.Equal(
            new OrderUpdate(OrderUpdateKind.Filled, kcs, "5efab07953bdea00089965fa", "1593487481000313", null, 0.1m, 1593487482038),
            Order(Sample("ws.spotMarket-tradeOrdersV2.push.v-docs2023-filled.json")));
        Assert.Equal(
            new OrderUpdate(
                OrderUpdateKind.Match, Btc, "6720da3fa30a360007f5f832", "5c52e11203aa677f33e493fc",
                new FillReport(Btc, "6720da3fa30a360007f5f832", 11116472408358913, Side.Buy, 67717.6m, 0.00001m, null, null, false, 1730206271616),
                0.00001m, 1730206271616),
            Order(Sample("edge.ws.spotMarket-tradeOrdersV2.push.match-market-funds.json")));
        // Old captures have trade ids that are no numbers: the event counts, the execution is left to the query of fills.
        var old = Order(Sample("ws.spotMarket-tradeOrdersV2.push.v-kucoinnet-MatchOrder.json"))!;
        Assert.Equal((OrderUpdateKind.Match, null, 0.1m), (old.Kind, old.Fill, old.FilledSize));
        foreach (var (file, kind) in new[]
        {
            ("v-docs2023-open", OrderUpdateKind.Open), ("v-docs2023-update", OrderUpdateKind.Update), ("v-docs2023-match", OrderUpdateKind.Match),
            ("v-docs2023-filled", OrderUpdateKind.Filled), ("v-docs2023-canceled", OrderUpdateKind.Canceled), ("orderV1", OrderUpdateKind.Open),
        })
            Assert.Equal(kind, Order(Sample($"ws.spotMarket-tradeOrders.push.{file}.json"))!.Kind);

        var balance = (new Balance("KCS", 88m, 88m, 0m), 1545743136994L);
        Assert.Equal(balance, Balance(Sample("ws.account-balance.push.v-docs2023.json")));
        Assert.Equal(balance, Balance(Sample("ws.account-balance.push.v-kucoinnet-Balance.json")));

        Assert.Equal((PushType.Welcome, "hQvf8jkno"), TypeAndId(Sample("ws.control.welcome.json")));
        Assert.Equal((PushType.Ack, "|1|"), TypeAndId(Sample("ws.control.ack.v-kucoinnet.json")));
        Assert.Equal((PushType.Pong, "1545910590801"), TypeAndId(Sample("ws.control.pong.json")));
        foreach (var (file, code) in new[] { ("401", 401L), ("403", 403L), ("404", 404L), ("509-rate", 509L) })
        {
            var frame = PushFrame.Read(Sample($"ws.error.{file}.json"));
            Assert.Equal((PushType.Error, (long?)code), (frame.Type, frame.Code));
            Assert.NotEmpty(frame.DataText());
        }
    }

    [Fact]
    public void A_maker_execution_is_told_by_the_liquidity()
    {
        var update = Order("""
            {"type":"message","topic":"/spotMarket/tradeOrdersV2","data":{"type":"match","status":"open","liquidity":"maker","symbol":"BTC-USDT","side":"sell",
            "orderId":"o","matchPrice":"2","matchSize":"3","tradeId":"9007199254740993","ts":1730206271616000000}}
            """);
        Assert.Equal((true, 9007199254740993L, 2m, 3m), (update!.Fill!.Maker, update.Fill.TradeId, update.Fill.Price, update.Fill.Size));
        Assert.Null(update.FilledSize);
    }

    [Fact]
    public void An_event_of_a_new_kind_is_ignored() =>
        Assert.Null(Order("""{"type":"message","topic":"/spotMarket/tradeOrdersV2","data":{"type":"amended","symbol":"BTC-USDT","orderId":"o","ts":1}}"""));

    [Theory]
    [InlineData("trade.hold", true)]
    [InlineData("trade_hf.setted", true)]
    [InlineData("main.deposit", false)]
    [InlineData("margin.hold", false)]
    [InlineData("isolated_BTC-USDT.hold", false)]
    [InlineData("other", false)]
    public void Only_the_spot_account_is_of_interest(string relation, bool isOurs) => Assert.Equal(isOurs, Balance(Encoding.UTF8.GetBytes(
        $$$"""{"type":"message","topic":"/account/balance","data":{"currency":"USDT","total":"1","available":"1","hold":"0","relationEvent":"{{{relation}}}","time":"1545743136994"}}""")) is not null);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}{}")]
    [InlineData("not json")]
    public void What_is_no_frame_is_refused(string text) =>
        Assert.Throws<KucoinFormatException>(() => { PushFrame.Read(Encoding.UTF8.GetBytes(text)); });

    [Fact]
    public void A_topic_with_escaped_slashes_is_the_same_topic()
    {
        var frame = PushFrame.Read(Encoding.UTF8.GetBytes("""{"topic":"\/market\/ticker:BTC-USDT","type":"message","data":{}}"""));
        Assert.Equal("/market/ticker:BTC-USDT", Encoding.UTF8.GetString(frame.Topic));
    }

    [Fact]
    public void Names_in_topics_become_symbols_and_intervals()
    {
        var names = new TopicNames();
        Assert.Equal(Btc, names.Symbol("BTC-USDT"u8));
        Assert.Equal(Btc, names.Symbol("BTC-USDT"u8));
        Assert.Equal("8hour", names.Interval("8hour"u8).Name);
        Assert.Throws<KucoinFormatException>(() => names.Symbol("all"u8));
        Assert.Throws<KucoinFormatException>(() => names.Symbol(new byte[100]));
        Assert.Throws<KucoinFormatException>(() => names.Interval("1month"u8));
    }

    [Fact]
    public void Reading_a_ticker_and_a_candle_allocates_nothing()
    {
        var ticker = """{"topic":"/market/ticker:BTC-USDT","type":"message","subject":"trade.ticker","data":{"bestAsk":"67218.7","bestAskSize":"1.92","bestBid":"67218.6","bestBidSize":"0.01","price":"67220","sequence":"14691455768","size":"0.00004316","time":1729757723612}}"""u8.ToArray();
        var candle = """{"topic":"/market/candles:BTC-USDT_1min","type":"message","subject":"trade.candles.update","data":{"symbol":"BTC-USDT","candles":["1589968800","9786.9","9740.8","9806.1","9732","27.45649579","268280.09830877"],"time":1589970010253893337}}"""u8.ToArray();
        var names = new TopicNames();
        Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            var frame = PushFrame.Read(ticker);
            PushReaders.Ticker(frame.Data, names.Symbol(frame.Topic["/market/ticker:"u8.Length..]), 0);
            var other = PushFrame.Read(candle);
            PushReaders.Candle(other.Data, out _);
            names.Interval("1min"u8);
        }
    }

    private static Ticker Ticker(byte[] json) => PushReaders.Ticker(PushFrame.Read(json).Data, Btc, receivedAtMs: 77);

    private static (Candle Candle, long TimeMs) Candle(byte[] json)
    {
        var candle = PushReaders.Candle(PushFrame.Read(json).Data, out var timeMs);
        return (candle, timeMs);
    }

    private static OrderUpdate? Order(byte[] json) => PushReaders.OrderUpdate(PushFrame.Read(json).Data);

    private static OrderUpdate? Order(string json) => Order(Encoding.UTF8.GetBytes(json));

    private static (Balance, long)? Balance(byte[] json) => PushReaders.Balance(PushFrame.Read(json).Data);

    private static (PushType Type, string? Id) TypeAndId(byte[] json)
    {
        var frame = PushFrame.Read(json);
        return (frame.Type, frame.Id);
    }
}
