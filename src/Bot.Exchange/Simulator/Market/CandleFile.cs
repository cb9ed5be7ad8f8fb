using System.Globalization;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// A recorded series: <c>time,open,high,low,close,volume[,turnover]</c>, times in Unix seconds of the candle's open. Rows without volume
/// are left out, as the exchange leaves them out. Kept in columns of scaled integers: a month of minutes takes about two megabytes.
/// </summary>
internal sealed class CandleFile
{
    // The share of rows that the volume's decimals must fit: recordings hold a few artefacts of binary fractions.
    private const decimal TypicalShare = 0.99m;

    private readonly List<uint> _times = [];
    private readonly List<long> _prices = [];
    private readonly List<decimal> _volumes = [];
    private readonly List<decimal> _turnovers = [];
    private readonly long[] _volumeDecimals = new long[29];
    private int _priceDecimals;
    private uint? _lastTime;

    private CandleFile(string path, CandleInterval interval)
    {
        Path = path;
        Interval = interval;
    }

    /// <summary>Where the series was read.</summary>
    public string Path { get; }

    /// <summary>Length of its candles.</summary>
    public CandleInterval Interval { get; }

    /// <summary>Number of candles with volume.</summary>
    public int Count => _times.Count;

    /// <summary>Decimals that the prices need.</summary>
    public int PriceDecimals => _priceDecimals;

    /// <summary>Decimals that nearly all volumes get by with.</summary>
    public int VolumeDecimals { get; private set; }

    /// <summary>Mean volume of a candle, base currency.</summary>
    public decimal MeanVolume { get; private set; }

    /// <summary>A candle.</summary>
    public Candle this[int index] => new(
        OpenTimeMs(index), Price(index, 0), Price(index, 1), Price(index, 2), Price(index, 3), _volumes[index],
        _turnovers.Count > 0 ? _turnovers[index] : null);

    /// <summary>Open time of a candle, Unix ms.</summary>
    public long OpenTimeMs(int index) => _times[index] * 1000L;

    /// <summary>Index of the first candle that opens at or after the instant; <see cref="Count"/> when none does.</summary>
    public int FirstAtOrAfter(long instantMs)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (OpenTimeMs(middle) < instantMs)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Reads a gzipped file.</summary>
    /// <exception cref="CandleFileException">The file is missing, damaged or breaks the format.</exception>
    public static CandleFile Read(string path, CandleInterval interval)
    {
        var file = new CandleFile(path, interval);
        using var reader = new StreamReader(GzipFile.Open(path));
        var columns = Header(path, reader.ReadLine());
        var line = 1L;
        while (reader.ReadLine() is { } text)
            file.Add(text, ++line, columns);
        if (file.Count == 0)
            throw new CandleFileException(path, 0, "there is no candle with volume in the file");
        file.Summarise();
        return file;
    }

    private static int Header(string path, string? header) => header switch
    {
        "time,open,high,low,close,volume" => 6,
        "time,open,high,low,close,volume,turnover" => 7,
        null => throw new CandleFileException(path, 1, "the file is empty"),
        _ => throw new CandleFileException(
            path, 1, $"the header is '{Shorten(header)}', expected 'time,open,high,low,close,volume[,turnover]'"),
    };

    private void Add(string text, long line, int columns)
    {
        Span<Range> fields = stackalloc Range[columns + 1];
        if (text.AsSpan().Split(fields, ',') != columns)
            throw new CandleFileException(Path, line, $"'{Shorten(text)}' does not have {columns} columns");
        if (!uint.TryParse(text.AsSpan(fields[0]), NumberStyles.None, CultureInfo.InvariantCulture, out var time))
            throw new CandleFileException(Path, line, $"'{Shorten(text[fields[0]])}' is not a time in Unix seconds");
        if (Interval.OpenTimeMs(time * 1000L) != time * 1000L)
            throw new CandleFileException(Path, line, $"time {time} is not the open of a {Interval} candle");
        if (_lastTime is { } last && time <= last)
            throw new CandleFileException(Path, line, $"time {time} is not after the time before it, {last}");
        _lastTime = time;

        Span<decimal> numbers = stackalloc decimal[columns - 1];
        for (var i = 1; i < columns; i++)
        {
            if (!decimal.TryParse(text.AsSpan(fields[i]), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i - 1]))
                throw new CandleFileException(Path, line, $"'{Shorten(text[fields[i]])}' in column {i + 1} is not a plain decimal number");
        }
        var candle = new Candle(
            time * 1000L, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], columns == 7 ? numbers[5] : null);
        if (candle.Fault() is { } fault)
            throw new CandleFileException(Path, line, fault);
        if (candle.Volume == 0)
            return;

        _times.Add(time);
        foreach (var price in numbers[..4])
            _prices.Add(Scaled(price, line));
        _volumes.Add(candle.Volume);
        _volumeDecimals[Decimals(candle.Volume)]++;
        if (columns == 7)
            _turnovers.Add(numbers[5]);
    }

    private long Scaled(decimal price, long line)
    {
        var decimals = Decimals(price);
        try
        {
            if (decimals > _priceDecimals)
            {
                var factor = (long)Powers.OfTen(decimals - _priceDecimals);
                for (var i = 0; i < _prices.Count; i++)
                    _prices[i] = checked(_prices[i] * factor);
                _priceDecimals = decimals;
            }
            return checked((long)(price * Powers.OfTen(_priceDecimals)));
        }
        catch (OverflowException e)
        {
            throw new CandleFileException(Path, line, $"price {price} has too many digits beside the others of the file", e);
        }
    }

    private decimal Price(int row, int column)
    {
        var scaled = _prices[row * 4 + column];
        return new decimal((int)scaled, (int)(scaled >> 32), 0, false, (byte)_priceDecimals);
    }

    private void Summarise()
    {
        var rows = 0L;
        while (VolumeDecimals < _volumeDecimals.Length - 1)
        {
            rows += _volumeDecimals[VolumeDecimals];
            if (rows >= TypicalShare * Count)
                break;
            VolumeDecimals++;
        }
        MeanVolume = _volumes.Sum() / Count;
        _times.TrimExcess();
        _prices.TrimExcess();
        _volumes.TrimExcess();
        _turnovers.TrimExcess();
    }

    private static int Decimals(decimal value) => Powers.Normal(value).Scale;

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "...";
}
