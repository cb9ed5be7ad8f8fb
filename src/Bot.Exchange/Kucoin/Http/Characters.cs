using System.Buffers;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>
/// Which characters may appear in a request line. Only such that travel as they are: whether the exchange signs the encoded or the
/// decoded text then makes no difference (API.md 2.2).
/// </summary>
internal static class Characters
{
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int LongestId = 40;
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(LettersAndDigits + "_-");
    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(LettersAndDigits + "_-.,=&");

    /// <summary>True for an order id or a client order id: 1 to 40 letters, digits, hyphens and underscores.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= LongestId && !text.ContainsAnyExcept(IdCharacters);

    /// <summary>True for a query without characters that need encoding; an empty one too.</summary>
    public static bool IsQuery(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(QueryCharacters);
}
