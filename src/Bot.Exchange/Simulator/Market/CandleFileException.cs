namespace Bot.Exchange.Simulator.Market;

/// <summary>A recording cannot be used: says where and what is wrong.</summary>
public sealed class CandleFileException : Exception
{
    /// <summary>A fault of a file.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="line">Line number from 1 (the header); 0 when the file as a whole is meant.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="cause">The failure underneath, if any.</param>
    public CandleFileException(string file, long line, string problem, Exception? cause = null)
        : base(line > 0 ? $"{file}, line {line}: {problem}" : $"{file}: {problem}", cause)
    {
        File = file;
        Line = line;
        Problem = problem;
    }

    /// <summary>The file or folder.</summary>
    public string File { get; }

    /// <summary>Line number from 1 (the header); 0 when the file as a whole is meant.</summary>
    public long Line { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }
}
