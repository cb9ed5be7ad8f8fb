using System.Globalization;
using System.IO.Compression;

namespace Bot.Chaos.Deployments;

/// <summary>
/// Made-up candles of hundreds of pairs in which nearly every pair falls, turns once and then only rises: a strategy that follows trends buys each
/// once and keeps it. A few go up and down all the time, so that trading is seen to go on.
/// </summary>
internal static class CrowdMarket
{
    private const int History = 60;
    private const int Candles = 1_200;
    private const int TurnsWithin = 100;
    private const int Waves = 12;
    private const double Fall = 0.0005;

    // So slowly that an entry at the price of its candle is still filled when it arrives, and so fast that no rounding looks like a turn.
    private const double Rise = 0.0002;
    private const double Wave = 0.01;
    private const double Round = 12;

    /// <summary>The first candle that is told live, as the simulator's option takes it: Unix seconds.</summary>
    public static string From { get; } = (1_700_000_040 + (History * 60)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes them.</summary>
    /// <param name="folder">A folder that is made.</param>
    /// <param name="pairs">How many.</param>
    public static void Write(string folder, int pairs)
    {
        for (var i = 0; i < pairs; i++)
        {
            var path = Directory.CreateDirectory(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"C{i:000}-USDT"))).FullName;
            using var writer = new StreamWriter(new GZipStream(File.Create(Path.Combine(path, "1min.csv.gz")), CompressionLevel.Fastest));
            writer.Write("time,open,high,low,close,volume\n");
            var close = 10 + (i * 0.01);
            for (var n = 0; n < History + Candles; n++)
            {
                var open = close;
                close = 10 + (i * 0.01);
                close *= i < Waves ? 1 + (Wave * Math.Sin((n + i) * 2 * Math.PI / Round)) : 1 + (n < Turn(i) ? Fall * (Turn(i) - n) : Rise * (n - Turn(i)));
                var (high, low) = (Math.Max(open, close), Math.Min(open, close));
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{1_700_000_040 + (n * 60)},{open:F4},{high:F4},{low:F4},{close:F4},{50000 + i}.0000\n"));
            }
        }
    }

    private static int Turn(int pair) => History + 30 + (pair % TurnsWithin);
}
