using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>
/// Turns the names in topics into symbols and intervals without making a new text for each frame. Used by one reading loop at a time.
/// </summary>
internal sealed class TopicNames
{
    /// <summary>More pairs than any exchange lists: a server that keeps inventing names must not fill the memory.</summary>
    private const int MostSymbols = 10_000;
    private const int LongestName = 64;

    private static readonly Dictionary<string, CandleInterval> Intervals =
        CandleInterval.All.ToDictionary(i => i.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, Symbol> _symbols = new(StringComparer.Ordinal);

    /// <summary>The symbol of this name.</summary>
    /// <exception cref="KucoinFormatException">It is none.</exception>
    public Symbol Symbol(ReadOnlySpan<byte> name)
    {
        Span<char> scratch = stackalloc char[LongestName];
        var text = Text(name, scratch);
        if (_symbols.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known))
            return known;
        if (!Bot.Trading.Market.Symbol.TryParse(text.ToString(), out var symbol))
            throw new KucoinFormatException("The topic names no symbol.");
        if (_symbols.Count < MostSymbols)
            _symbols[symbol.Text] = symbol;
        return symbol;
    }

    /// <summary>The interval of this name.</summary>
    /// <exception cref="KucoinFormatException">It is none.</exception>
    public CandleInterval Interval(ReadOnlySpan<byte> name)
    {
        Span<char> scratch = stackalloc char[LongestName];
        return Intervals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(Text(name, scratch), out var interval)
            ? interval
            : throw new KucoinFormatException("The topic names no known interval.");
    }

    private static ReadOnlySpan<char> Text(ReadOnlySpan<byte> name, Span<char> scratch) =>
        name.Length <= LongestName && Ascii.ToUtf16(name, scratch, out var length) == System.Buffers.OperationStatus.Done
            ? scratch[..length]
            : throw new KucoinFormatException("The topic's name is not of the expected form.");
}
