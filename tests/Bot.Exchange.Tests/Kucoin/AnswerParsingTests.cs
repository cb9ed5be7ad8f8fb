using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class AnswerParsingTests(ITestOutputHelper output)
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

    [Fact]
    public void Every_sample_of_a_covered_answer_is_read_to_the_right_values()
    {
        if (Shared.Kucoin(output) is not { } shared)
            return;
        var samples = Path.Combine(shared, "samples");

        Assert.Equal(1729100692873, Sample("rest.GET.api-v1-timestamp.json", MarketReaders.ServerTime));
        Assert.Equal(1546837113087, Sample("rest.GET.api-v1-timestamp.v-docs2023.json", MarketReaders.ServerTime));

        var mixed = Sample("edge.rest.GET.api-v2-symbols.mixed.json", MarketReaders.Symbols);
        Assert.Equal(["BTC-USDT", "OLDCOIN-USDT", "NEWCOIN-USDT", "BCHSV-USDT", "MILLI-USDT"], mixed.Select(r => r.Symbol.Text));
        Assert.Equal(0.000000001m, mixed[4].PriceIncrement);
        Assert.Equal((null, false), (mixed[1].MinFunds, mixed[1].EnableTrading));
        Assert.Equal(
            new SymbolRules
            {
                Symbol = Btc, BaseCurrency = "BTC", QuoteCurrency = "USDT", FeeCurrency = "USDT", BaseIncrement = 0.00000001m, QuoteIncrement = 0.000001m,
                PriceIncrement = 0.1m, BaseMinSize = 0.00001m, BaseMaxSize = 10000000000m, QuoteMinSize = 0.1m, QuoteMaxSize = 99999999m,
                MinFunds = 0.1m, PriceLimitRate = 0.1m, EnableTrading = true,
            },
            Assert.Single(Sample("rest.GET.api-v2-symbols.json", MarketReaders.Symbols)));
        Assert.Equal(2, Sample("rest.GET.api-v2-symbols.v-kucoinnet.json", MarketReaders.Symbols).Count);

        var tickers = Sample("edge.rest.GET.api-v1-market-allTickers.nulls.json", MarketReaders.AllTickers);
        Assert.Equal(
            new MarketTicker(new Ticker(Symbol.Parse("NEWCOIN-USDT"), 1729175612158, null, null, null, 0.6m, 12m), 0m, null), tickers[0]);
        Assert.Equal(
            new MarketTicker(new Ticker(Btc, 1729175612158, 66981.5m, 66982.4m, 0.1m, 66982.5m, 0.2m), 117321982.415978333m, -0.0114m), tickers[1]);
        Assert.Single(Sample("rest.GET.api-v1-market-allTickers.v-kucoinnet.json", MarketReaders.AllTickers));

        Assert.Equal(
            new Ticker(default, 1729172965609, 67269m, 67267.5m, 0.000025m, 67267.6m, 1.24808993m),
            Sample("rest.GET.api-v1-market-orderbook-level1.json", MarketReaders.Ticker));

        var candles = Sample("rest.GET.api-v1-market-candles.v-live.json", MarketReaders.Candles);
        Assert.Equal(new Candle(1706637600000, 43396.4m, 43491.9m, 43285.2m, 43369.4m, 135.02905655m, 5859577.939581874m), candles[0]);
        Assert.All(candles, c => Assert.Null(c.Fault()));
        Assert.Equal(2, Sample("edge.rest.GET.api-v1-market-candles.gap.json", MarketReaders.Candles).Count);

        var key = Sample("rest.GET.api-v1-user-api-key.json", AccountReaders.ApiKey);
        Assert.Equal(["General", "Futures", "Spot", "Earn", "InnerTransfer", "Transfer", "Margin"], key.Permissions);
        Assert.Equal(["203.**.154", "103.**.34"], key.IpWhitelist);
        Assert.Equal((true, 1728443843000L, "165111215"), (key.IsMaster, key.CreatedAtMs, key.UserId));

        var accounts = Sample("rest.GET.api-v1-accounts.json", AccountReaders.Accounts);
        Assert.Equal(
            [new AccountRow("trade", new Balance("USDT", 26.66759503m, 26.66759503m, 0m)), new AccountRow("main", new Balance("USDT", 0.01m, 0.01m, 0m))],
            accounts);
        Assert.Equal(4, Sample("rest.GET.api-v1-accounts.v-live.json", AccountReaders.Accounts).Count);

        Assert.Equal(
            [new FeeRate(Btc, 0.001m, 0.001m), new FeeRate(Symbol.Parse("KCS-USDT"), 0.002m, 0.0005m)],
            Sample("rest.GET.api-v1-trade-fees.v-docs2023.json", AccountReaders.FeeRates));

        var bullet = Sample("rest.POST.api-v1-bullet-private.json", AccountReaders.Bullet);
        Assert.Equal((TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(10)), (bullet.PingInterval, bullet.PingTimeout));
        Assert.Equal($"wss://ws-api-spot.kucoin.com/?token={bullet.Token}&connectId=c1", bullet.AddressFor("c1").ToString());
        Assert.DoesNotContain(bullet.Token, bullet.ToString(), StringComparison.Ordinal);
        Assert.Equal("ws-api-spot.kucoin.com", Sample("rest.POST.api-v1-bullet-public.json", AccountReaders.Bullet).Endpoint.Host);

        Assert.Equal(
            new OrderIds("670fd33bf9406e0007ab3945", "5c52e11203aa677f33e493fb"), Sample("rest.POST.api-v1-hf-orders.json", OrderReaders.Ids));
        Assert.Equal(new OrderIds("5bd6e9286d99522a52e458de", null), Sample("rest.POST.api-v1-hf-orders.v-kucoinnet.json", OrderReaders.Ids));
        Assert.Equal(
            new OrderIds(null, "5c52e11203aa677f33e493fb"), Sample("rest.DELETE.api-v1-hf-orders-client-order-_clientOid_.json", OrderReaders.Ids));

        var filled = new OrderReport(
            "6717422bd51c29000775ea03", "5c52e11203aa677f33e493fb", Btc, Side.Buy, OrderType.Limit, 70000m, 0.00001m, 0.00001m, 0.677176m, 0m,
            false, 1729577515444);
        Assert.Equal(filled, Sample("rest.GET.api-v1-hf-orders-client-order-_clientOid_.json", OrderReaders.Order));
        Assert.Equal(
            "6d539dc614db312", Sample("rest.GET.api-v1-hf-orders-client-order-_clientOid_.v-kucoinnet.json", OrderReaders.Order).ClientOrderId);

        var active = Sample("rest.GET.api-v1-hf-orders-active-page.json", OrderReaders.OrderPage);
        Assert.Equal((1L, 1L), (active.TotalCount, active.TotalPages));
        Assert.Equal((true, 50000m), (active.Items[0].Active, active.Items[0].Price));
        var done = Sample("rest.GET.api-v1-hf-orders-done.v-kucoinnet.json", OrderReaders.OrderPage);
        Assert.Equal((2682265600L, null), (done.LastId, done.Items[0].ClientOrderId));

        var fills = Sample("rest.GET.api-v1-hf-fills.v-kucoinnet.json", OrderReaders.FillPage);
        Assert.Equal(2678765568, fills.LastId);
        Assert.Equal(
            new FillReport(Symbol.Parse("BTC-ETC"), "6306cf6e27ecbe0001e1e03a", 616179312641, Side.Buy, 1m, 1m, 0.00021m, "USDT", false, 1661390702919),
            Assert.Single(fills.Items));

        Assert.False(Envelope.Read(File.ReadAllBytes(Path.Combine(samples, "edge.rest.GET.api-v1-hf-orders-_orderId_.null-data.json")), OrderReaders.Order).HasData);
        Assert.False(Envelope.Read(File.ReadAllBytes(Path.Combine(samples, "rest.generic.data-null.json")), OrderReaders.Order).HasData);

        T Sample<T>(string file, DataReader<T> reader)
        {
            var answer = Envelope.Read(File.ReadAllBytes(Path.Combine(samples, file)), reader);
            Assert.True(answer.HasData, file);
            return answer.Data!;
        }
    }

    private static Envelope<T> Read<T>(string json, DataReader<T> reader) => Envelope.Read(Encoding.UTF8.GetBytes(json), reader);

    private static string Nulled(string json, string field) => System.Text.RegularExpressions.Regex.Replace(
        json, $"\"{field}\":(\"[^\"]*\"|[^,}}]*)", $"\"{field}\":null");
}
