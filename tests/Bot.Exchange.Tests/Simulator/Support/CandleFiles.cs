using System.Globalization;
using System.IO.Compression;
using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>Recorded candles made up by the test, in a folder that goes away with it.</summary>
internal sealed class CandleFiles : IDisposable
{
    public const long Start = 1_676_716_260_000;

    public string Folder { get; } = Directory.CreateTempSubdirectory("bot-candles-").FullName;

    /// <summary>Writes lines under the usual header.</summary>
    public string Write(string symbol, string interval, params string[] lines) =>
        WriteRaw(symbol, interval, string.Join('\n', lines.Prepend("time,open,high,low,close,volume")) + "\n");

    public string WriteRaw(string symbol, string interval, string text)
    {
        var path = PathOf(symbol, interval);
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        using var writer = new StreamWriter(zip);
        writer.Write(text);
        return path;
    }

    public string PathOf(string symbol, string interval)
    {
        Directory.CreateDirectory(Path.Combine(Folder, symbol));
        return Path.Combine(Folder, symbol, $"{interval}.csv.gz");
    }

    /// <summary>A walk of minutes with quiet minutes and minutes without a trade in it.</summary>
    public void WriteWalk(string symbol, int minutes, decimal price, ulong seed)
    {
        var random = new SeededRandom(seed);
        var lines = new List<string>();
        for (var i = 0; i < minutes; i++)
        {
            var open = price + (random.Between(-3, 3) * 0.1m);
            var close = Math.Max(1m, open + (random.Between(-8, 8) * 0.1m));
            var high = Math.Max(open, close) + (random.Between(0, 4) * 0.1m);
            var low = Math.Max(0.5m, Math.Min(open, close) - (random.Between(0, 4) * 0.1m));
            var volume = random.Below(10) == 0 ? 0m : random.Between(4, 90_000) * 0.0001m;
            if (volume == 0)
                open = high = low = close = price;
            lines.Add(Line((Start / 1000) + (i * 60), open, high, low, close, volume));
            price = close;
        }
        Write(symbol, "1min", [.. lines]);
    }

    public static string Line(long seconds, decimal open, decimal high, decimal low, decimal close, decimal volume) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds},{open},{high},{low},{close},{volume}");

    public CandleReplayOptions Options(params string[] symbols) => new()
    {
        Folder = Folder,
        Symbols = symbols.Length == 0 ? null : [.. symbols.Select(Symbol.Parse)],
    };

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
