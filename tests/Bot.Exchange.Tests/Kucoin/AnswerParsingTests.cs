using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class AnswerParsingTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    [Fact]
    public void The_fields_of_an_answer_may_come_in_any_order_with_others_between()
    {
        var answer = Read("""{"msg":"","new":{"a":[1,{"b":null}]},"data":1729100692873,"retry":false,"code":"200000"}""", MarketReaders.ServerTime);
        Assert.Equal((true, 1729100692873L), (answer.HasData, answer.Data));
        var refusal = Read("""{"msg":"Balance insufficient!","code":"200004"}""", MarketReaders.ServerTime);
        Assert.Equal(("200004", "Balance insufficient!", false), (refusal.Code, refusal.Message, refusal.HasData));
        Assert.False(Read("""{"data":null,"code":"200000"}""", MarketReaders.ServerTime).HasData);
        Assert.Equal("400100", Read("""{"code":400100,"msg":null}""", MarketReaders.ServerTime).Code);
    }

    [Fact]
    public void An_order_keeps_nothing_apart_from_zero()
    {
        const string json = """
            {"code":"200000","data":{"id":"1","clientOid":"","symbol":"BTC-USDT","type":"market","side":"sell","price":"","size":"0","funds":"5",
            "dealSize":"0.1","dealFunds":"5","cancelledSize":"0","active":false,"createdAt":1729577515444,"unknown":[{}]}}
            """;
        Assert.Equal(
            new OrderReport("1", null, Btc, Side.Sell, OrderType.Market, null, null, 0.1m, 5m, 0m, false, 1729577515444),
            Read(json, OrderReaders.Order).Data);
    }

    [Theory]
    [InlineData("dealSize")]
    [InlineData("dealFunds")]
    [InlineData("cancelledSize")]
    [InlineData("active")]
    [InlineData("id")]
    [InlineData("symbol")]
    [InlineData("side")]
    [InlineData("createdAt")]
    public void An_order_that_lacks_what_evidence_needs_is_not_read(string field)
    {
        const string json = """
            {"code":"200000","data":{"id":"1","clientOid":"a","symbol":"BTC-USDT","type":"limit","side":"buy","price":"1","size":"1",
            "dealSize":"0","dealFunds":"0","cancelledSize":"0","active":true,"createdAt":1729577515444}}
            """;
        Assert.True(Read(json, OrderReaders.Order).HasData);
        Assert.Throws<KucoinFormatException>(() => { Read(json.Replace($"\"{field}\"", "\"x\"", StringComparison.Ordinal), OrderReaders.Order); });
        Assert.Throws<KucoinFormatException>(() => { Read(Nulled(json, field), OrderReaders.Order); });
    }

    [Fact]
    public void One_unreadable_row_spoils_a_list_of_orders_but_not_a_list_of_pairs()
    {
        Assert.Throws<KucoinFormatException>(() => { Read("""{"code":"200000","data":{"items":[{"id":"1"}]}}""", OrderReaders.OrderPage); });
        var tickers = Read(
            """{"code":"200000","data":{"time":1729175612158,"ticker":[{"symbol":"odd name"},{"symbol":"BTC-USDT","last":"x"},{"symbol":"ETH-USDT","last":"2"}]}}""",
            MarketReaders.AllTickers).Data!;
        Assert.Equal("ETH-USDT", Assert.Single(tickers).Ticker.Symbol.Text);
    }

    [Theory]
    [InlineData("""{"code":"200000","data":{"time":1729175612158,"ticker":[{"symbol":"BTC-USDT","last":"2"},{"symbol":"ETH-USDT"}]}}""")]
    [InlineData("""{"data":{"ticker":[{"last":"2","symbol":"BTC-USDT"},{"symbol":"ETH-USDT"}],"time":1729175612158},"code":"200000"}""")]
    public void Every_row_has_the_time_of_its_list_wherever_that_stands(string json) => Assert.Equal(
        [(Btc, 1729175612158L, 2m), (Symbol.Parse("ETH-USDT"), 1729175612158L, null)],
        Read(json, MarketReaders.AllTickers).Data!.Select(r => (r.Ticker.Symbol, r.Ticker.TimeMs, r.Ticker.Last)));

    [Fact]
    public void A_fill_keeps_a_trade_id_beyond_2_to_the_53_and_a_fee_in_another_currency()
    {
        const string json = """
            {"code":"200000","data":{"items":[{"id":20000000000001,"symbol":"BTC-USDT","tradeId":11116472408358913,"orderId":"o","side":"buy",
            "liquidity":"maker","price":"67717.6","size":"0.00001","fee":"-0.01","feeCurrency":"KCS","createdAt":1729577515473}],"lastId":20000000000001}}
            """;
        var page = Read(json, OrderReaders.FillPage).Data;
        Assert.Equal(20000000000001, page.LastId);
        Assert.Equal(
            new FillReport(Btc, "o", 11116472408358913, Side.Buy, 67717.6m, 0.00001m, -0.01m, "KCS", true, 1729577515473), Assert.Single(page.Items));
    }

    [Fact]
    public void A_page_without_items_is_no_page_and_one_with_null_items_is_empty()
    {
        Assert.Empty(Read("""{"code":"200000","data":{"items":null,"totalNum":0}}""", OrderReaders.OrderPage).Data.Items);
        Assert.Throws<KucoinFormatException>(() => { Read("""{"code":"200000","data":{"totalNum":0}}""", OrderReaders.OrderPage); });
    }

    [Fact]
    public void A_body_nested_deeper_than_anything_documented_is_refused()
    {
        var deep = new string('[', 200) + new string(']', 200);
        Assert.Throws<KucoinFormatException>(() => { Read($$"""{"code":"200000","x":{{deep}},"data":1}""", MarketReaders.ServerTime); });
    }

    private static Envelope<T> Read<T>(string json, DataReader<T> reader) => Envelope.Read(Encoding.UTF8.GetBytes(json), reader);

    private static string Nulled(string json, string field) => System.Text.RegularExpressions.Regex.Replace(
        json, $"\"{field}\":(\"[^\"]*\"|[^,}}]*)", $"\"{field}\":null");
}
