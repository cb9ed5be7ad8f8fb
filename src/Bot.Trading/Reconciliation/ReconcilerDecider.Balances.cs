using System.Globalization;

namespace Bot.Trading.Reconciliation;

/// <content>Money: the ledger's movements and the balances (RELIABILITY.md I12).</content>
public static partial class ReconcilerDecider
{
    private readonly partial struct Look
    {
        /// <summary>Takes over what came and went by other hands.</summary>
        public void Movements()
        {
            if (sweep.Movements is not { } ledger || !s.IsOpen)
                return;
            foreach (var line in ledger.Rows)
            {
                // What moved before the books began is in their baseline.
                if (line.TimeMs < s.OpenedAtMs || s.IsBooked(line.Id))
                    continue;
                if (line.OrderId is null)
                {
                    sink.Persist(new MovementBooked(c.NowMs, line.Id, line.Currency, line.Amount, line.TimeMs, line.Reason));
                    sink.Do(new ReconcilerEffect.Alert(string.Create(
                        CultureInfo.InvariantCulture, $"{Text(line.Amount)} {line.Currency} moved by other hands ({line.Reason}); the books take it over")));
                    continue;
                }
                var pair = line.Symbol is { } symbol ? known.Find(symbol) : null;
                if (m.Own.Contains(line.OrderId) || m.Pending.Contains(line.OrderId) || pair?.OwnerOf(line.OrderId) is not null)
                    continue;

                // A trade that is neither in our journals nor in the lists: ours may still be on its way into both.
                var isForeign = m.Foreign.Contains(line.OrderId) || ((pair is null || IsAtRest(pair)) && IsSure(See($"ledger:{line.Id}")));
                if (!isForeign)
                    continue;
                sink.Persist(new MovementBooked(c.NowMs, line.Id, line.Currency, line.Amount, line.TimeMs, line.Reason));
                Raise(new Finding(
                    $"trade:{line.OrderId}", FindingKind.ForeignTrade, line.Symbol, null, line.OrderId,
                    $"other hands traded {line.Symbol?.Text ?? line.Currency} (order {line.OrderId}); the books take the money over, and nothing is opened on that pair"));
            }
        }

        /// <summary>Holds every balance against the books, or begins the books.</summary>
        public void Balances()
        {
            if (sweep.Balances is not { } balances)
                return;
            if (!s.IsOpen)
            {
                Open(balances);
                return;
            }
            foreach (var currency in Currencies(balances))
                Judge(currency, TotalOf(balances, currency), balances.AskedAtMs);
        }

        private void Open(Listing<AccountBalance> balances)
        {
            // What is not taken over yet would be in the baseline, and in the books once more when it is.
            if (m.HasUnbooked)
                return;
            foreach (var pair in known.Pairs.Values)
            {
                if (!IsAtRest(pair) || pair.LastChangeMs() > balances.AskedAtMs - c.Settings.ReadLagMarginMs)
                    return; // money is on its way, or an execution that is not shown yet: the next sweep
            }
            var baselines = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var currency in Currencies(balances))
                baselines[currency] = TotalOf(balances, currency) - FlowOf(currency);
            sink.Persist(new BooksOpened(c.NowMs, baselines, balances.AskedAtMs));
        }

        private void Judge(string currency, decimal total, long askedAtMs)
        {
            var lastFillMs = 0L;
            foreach (var pair in known.Pairs.Values)
            {
                if (pair.BaseCurrency != currency && pair.QuoteCurrency != currency && !pair.Flows.ContainsKey(currency))
                    continue;
                if (!IsAtRest(pair))
                    return;
                lastFillMs = Math.Max(lastFillMs, pair.LastFillMs);
            }
            if (lastFillMs > askedAtMs - c.Settings.ClockSlackMs)
                return; // traded while the balances were on their way
            var booked = 0m;
            foreach (var e in sink.Events)
            {
                if (e is MovementBooked b && b.Currency == currency)
                    booked += b.Amount;
            }
            var check = new BalanceCheck(currency, total, s.BaselineOf(currency) + FlowOf(currency) + s.ExternalOf(currency) + booked, askedAtMs);
            m.ChecksNow[currency] = check;
            var difference = check.Difference;
            var key = $"unexplained:{currency}";
            s.Findings.TryGetValue(key, out var told);
            if (Math.Abs(difference) <= c.Settings.Tolerance)
            {
                m.Sightings.Remove(key);
                if (told is null)
                    return;
                sink.Persist(new FindingCleared(c.NowMs, key));
                sink.Do(new ReconcilerEffect.Alert($"the balance of {currency} is explained again"));
                return;
            }
            if (told is not null && told.Amount == difference)
                return;

            // Without the ledger a deposit looks like this, and a stale answer does: it must stay the same while no trade can be behind it.
            if (sweep.HasLedger && sweep.Movements is null)
                return;
            var seen = See(key, difference);
            var isQuiet = lastFillMs < askedAtMs - c.Settings.ReadLagMarginMs;
            if (seen.LastMs - seen.FirstMs < c.Settings.ReadLagMarginMs || seen.Count < (isQuiet ? 2 : 3))
                return;
            if (told is not null)
                sink.Persist(new FindingCleared(c.NowMs, key));
            Unexplained(key, currency, difference, told is not null);
        }

        private void Unexplained(string key, string currency, decimal difference, bool isChanged)
        {
            var finding = new Finding(
                key, FindingKind.Unexplained, null, null, null,
                difference > 0
                    ? $"the account holds {Text(difference)} {currency} more than the books explain"
                    : $"{Text(-difference)} {currency} are missing that the books say are there")
            {
                Currency = currency,
                Amount = difference,
            };
            if (!isChanged)
            {
                Raise(finding);
                return;
            }
            sink.Persist(new FindingRaised(c.NowMs, finding));
            sink.Do(new ReconcilerEffect.Alert($"{finding.Kind}: {finding.What}"));
        }

        private decimal FlowOf(string currency)
        {
            var flow = 0m;
            foreach (var pair in known.Pairs.Values)
                flow += pair.Flows.GetValueOrDefault(currency);
            return flow;
        }

        private SortedSet<string> Currencies(Listing<AccountBalance> balances)
        {
            var currencies = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var balance in balances.Rows)
                currencies.Add(balance.Currency);
            foreach (var pair in known.Pairs.Values)
            {
                foreach (var currency in pair.Flows.Keys)
                    currencies.Add(currency);
            }
            foreach (var currency in s.External.Keys)
                currencies.Add(currency);
            return currencies;
        }

        private static decimal TotalOf(Listing<AccountBalance> balances, string currency)
        {
            foreach (var balance in balances.Rows)
            {
                if (balance.Currency == currency)
                    return balance.Total;
            }
            return 0;
        }
    }
}
