using System.Globalization;
using System.Text;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Market;

public class DecimalTextTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.000", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1.500", "1.5")]
    [InlineData("100", "100")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("-0.0550", "-0.055")]
    [InlineData("10.0", "10")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("-0.0000000000000000000000000001", "-0.0000000000000000000000000001")]
    [InlineData("7922816251426433759354395.0330", "7922816251426433759354395.033")]
    public void Decimals_have_no_zeros_at_the_end(string value, string expected) =>
        Assert.Equal(expected, Text(decimal.Parse(value, CultureInfo.InvariantCulture)));

    [Fact]
    public void Every_decimal_is_written_as_the_shortest_text_of_its_value() => Gen.Decimal.Sample(
        value =>
        {
            var text = Text(value);
            Assert.Equal(Powers.Normal(value).ToString(CultureInfo.InvariantCulture), text);
        },
        iter: 20_000);

    private static string Text(decimal value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        return Encoding.ASCII.GetString(digits[..DecimalText.Write(value, digits)]);
    }
}
