using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Tests.Kucoin.Support;
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

        ("rest.POST.api-v1-hf-orders-test.json", Is(OrderReaders.Ids, new OrderIds("670fd33bf9406e0007ab3945", ClientOid))),
        ("rest.POST.api-v1-hf-orders-multi.v-kucoinnet.json", Answer(DetailReaders.Batch, rows => Assert.Equal(
            [new BatchResult(true, "641d669c9ca34800017a2a3c", null, null), new BatchResult(true, "641d669c9ca34800017a2a45", null, null)], rows))),
        ("rest.POST.api-v1-hf-orders-sync.v-kucoinnet.json", Is(
            DetailReaders.Matched, (new MatchedOrder("6d539dc614db3", 2.01m, 8m, 0m, true, 1507725176595), null))),
        ("rest.DELETE.api-v1-hf-orders-sync-client-order-_clientOid_.v-kucoinnet.json", Is(
            DetailReaders.Matched, (new MatchedOrder("6d539dc614db3", 2.01m, 8m, 0m, true, null), null))),
        ("rest.POST.api-v1-hf-orders-alter.json", Is(DetailReaders.Altered, new OrderIds("67112258f9406e0007408827", "client order id 12"))),
        ("rest.POST.api-v1-hf-orders-alter.v-kucoinnet.json", Is(DetailReaders.Altered, new OrderIds("6d539dc614db3", null))),
        ("rest.DELETE.api-v1-hf-orders-cancel-_orderId_.json", Is(DetailReaders.CancelledPart, ("6711f73c1ef16c000717bb31", 0.00001m))),
        ("rest.POST.api-v1-hf-orders-dead-cancel-all.json", Answer(DetailReaders.DeadManSwitch, set =>
            Assert.Equal((null, 1729656588000L, 1729656593000L), (set!.TimeoutSeconds, set.CurrentTimeMs, set.TriggerTimeMs)))),
        ("rest.GET.api-v1-hf-orders-dead-cancel-all-query.v-kucoinnet.json", Answer(DetailReaders.DeadManSwitch, set =>
        {
            Assert.Equal((5, 1682010526000L, 1682010531000L), (set!.TimeoutSeconds, set.CurrentTimeMs, set.TriggerTimeMs));
            Assert.Equal([Btc], set.Symbols);
        })),

        ("rest.GET.api-v1-hf-orders-active-symbols.v-kucoinnet.json", Answer(OrderReaders.ActiveSymbols, symbols => Assert.Equal([Btc], symbols))),
        ("rest.POST.api-v1-stop-order.json", Is(OrderReaders.Ids, new OrderIds("670fd33bf9406e0007ab3945", null))),
        ("rest.DELETE.api-v1-stop-order-cancel.json", Answer(DetailReaders.CancelledStops, c => Assert.Equal(["671124f9365ccb00073debd4"], c.OrderIds))),
        ("rest.DELETE.api-v1-stop-order-cancel.v-kucoinnet.json", Answer(DetailReaders.CancelledStops, c => Assert.Equal(
            ["vs8hoo8m4751f5np0032t7gk", "vs8hoo8m4758qjjp0037mslk", "vs8hoo8prp98qjjp0037q9gb", "vs8hoo8prp91f5np00330k6p"], c.OrderIds))),
        ("rest.DELETE.api-v1-stop-order-cancelOrderByClientOid.json", Answer(DetailReaders.CancelledStops, c =>
        {
            Assert.Equal("vs8hoo8ksc8mario0035a74n", Assert.Single(c.OrderIds));
            Assert.Equal("689ff597f4414061aa819cc414836abd", c.ClientOid);
        })),
        ("rest.GET.api-v1-stop-order-_orderId_.v-kucoinnet.json", Is(
            DetailReaders.StopOrder, Stop("vs8hoo8q2ceshiue003b67c0", "40e0eb9efe6311eb8e58acde48001122", 10m, 1629098781128))),
        ("rest.GET.api-v1-stop-order-queryOrderByClientOid.json", Answer(DetailReaders.StopOrders, rows => Assert.Equal(
            Stop("vs8hoo8os561f5np0032vngj", "2b700942b5db41cebe578cff48960e09", 1m, 1629020492837), Assert.Single(rows)))),
        ("rest.GET.api-v1-stop-order-queryOrderByClientOid.v-kucoinnet.json", Answer(DetailReaders.StopOrders, rows => Assert.Equal(
            Stop("vs8hoo8os561f5np0032vngj", "2b700942b5db41cebe578cff48960e09", 1m, 1629020492837), Assert.Single(rows)))),
        ("rest.GET.api-v1-stop-order.v-docs2023.json", Answer(DetailReaders.StopOrderPage, page =>
        {
            Assert.Equal((1L, 1L), (page.TotalCount, page.TotalPages));
            Assert.Equal(Stop("vs8hoo8kqjnklv4m0038lrfq", "404814a0fb4311eb9098acde48001122", 10m, 1628755183704), Assert.Single(page.Items));
        })),

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

    private static StopOrderReport Stop(string id, string clientOid, decimal stopPrice, long createdAtMs) => new(
        id, clientOid, Kcs, Side.Buy, OrderType.Limit, 0.01m, 0.01m, StopDirection.Loss, stopPrice, false, createdAtMs, null);

    private static IStopOrders Stops(KucoinExchange client) => client.StopOrders!;

    private static IEnumerable<(string File, Check Check)> Requests() =>
    [
        // The samples' remark is free text for people; the client sends none, and its own life and window beside the rest.
        ("rest.POST.api-v1-hf-orders.request.json", Sends(
            c => c.PlaceOrderAsync(c.Pin(TestClient.Limit(ClientOid), TestClient.NowMs)), "remark")),
        ("rest.DELETE.api-v1-hf-orders-client-order-_clientOid_.request.json", Sends(c => c.CancelOrderAsync(Btc, ClientOid))),
        ("rest.GET.api-v1-hf-orders-client-order-_clientOid_.request.json", Sends(c => c.GetOrderAsync(Btc, ClientOid))),
        ("rest.POST.api-v1-hf-orders-sync.request.json", Sends(
            c => c.PlaceOrderSyncAsync(c.Pin(TestClient.Limit("5c52e11203aa677f33e493f"), TestClient.NowMs)), "remark")),
        ("rest.DELETE.api-v1-hf-orders-sync-client-order-_clientOid_.request.json", Sends(c => c.CancelOrderSyncAsync(Btc, ClientOid))),
        ("rest.DELETE.api-v1-hf-orders-cancel-_orderId_.request.json", Sends(c => c.CancelPartAsync(Btc, "6711f73c1ef16c000717bb31", 0.00001m))),
        ("rest.POST.api-v1-hf-orders-test.request.json", Sends(
            c => c.TestOrderAsync(c.Pin(TestClient.Limit("5c52e11203aa677f33e493f"), TestClient.NowMs), default), "remark")),
        ("rest.POST.api-v1-hf-orders-dead-cancel-all.request.json", Sends(
            c => c.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [Btc, Symbol.Parse("ETH-USDT")], default))),
        ("rest.POST.api-v1-stop-order.request.json", Sends(c => Stops(c).PlaceStopOrderAsync(Stops(c).PinStop(
            new StopOrderSpec(TestClient.Limit(ClientOid), StopDirection.Loss, 50000m), TestClient.NowMs)), "remark")),
        ("rest.DELETE.api-v1-stop-order-cancelOrderByClientOid.request.json", Sends(
            c => Stops(c).CancelStopOrderByClientIdAsync(Btc, "689ff597f4414061aa819cc414836abd"))),
        ("rest.GET.api-v1-stop-order-_orderId_.request.json", Sends(c => Stops(c).GetStopOrderAsync("example_string_default_value"))),
        ("rest.GET.api-v1-market-orderbook-level2_size.request.json", Sends(c => c.GetOrderBookAsync(Btc, BookDepth.Best20))),
        ("rest.GET.api-v3-market-orderbook-level2.request.json", Sends(c => c.GetOrderBookAsync(Btc, BookDepth.Full))),
        ("rest.GET.api-v1-market-histories.request.json", Sends(c => c.GetTradesAsync(Btc, default))),
        ("rest.GET.api-v1-market-stats.request.json", Sends(c => c.GetDayStatsAsync(Btc, default))),
        ("rest.GET.api-v1-market-orderbook-level1.request.json", Sends(c => c.GetTickerAsync(Btc))),
        ("rest.GET.api-v1-trade-fees.request.json", Sends(c => c.GetFeeRatesAsync([Btc, Symbol.Parse("ETH-USDT")], default))),
        // The end is asked for one second after the last candle's open time, whichever way the exchange means it.
        ("rest.GET.api-v1-market-candles.request.json", Sends(
            c => c.GetCandlesAsync(Btc, CandleInterval.OneMinute, 1566703297000, 1566789757000, default), "endAt")),
        // One market or every market: the client asks for all of them.
        ("rest.GET.api-v2-symbols.request.json", Sends(c => c.GetSymbolsAsync(default), "market")),
    ];
}
