using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Actors.Controls;

/// <summary>
/// The kill switch as files of this machine: the one that the operator writes, and beside it the one that mirrors the portfolio. A gateway
/// reads both at each placement, so that they stop the bot while Postgres and the cluster are out of reach.
/// </summary>
/// <param name="path">The operator's file.</param>
public sealed class KillSwitchFile(string path)
{
    /// <summary>The operator's file.</summary>
    public string Path { get; } = path;

    /// <summary>The file that mirrors the portfolio of an account.</summary>
    public string MirrorOf(string account) => $"{Path}.{account}";

    /// <summary>What both files say. One that is missing says nothing, one that cannot be read stops everything.</summary>
    public SwitchBoard Read(string account) => ReadOne(Path).With(ReadOne(MirrorOf(account)));

    /// <summary>What one file says.</summary>
    public static SwitchBoard ReadOne(string file)
    {
        try
        {
            return File.Exists(file) ? SwitchBoard.Parse(File.ReadAllText(file)) : SwitchBoard.Clear;
        }
        catch (FileNotFoundException)
        {
            return SwitchBoard.Clear; // removed between the two: lifted
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SwitchBoard([new SwitchEntry(SwitchEntry.Everything, TradingMode.Halted, $"the file cannot be read: {e.GetType().Name}", "file")]);
        }
    }

    /// <summary>Replaces a file as a whole, so that nobody reads half of it; a board that says nothing removes it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static void Write(string file, SwitchBoard board)
    {
        if (board.Entries.Count == 0)
        {
            File.Delete(file);
            return;
        }
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!);
        var beside = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllText(beside, board.ToText());
        File.Move(beside, file, overwrite: true);
    }
}
