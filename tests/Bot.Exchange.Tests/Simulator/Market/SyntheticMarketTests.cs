using Bot.Exchange.Simulator.Market;

namespace Bot.Exchange.Tests.Simulator.Market;

public class SyntheticMarketTests
{
    private const long Start = 1_735_689_600_000;

    [Fact]
    public void The_same_seed_gives_the_same_tape() =>
        Assert.Equal(Tape(new SyntheticMarketOptions { Pairs = 4 }, 9), Tape(new SyntheticMarketOptions { Pairs = 4 }, 9));

    [Fact]
    public void Another_seed_gives_another_tape() =>
        Assert.NotEqual(Tape(new SyntheticMarketOptions(), 9), Tape(new SyntheticMarketOptions(), 10));

    [Fact]
    public void A_pairs_tape_does_not_depend_on_the_number_of_pairs() => Assert.Equal(
        Tape(new SyntheticMarketOptions { Pairs = 2 }, 9),
        Tape(new SyntheticMarketOptions { Pairs = 30 }, 9).Where(p => p.SymbolIndex < 2));

    [Fact]
    public void Bitcoin_and_ether_come_first_and_every_pair_has_a_name_of_its_own()
    {
        var names = new SyntheticMarket(new SyntheticMarketOptions { Pairs = 200, History = TimeSpan.Zero }, 1, Start)
            .Listings.Select(l => l.Rules.Symbol.Text).ToList();

        Assert.Equal(["BTC-USDT", "ETH-USDT"], names.Take(2));
        Assert.Equal(200, names.Distinct().Count());
    }

    [Fact]
    public void There_are_four_days_of_history_before_the_start()
    {
        using var market = new SyntheticMarket(new SyntheticMarketOptions(), 3, Start + 12_345);
        var history = market.History(0).ToList();

        Assert.InRange(history.Count, 5600, 5760);
        Assert.True(history[0].OpenTimeMs >= Start - (4 * 86_400_000));
        Assert.Equal(Start - 60_000, history[^1].OpenTimeMs);
        Assert.All(history, c => Assert.Null(c.Fault()));
        Assert.Equal(history[^1].Close, market.Listings[0].LastPrice);
    }

    [Fact]
    public void Prices_and_volumes_lie_on_the_increments()
    {
        using var market = new SyntheticMarket(new SyntheticMarketOptions { Pairs = 25 }, 4, Start);
        var points = Take(market, 400);

        Assert.All(points, p =>
        {
            var rules = market.Listings[p.SymbolIndex].Rules;
            Assert.True(p.Price > 0 && p.Price % rules.PriceIncrement == 0, $"{rules.Symbol} {p.Price}");
            Assert.True(p.Volume > 0 && p.Volume % rules.BaseIncrement == 0, $"{rules.Symbol} {p.Volume}");
        });
    }

    [Fact]
    public void The_market_ends_when_its_length_is_over()
    {
        using var market = new SyntheticMarket(new SyntheticMarketOptions { Length = TimeSpan.FromSeconds(3) }, 4, Start);
        Take(market, 3);

        Assert.Null(market.NextTimeMs);
        Assert.Equal(Start + 3000, market.EndMs);
    }

    private static List<PricePoint> Tape(SyntheticMarketOptions options, ulong seed)
    {
        using var market = new SyntheticMarket(options with { History = TimeSpan.FromHours(3) }, seed, Start);
        return Take(market, 600);
    }

    private static List<PricePoint> Take(SyntheticMarket market, int instants)
    {
        var points = new List<PricePoint>();
        for (var i = 0; i < instants; i++)
            market.TakeNext(points);
        return points;
    }
}
