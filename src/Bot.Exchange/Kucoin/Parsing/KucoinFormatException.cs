namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>
/// What came is not what KuCoin documents: the one exception that leaves the parsers. Its text names a field or a form, never a value,
/// because values come from outside.
/// </summary>
internal sealed class KucoinFormatException(string message) : FormatException(message);
