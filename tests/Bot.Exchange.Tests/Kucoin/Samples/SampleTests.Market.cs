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
                new MarketTicker(new Ticker(Symbol.Parse("NEWCOIN-USDT"), 1729175612158, null, null, null, 0.6m, 12m), 0m, null),
                new MarketTicker(new Ticker(Btc, 1729175612158, 66981.5m, 66982.4m, 0.1m, 66982.5m, 0.2m), 117321982.415978333m, -0.0114m),
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
    ];
}
