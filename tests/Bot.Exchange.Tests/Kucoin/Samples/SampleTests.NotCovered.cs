namespace Bot.Exchange.Tests.Kucoin.Samples;

public sealed partial class SampleTests
{
    /// <summary>Samples that no code reads, by the reason why not.</summary>
    private static readonly (string Why, string[] Files)[] NotCovered =
    [
        (
            "The unified account is another interface with other ids and names; the client speaks to the classic one.",
            [
                "uta.GET.api-ua-v1-market-instrument.json",
                "uta.GET.api-ua-v1-market-kline.json",
                "uta.GET.api-ua-v1-market-orderbook.json",
                "uta.GET.api-ua-v1-market-ticker.json",
                "uta.GET.api-ua-v1-unified-order-detail.json",
            ]),
        (
            "The old order interface is marked deprecated; the client uses the newer one, which has the same in another form.",
            [
                "rest.DELETE.api-v1-order-client-order-_clientOid_.json",
                "rest.DELETE.api-v1-order-client-order-_clientOid_.request.json",
                "rest.DELETE.api-v1-order-client-order-_clientOid_.v-kucoinnet.json",
                "rest.DELETE.api-v1-orders-_orderId_.json",
                "rest.DELETE.api-v1-orders-_orderId_.request.json",
                "rest.DELETE.api-v1-orders-_orderId_.v-kucoinnet.json",
                "rest.DELETE.api-v1-orders.v-kucoinnet.json",
                "rest.GET.api-v1-fills.v-live.json",
                "rest.GET.api-v1-order-client-order-_clientOid_.json",
                "rest.GET.api-v1-order-client-order-_clientOid_.request.json",
                "rest.GET.api-v1-order-client-order-_clientOid_.v-kucoinnet.json",
                "rest.GET.api-v1-orders-_orderId_.json",
                "rest.GET.api-v1-orders-_orderId_.request.json",
                "rest.GET.api-v1-orders.json",
                "rest.GET.api-v1-orders.request.json",
                "rest.GET.api-v1-orders.v-docs2023.json",
                "rest.GET.api-v1-orders.v-live-done.json",
                "rest.POST.api-v1-orders-multi.json",
                "rest.POST.api-v1-orders-multi.request.json",
                "rest.POST.api-v1-orders-multi.v-kucoinnet.json",
                "rest.POST.api-v1-orders-test.json",
                "rest.POST.api-v1-orders-test.request.json",
                "rest.POST.api-v1-orders-test.v-kucoinnet.json",
                "rest.POST.api-v1-orders.request.json",
                "rest.POST.api-v1-orders.v-kucoinnet.json",
            ]),
        (
            "Marked deprecated without a successor; the bot keeps its own stops and must not depend on it.",
            [
                "rest.DELETE.api-v3-oco-client-order-_clientOid_.json",
                "rest.DELETE.api-v3-oco-client-order-_clientOid_.request.json",
                "rest.DELETE.api-v3-oco-client-order-_clientOid_.v-kucoinnet.json",
                "rest.DELETE.api-v3-oco-order-_orderId_.json",
                "rest.DELETE.api-v3-oco-order-_orderId_.request.json",
                "rest.DELETE.api-v3-oco-order-_orderId_.v-kucoinnet.json",
                "rest.DELETE.api-v3-oco-orders.json",
                "rest.GET.api-v3-oco-client-order-_clientOid_.v-kucoinnet.json",
                "rest.GET.api-v3-oco-order-_orderId_.request.json",
                "rest.GET.api-v3-oco-order-_orderId_.v-kucoinnet.json",
                "rest.GET.api-v3-oco-order-details-_orderId_.request.json",
                "rest.GET.api-v3-oco-order-details-_orderId_.v-kucoinnet.json",
                "rest.GET.api-v3-oco-orders.json",
                "rest.GET.api-v3-oco-orders.request.json",
                "rest.POST.api-v3-oco-order.json",
                "rest.POST.api-v3-oco-order.request.json",
            ]),
        (
            "Call auctions: the client does not trade before continuous trading begins.",
            [
                "rest.GET.api-v1-market-callauctionData.json",
                "rest.GET.api-v1-market-callauctionData.request.json",
                "rest.GET.api-v1-market-orderbook-callauction-level2_size.json",
                "rest.GET.api-v1-market-orderbook-callauction-level2_size.request.json",
                "ws.callauction-callauctionData.push.callAuctionInfo.json",
                "ws.callauction-level2Depth50.push.callAuctionOrderbookLevel50.json",
            ]),
        (
            "Margin trading is none of the client's.",
            [
                "rest.GET.api-v3-margin-symbols.v-kucoinnet.json",
            ]),
        (
            "Batches do not wait for the match: what became of an order is told by the stream and by queries.",
            [
                "rest.POST.api-v1-hf-orders-multi-sync.request.json",
                "rest.POST.api-v1-hf-orders-multi-sync.v-kucoinnet.json",
            ]),
        (
            "The client asks and cancels by its own ids, which it knows before the exchange has given one.",
            [
                "rest.DELETE.api-v1-hf-orders-_orderId_.json",
                "rest.DELETE.api-v1-hf-orders-_orderId_.v-kucoinnet.json",
                "rest.DELETE.api-v1-hf-orders-sync-_orderId_.request.json",
                "rest.DELETE.api-v1-hf-orders-sync-_orderId_.v-kucoinnet.json",
                "rest.GET.api-v1-hf-orders-_orderId_.json",
                "rest.GET.api-v1-hf-orders-_orderId_.v-kucoinnet.json",
            ]),
        (
            "The paged list of active orders replaces it, or the client asks for the pairs that it trades.",
            [
                "rest.GET.api-v1-hf-orders-active.json",
                "rest.GET.api-v1-hf-orders-active.request.json",
            ]),
        (
            "Orders of other programs of the same account must not be cancelled with ours.",
            [
                "rest.DELETE.api-v1-hf-orders-cancelAll.v-kucoinnet.json",
                "rest.DELETE.api-v1-hf-orders.json",
                "rest.DELETE.api-v1-hf-orders.request.json",
            ]),
        (
            "Cancelling a stop order by the id in the path is marked deprecated; the client uses the list of ids, which is not.",
            [
                "rest.DELETE.api-v1-stop-order-_orderId_.json",
            ]),
        (
            "The old ledger tells no balance and covers the accounts that the bot does not trade with.",
            [
                "rest.GET.api-v1-accounts-ledgers.json",
                "rest.GET.api-v1-accounts-ledgers.v-kucoinnet.json",
            ]),
        (
            "Nothing in the bot depends on it: balances come as one list, fees for each pair, rights with the key.",
            [
                "rest.GET.api-v1-accounts-_accountId_.json",
                "rest.GET.api-v1-base-fee.json",
                "rest.GET.api-v1-hf-accounts-opened.json",
                "rest.GET.api-v2-user-info.v-kucoinnet.json",
            ]),
        (
            "Names and prices in other currencies: nothing in the bot depends on them.",
            [
                "rest.GET.api-v1-markets.v-kucoinnet.json",
                "rest.GET.api-v1-my-ip.json",
                "rest.GET.api-v1-prices.json",
                "rest.GET.api-v1-prices.request.json",
                "rest.GET.api-v2-symbols-_symbol_.json",
                "rest.GET.api-v2-symbols-_symbol_.request.json",
                "rest.GET.api-v3-currencies-_currency_.json",
                "rest.GET.api-v3-currencies.json",
            ]),
        (
            "Topics that the client does not subscribe to: the ticker, the candles and the full book tell the same.",
            [
                "ws.market-snapshot.push.v-docs2023-market.json",
                "ws.market-ticker-all.push.v-docs2023.json",
                "ws.market-ticker-all.push.v-kucoinnet-Tickers.json",
                "ws.spotMarket-level1.push.orderbookLevel1.json",
                "ws.spotMarket-level1.push.v-kucoinnet-BestOffers.json",
                "ws.spotMarket-level2Depth5.push.orderbookLevel5.json",
                "ws.spotMarket-level2Depth50.push.orderbookLevel50.json",
            ]),
        (
            "What a client sends; the stream's tests check what ours sends.",
            [
                "ws.account-balance.subscribe.v-kucoinnet-Balance.json",
                "ws.control.ping.json",
                "ws.control.subscribe.v-docs2023.json",
                "ws.control.unsubscribe.v-docs2023.json",
                "ws.market-candles.subscribe.v-kucoinnet-Klines.json",
                "ws.market-level2.subscribe.v-docs2023.json",
                "ws.market-match.subscribe.v-docs2023.json",
                "ws.market-snapshot.subscribe.v-kucoinnet-Snapshot.json",
                "ws.market-ticker-all.subscribe.v-kucoinnet-Tickers.json",
                "ws.market-ticker.subscribe.v-docs2023.json",
                "ws.spotMarket-advancedOrders.subscribe.v-kucoinnet-StopOrder.json",
                "ws.spotMarket-level1.subscribe.v-kucoinnet-BestOffers.json",
                "ws.spotMarket-level2Depth5.subscribe.v-kucoinnet-Book.json",
                "ws.spotMarket-tradeOrdersV2.subscribe.v-kucoinnet-MatchOrder.json",
            ]),
        (
            "A success with other fields beside the data, of an interface that is not ours; the envelope's own tests have its form.",
            [
                "error.envelope-200-success-retry.json",
            ]),
    ];
}
