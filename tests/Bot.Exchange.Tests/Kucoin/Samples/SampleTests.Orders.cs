using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin.Samples;

public sealed partial class SampleTests
{
    private const string ClientOid = "5c52e11203aa677f33e493fb";

    private static IEnumerable<(string File, Check Check)> OrderAnswers() =>
    [
        ("rest.POST.api-v1-hf-orders.json", Is(OrderReaders.Ids, new OrderIds("670fd33bf9406e0007ab3945", ClientOid))),
        ("rest.POST.api-v1-hf-orders.v-kucoinnet.json", Is(OrderReaders.Ids, new OrderIds("5bd6e9286d99522a52e458de", null))),
        ("rest.DELETE.api-v1-hf-orders-client-order-_clientOid_.json", Is(OrderReaders.Ids, new OrderIds(null, ClientOid))),

        ("rest.GET.api-v1-hf-orders-client-order-_clientOid_.json", Is(
            OrderReaders.Order,
            new OrderReport(
                "6717422bd51c29000775ea03", ClientOid, Btc, Side.Buy, OrderType.Limit, 70000m, 0.00001m, 0.00001m, 0.677176m, 0m, false,
                1729577515444))),
        ("rest.GET.api-v1-hf-orders-client-order-_clientOid_.v-kucoinnet.json", Answer(OrderReaders.Order, order =>
            Assert.Equal("6d539dc614db312", order.ClientOrderId))),
        ("edge.rest.GET.api-v1-hf-orders-_orderId_.null-data.json", HasNoData(OrderReaders.Order)),
        ("rest.generic.data-null.json", HasNoData(OrderReaders.Order)),

        ("rest.GET.api-v1-hf-orders-active-page.json", Answer(OrderReaders.OrderPage, page =>
        {
            Assert.Equal((1L, 1L), (page.TotalCount, page.TotalPages));
            Assert.Equal(
                new OrderReport(
                    "67c1437ea5226600071cc080", ClientOid, Btc, Side.Buy, OrderType.Limit, 50000m, 0.00001m, 0m, 0m, 0m, true, 1740718974367),
                Assert.Single(page.Items));
        })),
        ("rest.GET.api-v1-hf-orders-done.v-kucoinnet.json", Answer(OrderReaders.OrderPage, page =>
        {
            Assert.Equal(2682265600L, page.LastId);
            Assert.Equal(
                new OrderReport(
                    "63074a5a27ecbe0001e1f3ba", null, Symbol.Parse("CSP-USDT"), Side.Sell, OrderType.Limit, 0.1m, 0.1m, 0m, 0m, 0m, false,
                    1661422170924),
                Assert.Single(page.Items));
        })),
        ("rest.GET.api-v1-hf-fills.v-kucoinnet.json", Answer(OrderReaders.FillPage, page =>
        {
            Assert.Equal(2678765568, page.LastId);
            Assert.Equal(
                new FillReport(
                    Symbol.Parse("BTC-ETC"), "6306cf6e27ecbe0001e1e03a", 616179312641, Side.Buy, 1m, 1m, 0.00021m, "USDT", false, 1661390702919),
                Assert.Single(page.Items));
        })),
    ];

    private static IEnumerable<(string File, Check Check)> Requests() =>
    [
        // The samples' remark is free text for people; the client sends none, and its own life and window beside the rest.
        ("rest.POST.api-v1-hf-orders.request.json", Sends(
            c => c.PlaceOrderAsync(c.Pin(Support.TestClient.Limit(ClientOid), Support.TestClient.NowMs)), "remark")),
        ("rest.DELETE.api-v1-hf-orders-client-order-_clientOid_.request.json", Sends(c => c.CancelOrderAsync(Btc, ClientOid))),
        ("rest.GET.api-v1-hf-orders-client-order-_clientOid_.request.json", Sends(c => c.GetOrderAsync(Btc, ClientOid))),
        ("rest.GET.api-v1-market-orderbook-level1.request.json", Sends(c => c.GetTickerAsync(Btc))),
        ("rest.GET.api-v1-trade-fees.request.json", Sends(c => c.GetFeeRatesAsync([Btc, Symbol.Parse("ETH-USDT")], default))),
        // The end is asked for one second after the last candle's open time, whichever way the exchange means it.
        ("rest.GET.api-v1-market-candles.request.json", Sends(
            c => c.GetCandlesAsync(Btc, CandleInterval.OneMinute, 1566703297000, 1566789757000, default), "endAt")),
        // One market or every market: the client asks for all of them.
        ("rest.GET.api-v2-symbols.request.json", Sends(c => c.GetSymbolsAsync(default), "market")),
    ];
}
