using System.Text;
using CsCheck;

namespace Bot.Exchange.Tests.Fuzz;

/// <summary>Spoils well-formed input, so that what is wrong with it lies deep inside: bytes changed, cut out, put in, the end cut off.</summary>
internal static class Mutation
{
    /// <summary>Pieces that parsers stumble over.</summary>
    public static readonly string[] Splinters =
    [
        "null", "\"\"", "{}", "[]", "1e400", "-1", "\"1E-9\"", "\"\\ud800\"", "\\u0000", "\"", "{", "}", "[", "]", ",", ":", "true", "\"NaN\"",
        "99999999999999999999999999999999", "\"data\":", "\"code\":\"200000\",", "\u00ff", "\"BTC-USDT\"", "1.5",
    ];

    /// <summary>One of the seeds with one to six changes.</summary>
    public static Gen<byte[]> Of(params byte[][] seeds) => Gen.Select(
        Gen.Int[0, seeds.Length - 1],
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_000_000], Gen.Int[0, Splinters.Length - 1], Gen.Byte).Array[1, 6],
        (seed, changes) =>
        {
            var bytes = seeds[seed].ToList();
            foreach (var (kind, where, splinter, value) in changes)
            {
                var at = bytes.Count == 0 ? 0 : where % bytes.Count;
                switch (kind)
                {
                    case 0 when bytes.Count > 0:
                        bytes[at] = value;
                        break;
                    case 1 when bytes.Count > 0:
                        bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + (value % 20)));
                        break;
                    case 2:
                        bytes.InsertRange(at, Encoding.Latin1.GetBytes(Splinters[splinter]));
                        break;
                    default:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                }
            }
            return bytes.ToArray();
        });

    /// <summary>The same for texts; what is no ASCII is a letter of its own, so the text is well-formed as a text.</summary>
    public static Gen<string> OfText(params string[] seeds) => Of([.. seeds.Select(Encoding.UTF8.GetBytes)]).Select(Encoding.Latin1.GetString);

    /// <summary>Many openings without an end: a parser that calls itself for each of them runs out of stack.</summary>
    public static string Deep(string opening, int depth) => new StringBuilder().Insert(0, opening, depth).ToString();
}
