using System.Globalization;
using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Trading.Risk.Controls;

/// <summary>One word of the kill switch (C1).</summary>
/// <param name="Scope">What it is for: <c>*</c> for everything, a pair (<c>BTC-USDT</c>), or a strategy (<c>strategy:NAME</c>).</param>
/// <param name="Mode">The word.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who said it.</param>
public sealed record SwitchEntry(string Scope, TradingMode Mode, string Reason, string By)
{
    /// <summary>Scope of everything.</summary>
    public const string Everything = "*";

    private const string StrategyPrefix = "strategy:";

    /// <summary>The scope of a pair, of a strategy, or of everything.</summary>
    public static string ScopeOf(Symbol? symbol, string? strategy) =>
        symbol is { } pair ? pair.Text : strategy is { Length: > 0 } ? StrategyPrefix + strategy : Everything;

    /// <summary>Whether a text can be a scope.</summary>
    public static bool IsScope(string text) =>
        text == Everything
        || (text.StartsWith(StrategyPrefix, StringComparison.Ordinal) && text.Length > StrategyPrefix.Length && !text.Contains(' ', StringComparison.Ordinal))
        || Symbol.TryParse(text, out _);

    /// <summary>Whether this word concerns a pair.</summary>
    public bool Concerns(Symbol symbol, string strategy) =>
        Scope == Everything || Scope == symbol.Text || (Scope.StartsWith(StrategyPrefix, StringComparison.Ordinal) && Scope.AsSpan(StrategyPrefix.Length).SequenceEqual(strategy));
}

/// <summary>
/// The kill switch as one source tells it: the portfolio's journal, the rows in Postgres, or a file. The strictest word of all sources wins,
/// so that each of them can stop the bot while the others are out of reach.
/// </summary>
public sealed class SwitchBoard
{
    private static readonly char[] Blanks = [' ', '\t'];
    private readonly List<SwitchEntry> _entries;

    /// <summary>A board with these words; <see cref="TradingMode.Active"/> ones say nothing.</summary>
    public SwitchBoard(IEnumerable<SwitchEntry> entries) => _entries = [.. entries.Where(e => e.Mode != TradingMode.Active)];

    /// <summary>Says nothing: everything trades.</summary>
    public static SwitchBoard Clear { get; } = new([]);

    /// <summary>The words that are not <see cref="TradingMode.Active"/>.</summary>
    public IReadOnlyList<SwitchEntry> Entries => _entries;

    /// <summary>The strictest word for a pair; null when none concerns it.</summary>
    public SwitchEntry? Strictest(Symbol symbol, string strategy)
    {
        SwitchEntry? strictest = null;
        foreach (var entry in _entries)
        {
            if (entry.Concerns(symbol, strategy) && (strictest is null || entry.Mode > strictest.Mode))
                strictest = entry;
        }
        return strictest;
    }

    /// <summary>All words of both.</summary>
    public SwitchBoard With(SwitchBoard other) => other._entries.Count == 0 ? this : _entries.Count == 0 ? other : new SwitchBoard(_entries.Concat(other._entries));

    /// <summary>The board after one word replaced those of its scope.</summary>
    public SwitchBoard Set(SwitchEntry entry) => new(_entries.Where(e => e.Scope != entry.Scope).Append(entry));

    /// <summary>Whether two boards say the same.</summary>
    public bool SaysTheSame(SwitchBoard other) => _entries.SequenceEqual(other._entries);

    /// <summary>The text of a file: a line a word, <c>MODE SCOPE BY: REASON</c>.</summary>
    public string ToText() => string.Concat(_entries.Select(e => $"{WordOf(e.Mode)} {e.Scope} {OneLine(e.By).Replace(' ', '_')} {OneLine(e.Reason)}\n"));

    /// <summary>
    /// Reads the text of a file that is there. A person may write it by hand: <c>halted</c> alone stops everything, and so does an empty file.
    /// What cannot be understood stops everything too: a damaged kill switch must not be an open one.
    /// </summary>
    public static SwitchBoard Parse(string text)
    {
        var entries = new List<SwitchEntry>();
        if (string.IsNullOrWhiteSpace(text))
            entries.Add(new SwitchEntry(SwitchEntry.Everything, TradingMode.Halted, "the file is empty", "file"));
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#'))
                continue;
            var parts = line.Split(Blanks, 4, StringSplitOptions.RemoveEmptyEntries);
            var scope = parts.Length > 1 ? parts[1] : SwitchEntry.Everything;
            if (!TryMode(parts[0], out var mode) || !SwitchEntry.IsScope(scope))
                entries.Add(new SwitchEntry(SwitchEntry.Everything, TradingMode.Halted, "a line of the file cannot be understood", "file"));
            else
                entries.Add(new SwitchEntry(scope, mode, parts.Length > 3 ? parts[3] : "", parts.Length > 2 ? parts[2] : "file"));
        }
        return new SwitchBoard(entries);
    }

    /// <summary>The word of a mode: active, reduce-only or halted.</summary>
    public static string WordOf(TradingMode mode) => mode switch
    {
        TradingMode.Active => "active",
        TradingMode.ReduceOnly => "reduce-only",
        _ => "halted",
    };

    /// <summary>The mode of a word; the database's spelling <c>reduce_only</c> too.</summary>
    public static bool TryMode(string word, out TradingMode mode)
    {
        (mode, var known) = word.ToLower(CultureInfo.InvariantCulture) switch
        {
            "active" => (TradingMode.Active, true),
            "reduce-only" or "reduce_only" => (TradingMode.ReduceOnly, true),
            "halted" => (TradingMode.Halted, true),
            _ => (TradingMode.Halted, false),
        };
        return known;
    }

    private static string OneLine(string text) => text.Length == 0 ? "-" : string.Join(' ', text.Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
}
