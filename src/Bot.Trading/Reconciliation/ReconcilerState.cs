using Bot.Trading.Market;

namespace Bot.Trading.Reconciliation;

/// <summary>The reconciliation's state as it is stored in a snapshot: a contract of its own.</summary>
public sealed record ReconcilerSnapshot(
    long FirstStartMs,
    long WatermarkMs,
    long OpenedAtMs,
    IReadOnlyDictionary<string, decimal>? Baselines,
    IReadOnlyDictionary<string, decimal> External,
    IReadOnlyList<long> BookedIds,
    IReadOnlyList<Finding> Findings);

/// <summary>The journaled state of the account's reconciliation. Changed by <see cref="Apply"/> only, which is total and reads no clock.</summary>
public sealed class ReconcilerState
{
    private readonly SortedDictionary<string, Finding> _findings = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, decimal> _external = new(StringComparer.Ordinal);
    private readonly HashSet<long> _booked = [];
    private SortedDictionary<string, decimal>? _baselines;

    /// <summary>When this database began to trade, Unix ms; 0 before the first sweep.</summary>
    public long FirstStartMs { get; private set; }

    /// <summary>When the last full sweep began in which every list answered, Unix ms; 0 before the first.</summary>
    public long WatermarkMs { get; private set; }

    /// <summary>When the balances were asked for that the books begin with, Unix ms.</summary>
    public long OpenedAtMs { get; private set; }

    /// <summary>True once the books of the currencies have begun.</summary>
    public bool IsOpen => _baselines is not null;

    /// <summary>What stands, by key.</summary>
    public IReadOnlyDictionary<string, Finding> Findings => _findings;

    /// <summary>Money that came or went by other hands, by currency.</summary>
    public IReadOnlyDictionary<string, decimal> External => _external;

    /// <summary>True when the ledger's line was taken over.</summary>
    public bool IsBooked(long ledgerId) => _booked.Contains(ledgerId);

    /// <summary>What the account held of a currency apart from everything that the journals explain.</summary>
    public decimal BaselineOf(string currency) => _baselines is { } b ? b.GetValueOrDefault(currency) : 0;

    /// <summary>What has come of a currency by other hands.</summary>
    public decimal ExternalOf(string currency) => _external.GetValueOrDefault(currency);

    /// <summary>Why nothing may be opened on a pair; null when nothing stands against it.</summary>
    public string? BlockOf(Symbol symbol)
    {
        foreach (var finding in _findings.Values)
        {
            if (finding.BlocksAccount || (finding.BlocksPair && finding.Symbol == symbol))
                return $"{finding.Kind}: {finding.What}";
        }
        return null;
    }

    /// <summary>True when a finding of this kind stands.</summary>
    public bool Has(FindingKind kind)
    {
        foreach (var finding in _findings.Values)
        {
            if (finding.Kind == kind)
                return true;
        }
        return false;
    }

    /// <summary>Takes an event. Replay is this and nothing else.</summary>
    public void Apply(ReconcilerEvent e)
    {
        switch (e)
        {
            case ReconciliationStarted s:
                (FirstStartMs, WatermarkMs) = (s.FirstStartMs, Math.Max(WatermarkMs, s.FirstStartMs));
                break;
            case BooksOpened o:
                (_baselines, OpenedAtMs) = (Sorted(o.Baselines), o.OpenedAtMs);
                break;
            case WatermarkMoved w:
                WatermarkMs = w.WatermarkMs;
                break;
            case MovementBooked m:
                if (_booked.Add(m.LedgerId))
                    _external[m.Currency] = ExternalOf(m.Currency) + m.Amount;
                break;
            case FindingRaised f:
                _findings[f.Finding.Key] = f.Finding;
                break;
            case FindingCleared f:
                _findings.Remove(f.Key);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not an event of the reconciliation.");
        }
    }

    /// <summary>The state as a stored contract.</summary>
    public ReconcilerSnapshot ToSnapshot()
    {
        long[] booked = [.. _booked];
        Array.Sort(booked);
        return new ReconcilerSnapshot(
            FirstStartMs, WatermarkMs, OpenedAtMs, _baselines is null ? null : Sorted(_baselines), Sorted(_external), booked, [.. _findings.Values]);
    }

    /// <summary>The state from a stored contract.</summary>
    public static ReconcilerState From(ReconcilerSnapshot s)
    {
        var state = new ReconcilerState
        {
            FirstStartMs = s.FirstStartMs,
            WatermarkMs = s.WatermarkMs,
            OpenedAtMs = s.OpenedAtMs,
            _baselines = s.Baselines is null ? null : Sorted(s.Baselines),
        };
        foreach (var (currency, amount) in s.External)
            state._external[currency] = amount;
        foreach (var id in s.BookedIds)
            state._booked.Add(id);
        foreach (var finding in s.Findings)
            state._findings[finding.Key] = finding;
        return state;
    }

    private static SortedDictionary<string, decimal> Sorted(IReadOnlyDictionary<string, decimal> values)
    {
        var sorted = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var (key, value) in values)
            sorted[key] = value;
        return sorted;
    }
}
