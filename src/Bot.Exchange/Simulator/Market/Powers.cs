namespace Bot.Exchange.Simulator.Market;

/// <summary>Powers of ten and the shortest form of decimals.</summary>
internal static class Powers
{
    /// <summary>Ten to a power in [0, 28].</summary>
    public static decimal OfTen(int power)
    {
        var value = 1m;
        for (var i = 0; i < power; i++)
            value *= 10m;
        return value;
    }

    /// <summary>Ten to the minus so many.</summary>
    public static decimal Tenth(int decimals) => new(1, 0, 0, false, (byte)decimals);

    /// <summary>The same number without zeros at the end of its decimals.</summary>
    public static decimal Normal(decimal value)
    {
        while (value.Scale > 0)
        {
            var shorter = decimal.Round(value, value.Scale - 1);
            if (shorter != value)
                break;
            value = shorter;
        }
        return value;
    }
}
