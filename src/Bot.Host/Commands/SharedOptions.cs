using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Bot.Exchange.Simulator;
using Bot.Trading.Market;
using Symbol = Bot.Trading.Market.Symbol;

namespace Bot.Host.Commands;

/// <summary>Options that several commands have, each made anew for its command.</summary>
internal static class SharedOptions
{
    public static Option<string?> Config() => new("--config")
    {
        Description = "Configuration file; bot.json of the working directory is read when it is there",
        HelpName = "FILE",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as one JSON object on the last line of standard output" };

    public static Option<ulong> Seed() => new("--seed")
    {
        Description = "Seed of everything that is left to chance; the same seed gives the same run",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<string?> Faults(string whose) => new("--faults")
    {
        Description = $"Let {whose} meet faults (docs/simulator.md): {string.Join(", ", SimulatorOptions.FaultProfiles)}",
        HelpName = "PROFILE",
        CustomParser = r => Parse<string?>(r, text => SimulatorOptions.FaultProfiles.Contains(text)
            ? text
            : throw new FormatException($"'{text}' is no profile of faults: there are {string.Join(", ", SimulatorOptions.FaultProfiles)}.")),
    };

    public static Option<CandleInterval> Interval() => new("--interval")
    {
        Description = $"Length of the candles: {string.Join(", ", CandleInterval.All.Select(i => i.Name))}",
        HelpName = "INTERVAL",
        DefaultValueFactory = _ => CandleInterval.OneMinute,
        CustomParser = r => Parse(r, CandleInterval.Parse),
    };

    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder of recorded candles to replay, one folder a pair: BTC-USDT/1min.csv.gz",
        HelpName = "FOLDER",
    };

    public static Option<string?> Pairs(string what) => new("--pairs") { Description = what, HelpName = "N|LIST" };

    public static Option<long?> From() => new("--from")
    {
        Description = "Begin with candles at or after this: 2023-02-20, 2023-02-20T12:00 (UTC) or Unix seconds",
        HelpName = "TIME",
        CustomParser = r => Parse(r, Time),
    };

    public static Option<long?> To() => new("--to")
    {
        Description = "End before candles at this time",
        HelpName = "TIME",
        CustomParser = r => Parse(r, Time),
    };

    public static Option<Speed> Speed(string defaultText, Speed defaultValue) => new("--speed")
    {
        Description = $"Market time per wall time: a number, or max for as fast as possible ({defaultText} unless given). It changes no order",
        HelpName = "N|max",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = r => Parse(r, Commands.Speed.Parse),
    };

    /// <summary>An address; the client below it says which hosts it speaks to.</summary>
    public static Option<Uri?> Address(string name, string what) => new(name)
    {
        Description = what,
        HelpName = "URL",
        CustomParser = r => Parse<Uri?>(r, text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"'{text}' is no address: write http://HOST:PORT or https://HOST.")),
    };

    /// <summary>The value of <c>--pairs</c>: a number or a list of symbols.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static (int? Count, IReadOnlyList<Symbol>? Symbols) ParsePairs(string? text)
    {
        if (text is null)
            return (null, null);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count > 0 ? (count, null) : throw new FormatException("--pairs needs at least one pair.");
        var symbols = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Symbol.Parse).Distinct().ToList();
        return symbols.Count > 0 ? (null, symbols) : throw new FormatException("--pairs needs at least one pair.");
    }

    private static long? Time(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return seconds * 1_000;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw new FormatException($"'{text}' is no time: write 2023-02-20, 2023-02-20T12:00 or Unix seconds.");
    }

    /// <summary>Reads an option's value; a text of another form is an error of the command line.</summary>
    public static T Parse<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Count > 0 ? result.Tokens[0].Value : "");
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default!;
        }
    }
}

/// <summary>Market time per wall time.</summary>
/// <param name="Factor">The factor; null for as fast as possible.</param>
internal readonly record struct Speed(decimal? Factor)
{
    public static readonly Speed Max = new(null);

    public static Speed Parse(string text)
    {
        if (text == "max")
            return Max;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor > 0
            ? new Speed(factor)
            : throw new FormatException($"'{text}' is no speed: write a number above 0, or max.");
    }

    public override string ToString() => Factor?.ToString(CultureInfo.InvariantCulture) ?? "max";
}
