using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;

namespace Bot.Actors.Projector;

/// <content>What the account's reconciliation found.</content>
internal sealed partial class ReadTables
{
    public void Reconciliation(ReconcilerEvent e)
    {
        switch (e)
        {
            case MovementBooked m when m.Amount != 0:
                Add(
                    """
                    INSERT INTO external_movements (ledger_id, currency, amount, moved_at, reason, booked_at) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (ledger_id) DO NOTHING
                    """,
                    m.LedgerId, m.Currency, m.Amount, At(m.TimeMs), m.Reason, At(m.AtMs));
                break;
            case FindingRaised { Finding: var f }:
                Add(
                    """
                    INSERT INTO account_findings (finding_key, raised_at, kind, symbol, client_order_id, exchange_order_id, currency, amount, what)
                    VALUES ($1, $2, $3::finding_kind, $4, $5, $6, $7, $8, $9)
                    ON CONFLICT (finding_key, raised_at) DO NOTHING
                    """,
                    f.Key, At(e.AtMs), Word(f.Kind), f.Symbol?.Text, f.ClientOrderId, f.OrderId, f.Currency, f.Currency is null ? null : f.Amount, f.What);
                break;
            case FindingCleared c:
                Add(
                    "UPDATE account_findings SET cleared_at = greatest($2, raised_at) WHERE finding_key = $1 AND cleared_at IS NULL",
                    c.Key, At(c.AtMs));
                break;
        }
    }

    /// <summary>An order that was taken over has a row already when it was settled here before.</summary>
    private void Adopted(PairState state, OrderAdopted a)
    {
        if (state.Find(a.Intended.Spec.ClientOrderId) is { Intended: var known } && known.AtMs != a.AtMs)
            return;
        Intent(state, a.Intended);
    }

    private static string Word(FindingKind kind) => kind switch
    {
        FindingKind.ForeignOrder => "foreign_order",
        FindingKind.ForeignTrade => "foreign_trade",
        FindingKind.Ghost => "ghost",
        FindingKind.JournalRollback => "journal_rollback",
        FindingKind.AnotherDeployment => "another_deployment",
        FindingKind.FillMissing => "fill_missing",
        FindingKind.StopMissing => "stop_missing",
        _ => "unexplained",
    };
}
