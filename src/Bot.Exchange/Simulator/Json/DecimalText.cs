using System.Buffers.Text;

namespace Bot.Exchange.Simulator.Json;

/// <summary>Decimals as the exchange writes them: no exponent, no zeros at the end of the decimals.</summary>
internal static class DecimalText
{
    /// <summary>The longest decimal has a sign, 29 digits, a point and a zero before it.</summary>
    public const int MaxLength = 32;

    /// <summary>Writes a decimal and returns its length.</summary>
    /// <param name="value">The decimal.</param>
    /// <param name="digits">Takes up to <see cref="MaxLength"/> bytes.</param>
    public static int Write(decimal value, Span<byte> digits)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);

        // Nearly every price and size fits in 64 bits, where dividing is cheap.
        return bits[2] == 0
            ? Write((uint)bits[0] | ((ulong)(uint)bits[1] << 32), value.Scale, bits[3] < 0, digits)
            : WriteLong(value, digits);
    }

    private static int Write(ulong mantissa, int scale, bool isNegative, Span<byte> digits)
    {
        if (mantissa == 0)
        {
            digits[0] = (byte)'0';
            return 1;
        }
        while (scale > 0)
        {
            var (tenth, last) = Math.DivRem(mantissa, 10);
            if (last != 0)
                break;
            mantissa = tenth;
            scale--;
        }
        var at = MaxLength;
        for (var written = 0; mantissa != 0 || written <= scale; written++)
        {
            if (written == scale && scale > 0)
                digits[--at] = (byte)'.';
            var (tenth, last) = Math.DivRem(mantissa, 10);
            digits[--at] = (byte)('0' + last);
            mantissa = tenth;
        }
        if (isNegative)
            digits[--at] = (byte)'-';
        digits[at..MaxLength].CopyTo(digits);
        return MaxLength - at;
    }

    private static int WriteLong(decimal value, Span<byte> digits)
    {
        Utf8Formatter.TryFormat(value, digits, out var length);
        if (value.Scale == 0)
            return length;
        while (digits[length - 1] == '0')
            length--;
        return digits[length - 1] == '.' ? length - 1 : length;
    }
}
