using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Tests.Pairs;
using CsCheck;

namespace Bot.Trading.Tests.Market;

public class MarketTests
{
    [Theory]
    [InlineData("BTC-USDT", true)]
    [InlineData("1INCH-USDT", true)]
    [InlineData("btc-usdt", false)]
    [InlineData("BTCUSDT", false)]
    [InlineData("BTC-USDT\n", false)]
    [InlineData("BTC-US-DT", false)]
    [InlineData("-USDT", false)]
    [InlineData("ABCDEFGHIJKLMNO-ABCDEFGHIJ", true)]
    [InlineData("ABCDEFGHIJKLMNOP-USDT", false)]
    [InlineData("BTC-U", false)]
    [InlineData("BTC-ABCDEFGHIJK", false)]
    [InlineData("BTC-USDT'; DROP TABLE orders--", false)]
    [InlineData("", false)]
    public void A_symbol_is_what_the_exchange_calls_one(string text, bool isOne) => Assert.Equal(isOne, Symbol.TryParse(text, out _));

    [Fact]
    public void Intervals_open_on_their_multiples_and_weeks_on_monday()
    {
        Assert.Equal(1_676_716_260_000, CandleInterval.OneMinute.OpenTimeMs(1_676_716_319_999));
        var sunday = new DateTimeOffset(2025, 1, 5, 23, 59, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(DayOfWeek.Monday, DateTimeOffset.FromUnixTimeMilliseconds(CandleInterval.Parse("1week").OpenTimeMs(sunday)).DayOfWeek);
        Assert.Throws<FormatException>(() => CandleInterval.Parse("7min"));
    }

    [Fact]
    public void A_size_that_passes_the_rules_is_a_multiple_within_the_bounds() =>
        Gen.Select(Gen.Decimal[0, 10_000], Gen.Decimal[0.01m, 5_000]).Sample((size, price) =>
        {
            var rules = PairBench.Rules;
            var floored = rules.FloorSize(size);
            Assert.True(floored <= size && size - floored < rules.BaseIncrement && floored % rules.BaseIncrement == 0);
            var rounded = rules.CeilingPrice(price);
            Assert.True(rounded >= price && rounded - price < rules.PriceIncrement);
            if (rules.Violation(floored, rounded, isLimit: true) is null)
                Assert.True(floored * rounded >= rules.MinFunds);
            Assert.Equal(rules.IsDust(floored, rounded), floored < rules.SmallestSize(rounded));
        });

    [Fact]
    public void What_is_sized_is_never_worth_less_than_the_minimum_at_its_stop() =>
        Gen.Select(Gen.Decimal[1, 1_000], Gen.Decimal[0.5m, 0.999m], Gen.Decimal[0, 20_000], Gen.Decimal[0, 1]).Sample((price, part, equity, used) =>
        {
            var entry = PairBench.Rules.CeilingPrice(price);
            var stop = PairBench.Rules.FloorPrice(price * part);
            var decision = Sizing.Size(new RiskLimits(), equity, equity * (1 - used), equity * used * 0.5m, entry, stop, 0.001m, PairBench.Rules);
            if (decision.Refusal is not null)
            {
                Assert.Equal(0, decision.Size);
                return;
            }
            Assert.True(decision.Size * stop >= PairBench.Rules.MinFunds);
            Assert.True(decision.Size * entry * 1.001m <= decision.Available);
            Assert.True(decision.Size * (entry - stop) <= decision.RiskQuote);
            Assert.True(decision.Size * entry <= equity * 0.05m);
        });

    [Fact]
    public void Money_of_any_history_of_fills_adds_up() =>
        Gen.Select(Gen.Bool, Gen.Decimal[1, 100], Gen.Decimal[0.01m, 5], Gen.Decimal[-0.01m, 0.1m]).Array[1, 50].Sample(fills =>
        {
            var position = Position.Empty;
            decimal bought = 0, spent = 0, fees = 0;
            foreach (var (isBuy, anyPrice, anySize, anyFee) in fills)
            {
                // As exact as an exchange's numbers are: products of these still fit into a decimal without rounding.
                var (price, size, fee) = (Math.Round(anyPrice, 6), Math.Round(anySize, 6), Math.Round(anyFee, 8));
                var amount = isBuy ? size : Math.Min(size, position.Quantity);
                if (amount <= 0)
                    continue;
                var fill = new FillReport(PairBench.Rules.Symbol, "o", 1, isBuy ? Side.Buy : Side.Sell, price, amount, fee, "USDT", null, 0);
                position = position.With(fill).WithFee(fee, "USDT", "ABC", "USDT", price);
                bought += isBuy ? amount : -amount;
                spent += isBuy ? amount * price : -amount * price;
                fees += fee;
            }
            Assert.Equal(bought, position.Quantity);
            Assert.Equal(-spent - fees, position.CashFlow);
            Assert.Equal(fees, position.Fees);
            Assert.True(Math.Abs(position.CashFlow + position.Cost + position.Fees - position.RealisedPnl) < 0.000001m);
            Assert.True(position.Cost >= -0.000001m);
        });
}
