using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin.Samples;

public sealed partial class SampleTests
{
    private static readonly SymbolRules BtcRules = new()
    {
        Symbol = Btc, BaseCurrency = "BTC", QuoteCurrency = "USDT", FeeCurrency = "USDT", BaseIncrement = 0.00000001m, QuoteIncrement = 0.000001m,
        PriceIncrement = 0.1m, BaseMinSize = 0.00001m, BaseMaxSize = 10000000000m, QuoteMinSize = 0.1m, QuoteMaxSize = 99999999m,
        MinFunds = 0.1m, PriceLimitRate = 0.1m, EnableTrading = true,
    };

    private static IEnumerable<(string File, Check Check)> MarketAnswers() =>
    [
        ("rest.GET.api-v1-timestamp.json", Is(MarketReaders.ServerTime, 1729100692873)),
        ("rest.GET.api-v1-timestamp.v-docs2023.json", Is(MarketReaders.ServerTime, 1546837113087)),

        ("edge.rest.GET.api-v2-symbols.mixed.json", Answer(MarketReaders.Symbols, rows =>
        {
            Assert.Equal(["BTC-USDT", "OLDCOIN-USDT", "NEWCOIN-USDT", "BCHSV-USDT", "MILLI-USDT"], rows.Select(r => r.Symbol.Text));
            Assert.Equal(0.000000001m, rows[4].PriceIncrement);
            Assert.Equal((null, false), (rows[1].MinFunds, rows[1].EnableTrading));
        })),
        ("rest.GET.api-v2-symbols.json", Answer(MarketReaders.Symbols, rows => Assert.Equal(BtcRules, Assert.Single(rows)))),
        ("rest.GET.api-v2-symbols.v-kucoinnet.json", Answer(MarketReaders.Symbols, rows =>
            Assert.Equal(2, rows.DistinctBy(r => r.Symbol).Count()))),

        ("edge.rest.GET.api-v1-market-allTickers.nulls.json", Answer(MarketReaders.AllTickers, rows => Assert.Equal(
            [
                new MarketTicker(new Ticker(Symbol.Parse("NEWCOIN-USDT"), 1729175612158, null, null, null, 0.6m, 12m), 0m, null, new FeeRate(Symbol.Parse("NEWCOIN-USDT"), 0.001m, 0.001m)),
                new MarketTicker(new Ticker(Btc, 1729175612158, 66981.5m, 66982.4m, 0.1m, 66982.5m, 0.2m), 117321982.415978333m, -0.0114m, new FeeRate(Btc, 0.001m, 0.001m)),
            ],
            rows.Take(2)))),
        ("rest.GET.api-v1-market-allTickers.v-kucoinnet.json", Answer(MarketReaders.AllTickers, rows => Assert.Single(rows))),
        ("rest.GET.api-v1-market-orderbook-level1.json", Is(
            MarketReaders.Ticker, new Ticker(default, 1729172965609, 67269m, 67267.5m, 0.000025m, 67267.6m, 1.24808993m))),

        ("rest.GET.api-v1-market-candles.v-live.json", Answer(MarketReaders.Candles, rows =>
        {
            Assert.Equal(new Candle(1706637600000, 43396.4m, 43491.9m, 43285.2m, 43369.4m, 135.02905655m, 5859577.939581874m), rows[0]);
            Assert.All(rows, c => Assert.Null(c.Fault()));
        })),
        ("edge.rest.GET.api-v1-market-candles.gap.json", Answer(MarketReaders.Candles, rows =>
            Assert.Equal([1566789840000, 1566789660000], rows.Select(r => r.OpenTimeMs)))),

        ("rest.GET.api-v1-market-orderbook-level2_size.json", Book(NewBook)),
        ("rest.GET.api-v3-market-orderbook-level2.json", Book(NewBook)),
        ("rest.GET.api-v1-market-orderbook-level2_20.v-kucoinnet.json", Book(OldBook)),
        ("rest.GET.api-v1-market-orderbook-level2_size.v-docs2023.json", Book(OldBook)),
        ("rest.GET.api-v3-market-orderbook-level2.v-kucoinnet.json", Book(OldBook)),

        ("rest.GET.api-v1-market-histories.v-docs2023.json", Answer(DetailReaders.Trades, rows => Assert.Equal(
            [
                new PublicTrade(default, 1545896668571, Side.Buy, 0.07m, 0.004m, 1545904567062),
                new PublicTrade(default, 1545896668578, Side.Buy, 0.054m, 0.066m, 1545904581619),
            ],
            rows))),
        ("rest.GET.api-v1-market-histories.v-live.json", Answer(DetailReaders.Trades, rows => Assert.Equal(
            new PublicTrade(default, 7613805866401793, Side.Sell, 67347.4m, 0.0045303m, 1709897616745), rows[0]))),
        ("rest.GET.api-v1-market-stats.json", Is(
            DetailReaders.DayStats,
            new DayStats(
                Btc, 1729175612158, 66981.5m, 66982.4m, 66982.5m, 68107.7m, 66683.3m, 67281.21437289m, -778.1m, -0.0114m, 1738.02898182m,
                117321982.415978333m))),
        ("rest.GET.api-v1-market-stats.v-docs2023.json", Is(
            DetailReaders.DayStats,
            new DayStats(
                Btc, 1602832092060, 11328.9m, 11328.9m, 11329m, 11610m, 11200m, 11360.66065903m, -63.6m, -0.0055m, 2282.70993217m,
                25984946.157790431m))),
        ("rest.GET.api-v1-status.json", Is(DetailReaders.Status, new ServiceStatus(ServiceState.Open, null))),
    ];

    private static readonly (long, long?, PriceLevel[], PriceLevel[]) NewBook = (
        14610502970, 1729176273859, [new(66976.4m, 0.69109872m), new(66976.3m, 0.14377m)], [new(66976.5m, 0.05408199m), new(66976.8m, 0.0005m)]);

    private static readonly (long, long?, PriceLevel[], PriceLevel[]) OldBook = (
        3262786978, 1550653727731, [new(6500.12m, 0.4505414m), new(6500.11m, 0.4505414m)], [new(6500.16m, 0.57753524m), new(6500.15m, 0.57753524m)]);

    private static Check Book((long Sequence, long? TimeMs, PriceLevel[] Bids, PriceLevel[] Asks) expected) => Answer(BookReaders.Snapshot, book =>
    {
        Assert.Equal((expected.Sequence, expected.TimeMs), (book.Sequence, book.TimeMs));
        Assert.Equal(expected.Bids, book.Bids);
        Assert.Equal(expected.Asks, book.Asks);
    });
}
