namespace Bot.Exchange.Tests.Simulator.Server;

public sealed partial class SampleShapeTests
{
    /// <summary>Samples of refusals and of their form; they have no data.</summary>
    private const string Refusals = "error.";

    /// <summary>Samples of what the simulator does not write, by the reason why not.</summary>
    private static readonly (string Why, string[] Files)[] NotServed =
    [
        (
            "The unified account is another interface; the simulator has the classic one.",
            [
                "uta.GET.api-ua-v1-market-instrument.json",
                "uta.GET.api-ua-v1-market-kline.json",
                "uta.GET.api-ua-v1-market-orderbook.json",
                "uta.GET.api-ua-v1-market-ticker.json",
                "uta.GET.api-ua-v1-unified-order-detail.json",
            ]),
        (
            "No data at all have no shape; VariantTests asks for an unknown order that is told of in this way.",
            [
                "edge.rest.GET.api-v1-hf-orders-_orderId_.null-data.json",
                "rest.generic.data-null.json",
            ]),
        (
            "There are no call auctions, so their topics are silent.",
            [
                "ws.callauction-callauctionData.push.callAuctionInfo.json",
                "ws.callauction-level2Depth50.push.callAuctionOrderbookLevel50.json",
            ]),
        (
            "What a client writes.",
            [
                "ws.control.ping.json",
                "ws.control.subscribe.v-docs2023.json",
                "ws.control.unsubscribe.v-docs2023.json",
            ]),
    ];

    /// <summary>The old form of a market's figures: a row in a list. The exchange sends each pair's row by itself now.</summary>
    private const string RowInList = "ws.market-snapshot.push.v-docs2023-market.json";

    /// <summary>Where a sample and the simulator differ, by the reason why.</summary>
    private static readonly Gap[] Gaps =
    [
        new(
            "There are no call auctions: their data are null or empty.",
            [
                "data.estimatedPrice", "data.estimatedSize", "data.sellOrderRangeLowPrice", "data.sellOrderRangeHighPrice",
                "data.buyOrderRangeLowPrice", "data.buyOrderRangeHighPrice", "data.bids[]", "data.asks[]",
            ],
            ["rest.GET.api-v1-market-callauctionData.json", "rest.GET.api-v1-market-orderbook-callauction-level2_size.json"]),
        new(
            "No pair begins with a call auction, or at all: each has long been traded.",
            [
                "data[].callauctionPriceFloor", "data[].callauctionPriceCeiling", "data[].callauctionFirstStageStartTime",
                "data[].callauctionSecondStageStartTime", "data[].callauctionThirdStageStartTime", "data[].tradingStartTime",
            ],
            ["edge.rest.GET.api-v2-symbols.mixed.json"]),
        new(
            "Made up, to show that a reader must pass over what it does not know.",
            ["data[].futureField"],
            ["edge.rest.GET.api-v2-symbols.mixed.json"]),
        new(
            "Nothing is deposited or withdrawn, so no currency has chains.",
            ["data.chains[]", "data[].chains[]"],
            ["rest.GET.api-v3-currencies-_currency_.json", "rest.GET.api-v3-currencies.json"]),
        new(
            "There is no margin trading, so the list is empty.",
            ["data.items[]"],
            ["rest.GET.api-v3-margin-symbols.v-kucoinnet.json"]),
        new(
            "Cancelling never fails for a pair.",
            ["data.failedSymbols[]"],
            ["rest.DELETE.api-v1-hf-orders-cancelAll.v-kucoinnet.json"]),
        new(
            "Only an order that was placed by funds tells of them, and none such can be cancelled: it ends at once.",
            ["data.originFunds", "frame.data.originFunds", "frame.data.canceledFunds"],
            [
                "rest.DELETE.api-v1-hf-orders-sync-_orderId_.v-kucoinnet.json",
                "rest.DELETE.api-v1-hf-orders-sync-client-order-_clientOid_.v-kucoinnet.json",
                "ws.spotMarket-tradeOrdersV2.push.v-docs2023-canceled.json",
            ]),
        new(
            "Who cancels by the client order id is told that id, as the exchange's own documentation has it.",
            ["data.orderId"],
            ["rest.DELETE.api-v1-hf-orders-sync-client-order-_clientOid_.v-kucoinnet.json"]),
        new(
            "Samples contradict each other: times are texts for one order and numbers for several, and the documentation has numbers.",
            ["data.orderTime", "data.matchTime"],
            ["rest.POST.api-v1-hf-orders-sync.v-kucoinnet.json"]),
        new(
            "Samples contradict each other: with a capital letter here, without in two others.",
            ["frame.data.Time"],
            ["ws.market-ticker.push.ticker.json"]),
        new(
            "Samples contradict each other: only one of the two balance frames has an id.",
            ["frame.id"],
            ["ws.account-balance.push.v-kucoinnet-Balance.json"]),
        new(
            "Samples contradict each other: the time is a text here and a number in the other, which has no empty members either.",
            ["frame.data.ts", "frame.data.error", "frame.data.relatedNo"],
            ["edge.ws.spotMarket-advancedOrders.push.cancel.json"]),
    ];

    /// <summary>Paths of samples, with all below them, that are not told or told as another kind of value.</summary>
    /// <param name="Why">The reason.</param>
    /// <param name="Paths">The paths.</param>
    /// <param name="Files">The samples.</param>
    private sealed record Gap(string Why, string[] Paths, string[] Files)
    {
        public bool Covers(string file, string path) => Files.Contains(file) && Paths.Any(p =>
            path.StartsWith(p, StringComparison.Ordinal) && (path.Length == p.Length || path[p.Length] is '.' or '['));
    }
}
