using System.Globalization;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Kucoin.Parsing;
using CsCheck;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class JsonValueTests
{
    [Theory]
    [InlineData("\"0.00453030\"", "0.00453030")]
    [InlineData("0.1", "0.1")]
    [InlineData("\"1E-9\"", "0.000000001")]
    [InlineData("1.0E-5", "0.00001")]
    [InlineData("\"-0.0114\"", "-0.0114")]
    [InlineData("\"302889.301529914\"", "302889.301529914")]
    [InlineData("\"315.20000000000000000000\"", "315.2")]
    [InlineData("\"1\\u002e5\"", "1.5")]
    [InlineData("9007199254740993", "9007199254740993")]
    public void A_decimal_is_read_exactly_in_every_spelling(string json, string expected) =>
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), Decimal(json));

    [Fact]
    public void The_short_way_to_a_decimal_gives_what_the_general_parser_gives_to_the_last_bit() =>
        Gen.Int[0, 23].Select(i => "00123456789012345678900.-"[i]).Array[1, 24].Select(letters => new string(letters)).Sample(
            text =>
            {
                var isNumber = decimal.TryParse(
                    text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var expected);
                if (isNumber)
                    Assert.Equal(decimal.GetBits(expected), decimal.GetBits(Decimal($"\"{text}\"")!.Value));
                else
                    Assert.Throws<KucoinFormatException>(() => { Decimal($"\"{text}\""); });
            },
            iter: 50_000);

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Nothing_is_null_and_never_zero(string json)
    {
        Assert.Null(Decimal(json));
        Assert.Null(Integer(json));
        Assert.Null(Text(json));
    }

    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"1e400\"")]
    [InlineData("1e400")]
    [InlineData("\"1,5\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"0x10\"")]
    [InlineData("\"abc\"")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void What_is_no_number_is_refused(string json)
    {
        Assert.Throws<KucoinFormatException>(() => { Decimal(json); });
        Assert.Throws<KucoinFormatException>(() => { Integer(json); });
    }

    [Fact]
    public void A_number_of_absurd_length_is_refused() =>
        Assert.Throws<KucoinFormatException>(() => { Decimal("\"" + new string('1', 200) + "\""); });

    [Theory]
    [InlineData("1730206271616000001", 1730206271616000001)]
    [InlineData("\"11116472408358913\"", 11116472408358913)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("5.0", 5)]
    [InlineData("\"1.1E16\"", 11000000000000000)]
    public void An_id_beyond_the_precision_of_a_double_stays_intact(string json, long expected) => Assert.Equal(expected, Integer(json));

    [Theory]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    public void A_number_that_is_no_64_bit_integer_is_refused_as_an_id(string json) =>
        Assert.Throws<KucoinFormatException>(() => { Integer(json); });

    [Theory]
    [InlineData(1_589_970_010, 1_589_970_010_000)]
    [InlineData(1_589_970_010_253, 1_589_970_010_253)]
    [InlineData(1_589_970_010_253_893, 1_589_970_010_253)]
    [InlineData(1_589_970_010_253_893_337, 1_589_970_010_253)]
    public void The_unit_of_a_time_is_told_by_its_size(long time, long expectedMs) => Assert.Equal(expectedMs, JsonValues.ToMs(time));

    [Fact]
    public void Any_decimal_survives_being_written_as_text_or_as_a_number() => Gen.Decimal.Sample(value =>
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(value, Decimal(text));
        Assert.Equal(value, Decimal($"\"{text}\""));
    });

    [Fact]
    public void Any_64_bit_integer_survives_being_written_as_text_or_as_a_number() => Gen.Long.Sample(value =>
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(value, Integer(text));
        Assert.Equal(value, Integer($"\"{text}\""));
    });

    private static decimal? Decimal(string json)
    {
        var reader = At(json);
        return JsonValues.Decimal(ref reader, "x");
    }

    private static long? Integer(string json)
    {
        var reader = At(json);
        return JsonValues.Integer(ref reader, "x");
    }

    private static string? Text(string json)
    {
        var reader = At(json);
        return JsonValues.Text(ref reader, "x");
    }

    private static Utf8JsonReader At(string json)
    {
        var reader = JsonValues.ReaderOf(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return reader;
    }
}
