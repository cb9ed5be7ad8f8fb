using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Trading.Reconciliation;

/// <summary>
/// Holds the exchange's lists against the journals (RELIABILITY.md R5, R10, I9, I12, C20, C26, F26). Pure. What it is given of the
/// journals must have been read after the lists: every order is in a journal before it is sent, so whatever the lists show then is known.
/// </summary>
public static partial class ReconcilerDecider
{
    /// <summary>
    /// True when a sweep has a verdict for a pair: it began after the time, its lists answered, and either the books have begun or the pair is
    /// blocked whatever they say.
    /// </summary>
    public static bool Passes(ReconcilerState s, AccountSweep sweep, Symbol symbol, long sinceMs) => (s.IsOpen || s.BlockOf(symbol) is not null) && sweep.Covers(symbol, sinceMs);

    /// <summary>Decides on one sweep.</summary>
    public static void Decide(
        ReconcilerState s, ReconcilerMemory m, KnownAccount known, AccountSweep sweep, ReconcilerContext c, Sink<ReconcilerEvent, ReconcilerEffect> sink)
    {
        var firstStartMs = s.FirstStartMs;
        if (firstStartMs == 0)
        {
            firstStartMs = Math.Min(m.RunningSinceMs, known.FirstEventMs());
            sink.Persist(new ReconciliationStarted(c.NowMs, firstStartMs));
        }
        var look = new Look(s, m, known, sweep, c, sink, firstStartMs);
        m.Seen.Clear();
        m.Foreign.Clear();
        m.Own.Clear();
        m.Pending.Clear();
        m.HasUnbooked = false;
        foreach (var lists in sweep.Symbols)
            look.Orders(lists);
        look.Stops();
        look.Movements();
        look.Clear();
        look.Balances();
        if (sweep.IsFull && sweep.IsComplete())
            sink.Persist(new WatermarkMoved(c.NowMs, sweep.BeganAtMs));
    }

    /// <summary>One decision under way: what every step of it needs.</summary>
    private readonly partial struct Look(
        ReconcilerState s, ReconcilerMemory m, KnownAccount known, AccountSweep sweep, ReconcilerContext c,
        Sink<ReconcilerEvent, ReconcilerEffect> sink, long firstStartMs)
    {
        /// <summary>What stands and is not seen any more goes: at once where a list shows the present, after a while where it shows the past.</summary>
        public void Clear()
        {
            if (!sweep.IsComplete())
                return;
            foreach (var finding in s.Findings.Values)
            {
                if (finding.Kind == FindingKind.Unexplained || m.Seen.Contains(finding.Key))
                    continue;
                var isPast = finding.Kind is FindingKind.ForeignTrade or FindingKind.JournalRollback or FindingKind.AnotherDeployment;
                if (isPast)
                {
                    if (!m.LastSeenMs.TryGetValue(finding.Key, out var last))
                        m.LastSeenMs[finding.Key] = last = c.NowMs;
                    if (!sweep.IsFull || c.NowMs - last <= c.Settings.HistoryMs)
                        continue;
                }
                else if (finding.Kind == FindingKind.FillMissing && !sweep.IsFull)
                {
                    continue;
                }
                m.LastSeenMs.Remove(finding.Key);
                sink.Persist(new FindingCleared(c.NowMs, finding.Key));
                sink.Do(new ReconcilerEffect.Alert($"no longer there: {finding.Kind}: {finding.What}"));
            }
        }

        private void Raise(Finding finding)
        {
            m.LastSeenMs[finding.Key] = c.NowMs;
            if (!m.Seen.Add(finding.Key) || s.Findings.ContainsKey(finding.Key))
                return;
            sink.Persist(new FindingRaised(c.NowMs, finding));
            sink.Do(new ReconcilerEffect.Alert($"{finding.Kind}: {finding.What}"));
            if (finding.Kind is FindingKind.ForeignOrder or FindingKind.ForeignTrade)
                sink.Do(new ReconcilerEffect.Breach(finding.Kind, TradingMode.Halted, $"ACCOUNT_NOT_OURS_ALONE {finding.What}"));
            else if (finding.Kind == FindingKind.AnotherDeployment)
                sink.Do(new ReconcilerEffect.Breach(finding.Kind, TradingMode.Halted, $"ANOTHER_DEPLOYMENT {finding.What}"));
            else if (finding.Kind == FindingKind.JournalRollback)
                sink.Do(new ReconcilerEffect.Breach(finding.Kind, TradingMode.ReduceOnly, $"JOURNAL_ROLLBACK rule=R5 {finding.What}"));
            else if (finding.Kind == FindingKind.Unexplained)
                sink.Do(new ReconcilerEffect.Breach(finding.Kind, TradingMode.ReduceOnly, $"BALANCE_UNEXPLAINED {finding.What}"));
        }

        /// <summary>Counts how often something was seen, with a pause between that no stale answer can bridge.</summary>
        private Sighting See(string key, decimal amount = 0)
        {
            if (!m.Sightings.TryGetValue(key, out var seen) || seen.Amount != amount || c.NowMs - seen.LastMs > 4 * c.Settings.HistoryMs)
                seen = new Sighting { FirstMs = sweep.BeganAtMs, Amount = amount };
            if (sweep.BeganAtMs != seen.LastMs)
                seen.Count++;
            seen.LastMs = sweep.BeganAtMs;
            m.Sightings[key] = seen;
            return seen;
        }

        private bool IsSure(in Sighting seen) => seen.Count > 1 && seen.LastMs - seen.FirstMs >= c.Settings.FillGraceMs;
    }
}
