using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>How a synthetic pair looks and moves.</summary>
/// <param name="Base">Base currency; the quote currency is USDT.</param>
/// <param name="Price">Starting price in price increments.</param>
/// <param name="PriceDecimals">Decimals of the price increment.</param>
/// <param name="SizeDecimals">Decimals of the base increment.</param>
/// <param name="BetaPercent">Share of the market's moves that the pair follows, in percent.</param>
/// <param name="OwnVolatility">Standard deviation of its own moves in one second, billionths of the price.</param>
/// <param name="TradesPerMille">Chance of a trade in a second, in thousandths.</param>
/// <param name="TradeValue">Typical value of a second's trades, quote currency.</param>
internal sealed record SyntheticPair(
    string Base, long Price, int PriceDecimals, int SizeDecimals, int BetaPercent, int OwnVolatility, int TradesPerMille, int TradeValue)
{
    private const string Consonants = "BCDFGHKLMNPRSTVXZ";
    private const string Vowels = "AEIOU";

    // Figures of the order of early 2025: large pairs trade every second or so, small ones a few times a minute.
    private static readonly SyntheticPair[] Known =
    [
        new("BTC", 600_000, 1, 8, 100, 30_000, 950, 9_000),
        new("ETH", 250_000, 2, 7, 115, 45_000, 930, 6_000),
        new("SOL", 145_000, 3, 4, 135, 70_000, 850, 3_500),
        new("XRP", 52_000, 5, 4, 105, 75_000, 800, 2_500),
        new("ADA", 385_000, 6, 4, 115, 75_000, 600, 1_200),
        new("DOGE", 12_500, 5, 4, 130, 85_000, 650, 1_500),
        new("LTC", 72_000, 3, 6, 95, 60_000, 500, 900),
        new("AVAX", 27_400, 3, 4, 130, 80_000, 400, 800),
        new("LINK", 135_000, 4, 4, 120, 75_000, 450, 900),
        new("DOT", 51_000, 4, 4, 115, 70_000, 350, 600),
        new("BNB", 570_000, 3, 4, 80, 40_000, 450, 1_100),
        new("ATOM", 62_000, 4, 4, 110, 75_000, 250, 400),
        new("NEAR", 47_500, 4, 4, 135, 90_000, 300, 500),
        new("UNI", 78_000, 4, 4, 120, 85_000, 260, 450),
        new("FIL", 42_000, 4, 4, 115, 80_000, 220, 350),
        new("ALGO", 1_480, 4, 4, 110, 80_000, 180, 250),
        new("XLM", 104_000, 6, 4, 95, 70_000, 220, 300),
        new("ETC", 214_000, 4, 4, 100, 65_000, 180, 300),
        new("VET", 26_500, 6, 4, 110, 85_000, 150, 180),
        new("SHIB", 13_200, 9, 0, 125, 95_000, 350, 700),
    ];

    /// <summary>So many pairs: well-known names first, then invented ones that depend on nothing but their number.</summary>
    public static IReadOnlyList<SyntheticPair> Take(int count)
    {
        var names = Known.Select(k => k.Base).ToHashSet();
        var pairs = Known.Take(count).ToList();
        for (var number = 0UL; pairs.Count < count; number++)
        {
            var pair = Invent(StableHash.Mix(number));
            if (names.Add(pair.Base))
                pairs.Add(pair);
        }
        return pairs;
    }

    /// <summary>The pair's trading rules.</summary>
    public SymbolRules Rules() => DerivedRules.Of(
        Symbol.Parse($"{Base}-USDT"), PriceDecimals, SizeDecimals, Price * Powers.Tenth(PriceDecimals));

    private static SyntheticPair Invent(ulong hash)
    {
        var random = new SeededRandom(hash);
        var name = string.Concat(
            Consonants[(int)random.Below(Consonants.Length)], Vowels[(int)random.Below(Vowels.Length)],
            Consonants[(int)random.Below(Consonants.Length)], Vowels[(int)random.Below(Vowels.Length)]);
        var decimals = (int)random.Between(3, 7);
        return new SyntheticPair(
            name, random.Between(4_000, 400_000), decimals, decimals > 5 ? 0 : 4, (int)random.Between(70, 150),
            (int)random.Between(60_000, 140_000), (int)random.Between(40, 250), (int)random.Between(60, 400));
    }
}
