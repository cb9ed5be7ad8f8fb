using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class PushParsingTests
{
    private static readonly Symbol Btc = TestClient.Btc;

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

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("]")]
    [InlineData("}{}")]
    [InlineData("}x")]
    public void A_message_that_is_spoilt_behind_its_data_is_refused_by_whoever_reads_them(string end)
    {
        const string ticker = """{"type":"message","topic":"/market/ticker:BTC-USDT","data":{"price":"1","time":1729757723612}""";
        Assert.Equal(1m, PushReaders.Ticker(PushFrame.Read(Encoding.UTF8.GetBytes(ticker + ",\"more\":[1]}")).Data, Btc, 0).Last);
        var fault = Assert.ThrowsAny<Exception>(() => { PushReaders.Ticker(PushFrame.Read(Encoding.UTF8.GetBytes(ticker + end)).Data, Btc, 0); });
        Assert.True(PushReaders.IsFormatFault(fault), $"{fault}");
    }

    [Theory]
    [InlineData("""{"data":{"price":"1","time":1729757723612},"topic":"/market/ticker:BTC-USDT","type":"message"}""")]
    [InlineData("""{"\u0074ype":"message","topic":"/market/ticker:BTC-USDT","data":{"pri\u0063e":"1","time":1729757723612}}""")]
    public void The_order_and_the_spelling_of_names_do_not_matter(string text)
    {
        var frame = PushFrame.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal((PushType.Message, 1m), (frame.Type, PushReaders.Ticker(frame.Data, Btc, 0).Last));
    }

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

    private static OrderUpdate? Order(byte[] json) => PushReaders.OrderUpdate(PushFrame.Read(json).Data);

    private static OrderUpdate? Order(string json) => Order(Encoding.UTF8.GetBytes(json));

    private static (Balance, long)? Balance(byte[] json) => PushReaders.Balance(PushFrame.Read(json).Data);
}
