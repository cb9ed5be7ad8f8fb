using System.Globalization;
using System.Text;
using System.Text.Json;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Journal;

/// <summary>A journal cannot be used.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="cause">The failure underneath.</param>
public sealed class AccountJournalException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// What happens to the accounts of a simulator, written to a file before anybody is told of it: a simulator that begins with the file of
/// another one goes on where that one was, however it ended. One line of JSON an instant, appended and forced to the disk; the file is
/// locked while it is open.
/// </summary>
public sealed class AccountJournal : IDisposable
{
    private const int Version = 1;

    private readonly FileStream _file;
    private readonly Dictionary<string, JournalPair> _pairs = [];
    private readonly List<JournalEntry> _entries = [];
    private long _number;
    private Exception? _fault;

    private AccountJournal(FileStream file, JournalHeader header)
    {
        _file = file;
        Id = header.Id;
    }

    /// <summary>Name of this account state, made up when the file was. Whoever keeps books on the account notes it.</summary>
    public string Id { get; }

    /// <summary>True until an order was taken.</summary>
    public bool IsUnused { get; private set; } = true;

    /// <summary>The pairs of its orders, with the rules that they had last. A market that takes the accounts up again must have them all.</summary>
    public IReadOnlyList<SymbolRules> Pairs => [.. _pairs.Values.Select(p => p.ToRules())];

    /// <summary>The lines as they were read.</summary>
    internal IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>Opens a journal, or begins one where there is none. A last line that was cut off was never told of and is removed.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="clock">The wall clock.</param>
    /// <param name="isFresh">Forgets what is there and begins anew.</param>
    /// <exception cref="AccountJournalException">It is damaged, of another version, in use, or cannot be read.</exception>
    public static AccountJournal Open(string path, TimeProvider clock, bool isFresh = false)
    {
        ArgumentNullException.ThrowIfNull(clock);
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
            });
            if (isFresh)
                file.SetLength(0);
            return Read(file, path, clock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AccountJournalException)
        {
            file?.Dispose();
            throw e as AccountJournalException ?? new AccountJournalException(
                $"The account's file {path} cannot be used: {e.Message} Does another bot run on it?", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The rules of a pair as they were told last; null when they were not.</summary>
    internal JournalPair? Pair(string symbol) => _pairs.GetValueOrDefault(symbol);

    /// <summary>Appends a line and waits until it is on the disk. After a failure the journal takes nothing more.</summary>
    /// <exception cref="AccountJournalException">It could not be written.</exception>
    internal void Append(Func<long, JournalEntry> entryOf)
    {
        RequireSound();
        var entry = entryOf(_number + 1);
        try
        {
            Write(_file, JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _fault = e;
            RequireSound();
        }
        Note(entry);
    }

    /// <summary>Refuses to go on after a failure: what came after it might be told of and then be forgotten.</summary>
    /// <exception cref="AccountJournalException">A line could not be written.</exception>
    internal void RequireSound()
    {
        if (_fault is not null)
            throw new AccountJournalException($"The account's file {_file.Name} cannot be written: {_fault.Message} Nothing that was acknowledged is lost.", _fault);
    }

    /// <summary>Forgets the lines that were read.</summary>
    internal void Forget()
    {
        _entries.Clear();
        _entries.TrimExcess();
    }

    private static AccountJournal Read(FileStream file, string path, TimeProvider clock)
    {
        var content = new byte[file.Length];
        file.ReadExactly(content);
        var end = Array.LastIndexOf(content, (byte)'\n') + 1;
        file.SetLength(end);
        file.Position = end;
        if (end == 0)
        {
            var made = new JournalHeader(Version, Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), clock.GetUtcNow().ToUnixTimeMilliseconds());
            Write(file, JsonSerializer.SerializeToUtf8Bytes(made, JournalJson.Default.JournalHeader));
            return new AccountJournal(file, made);
        }
        AccountJournal? journal = null;
        var number = 0;
        foreach (var line in Encoding.UTF8.GetString(content, 0, end - 1).Split('\n'))
        {
            number++;
            try
            {
                if (journal is not null)
                    journal.Take(JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry));
                else
                    journal = Begin(file, JsonSerializer.Deserialize(line, JournalJson.Default.JournalHeader));
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                throw new AccountJournalException(
                    $"Line {number} of the account's file {path} is damaged: {e.Message} Restore it from a backup, or begin a new account.", e);
            }
        }
        return journal!;
    }

    private static AccountJournal Begin(FileStream file, JournalHeader? header) => header is { Version: Version, Id.Length: > 0 }
        ? new AccountJournal(file, header)
        : throw new FormatException($"it is of version {header?.Version}, this program reads version {Version}.");

    private void Take(JournalEntry? entry)
    {
        if (entry?.Number != _number + 1)
            throw new FormatException($"it is number {entry?.Number} where {_number + 1} is due.");
        _entries.Add(entry);
        Note(entry);
    }

    private void Note(JournalEntry entry)
    {
        _number = entry.Number;
        IsUnused &= entry.Orders is null && entry.Stops is null;
        foreach (var pair in entry.Pairs ?? [])
            _pairs[pair.Symbol] = pair;
    }

    private static void Write(FileStream file, byte[] line)
    {
        file.Write([.. line, (byte)'\n']);
        file.Flush(flushToDisk: true);
    }
}
