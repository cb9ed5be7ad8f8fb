using System.Globalization;

namespace Bot.Exchange.Simulator.Market;

/// <summary>A gzipped table of a recording with a header line, read row by row.</summary>
internal sealed class RecordedTable : IDisposable
{
    private readonly string _path;
    private readonly StreamReader _reader;
    private readonly string[] _header;
    private string[] _row = [];
    private long _line = 1;

    /// <summary>Opens a table.</summary>
    /// <exception cref="CandleFileException">The file is missing or damaged.</exception>
    public RecordedTable(string path)
    {
        _path = path;
        _reader = new StreamReader(GzipFile.Open(path));
        _header = (_reader.ReadLine() ?? "").Split(',');
    }

    /// <summary>Moves to the next row; false behind the last.</summary>
    /// <exception cref="CandleFileException">The row is not as long as the header.</exception>
    public bool Read()
    {
        if (_reader.ReadLine() is not { } text)
            return false;
        _line++;
        _row = text.Split(',');
        return _row.Length == _header.Length
            ? true
            : throw new CandleFileException(_path, _line, $"the row has {_row.Length} columns, the header {_header.Length}");
    }

    /// <summary>The place of the first of these columns that there is.</summary>
    /// <exception cref="CandleFileException">There is none of them.</exception>
    public int Column(params string[] names)
    {
        foreach (var name in names)
        {
            if (Array.IndexOf(_header, name) is >= 0 and var at)
                return at;
        }
        throw new CandleFileException(_path, 1, $"there is no column {string.Join(" or ", names)}");
    }

    /// <summary>A text of the row.</summary>
    public string Text(int column) => _row[column];

    /// <summary>A whole number of the row.</summary>
    /// <exception cref="CandleFileException">It is none.</exception>
    public long Whole(int column) =>
        long.TryParse(_row[column], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Fault(column, "whole number");

    /// <summary>A decimal number of the row, not below zero.</summary>
    /// <exception cref="CandleFileException">It is none.</exception>
    public decimal Number(int column) =>
        decimal.TryParse(_row[column], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Powers.Normal(value)
            : throw Fault(column, "plain decimal number");

    /// <summary>One of two words of the row.</summary>
    /// <returns>True for the first of them.</returns>
    /// <exception cref="CandleFileException">It is neither.</exception>
    public bool IsFirst(int column, string first, string second) =>
        _row[column] == first || (_row[column] == second ? false : throw Fault(column, $"{first} or {second}"));

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private CandleFileException Fault(int column, string what) =>
        new(_path, _line, $"'{_row[column]}' in column {_header[column]} is not a {what}");
}
