using Bot.Actors.Projector;
using Bot.Actors.Reconciler;
using Bot.Exchange;
using Bot.Host.Commands;
using Bot.Host.Configuration;
using Bot.Trading.Machines;
using Bot.Trading.Reconciliation;
using Dapper;
using Npgsql;

namespace Bot.Host.Checks;

/// <summary>Whether account and journals agree.</summary>
/// <param name="Deployment">Six characters that name the deployment.</param>
/// <param name="SweptAt">When the last sweep began; null before the first.</param>
/// <param name="FullAt">When the last one began that asked for executions and balances too.</param>
/// <param name="Watermark">When the last full one began in which every list answered.</param>
/// <param name="Failures">Lists that did not answer.</param>
/// <param name="Balances">Every balance against the books.</param>
/// <param name="Movements">Money moved by other hands, newest first, at most fifty.</param>
/// <param name="Findings">What does not fit and stands.</param>
internal sealed record ReconcileReport(
    string Deployment,
    DateTime? SweptAt,
    DateTime? FullAt,
    DateTime? Watermark,
    IReadOnlyList<string> Failures,
    IReadOnlyList<ReportedBalance> Balances,
    IReadOnlyList<ReportedMovement> Movements,
    IReadOnlyList<ReportedFinding> Findings)
{
    /// <summary>True when there was a sweep and nothing stands.</summary>
    public bool Agrees => SweptAt is not null && Findings.Count == 0;
}

/// <summary>A balance against the books.</summary>
internal sealed record ReportedBalance(string Currency, decimal Total, decimal Booked, decimal Difference, DateTime AskedAt);

/// <summary>A movement by other hands.</summary>
internal sealed record ReportedMovement(DateTime At, string Currency, decimal Amount, string Reason);

/// <summary>Something that does not fit.</summary>
internal sealed record ReportedFinding(string Kind, string? Symbol, string What, DateTime? Since);

/// <summary>Makes the report: from the tables of a bot, or by a look at the account.</summary>
internal static class AccountReport
{
    /// <summary>Between two looks at what differed, ms: what is on its way has arrived by then.</summary>
    private const int PauseMs = 5_000;

    /// <summary>What the bot's last sweep saw.</summary>
    public static async Task<ReconcileReport> LastAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var sweep = await connection.QuerySingleOrDefaultAsync<(DateTime Began, DateTime? Full, string[] Failures, DateTime? Watermark)?>(new CommandDefinition(
            "SELECT began_at, full_at, failures, watermark FROM account_sweeps ORDER BY began_at DESC LIMIT 1", cancellationToken: cancel)).ConfigureAwait(false);
        var balances = await connection.QueryAsync<ReportedBalance>(new CommandDefinition(
            "SELECT currency, total, booked, difference, asked_at AS askedAt FROM balance_checks ORDER BY currency", cancellationToken: cancel)).ConfigureAwait(false);
        var findings = await connection.QueryAsync<ReportedFinding>(new CommandDefinition(
            "SELECT kind::text AS kind, symbol, what, raised_at AS since FROM account_findings WHERE cleared_at IS NULL ORDER BY raised_at, finding_key",
            cancellationToken: cancel)).ConfigureAwait(false);
        return new ReconcileReport(
            await DeploymentAsync(connection, cancel).ConfigureAwait(false), sweep?.Began, sweep?.Full, sweep?.Watermark, sweep?.Failures ?? [], [.. balances],
            await MovementsAsync(connection, cancel).ConfigureAwait(false), [.. findings]);
    }

    /// <summary>What the account shows now, held against the journals. Reads only; what differs is looked at twice.</summary>
    public static async Task<ReconcileReport> NowAsync(
        IExchange exchange, Func<long> nowMs, NpgsqlDataSource database, BotConfiguration configuration, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var deployment = await DeploymentAsync(connection, cancel).ConfigureAwait(false);
        var state = new ReconcilerState();
        foreach (var row in await new JournalReader(database).ReadStreamAsync(ReconcilerActor.PersistenceIdOf(deployment), 0, long.MaxValue, cancel).ConfigureAwait(false))
            state.Apply((ReconcilerEvent)row.Entry.Event);
        var settings = new ReconcilerSettings { ReadLagMarginMs = configuration.Orders.ReadLagMarginMs, Tolerance = configuration.Reconciliation.Tolerance };
        var sweeper = new AccountSweeper(exchange);
        var journals = new JournalKnowledge(database);
        var memory = new ReconcilerMemory { RunningSinceMs = nowMs() };
        var sink = new Sink<ReconcilerEvent, ReconcilerEffect>();
        AccountSweep sweep;
        for (var look = 1; ; look++)
        {
            await journals.ReadAsync(cancel).ConfigureAwait(false);
            var now = nowMs();
            var since = Math.Max((state.WatermarkMs > 0 ? state.WatermarkMs : now) - settings.HistoryMs, now - 6L * 86_400_000);
            sweep = await sweeper.SweepAsync(
                new SweepPlan(now, true, since, [.. journals.Known.Pairs.Values.Where(p => p.Sequence > 0).Select(p => p.Symbol)]), cancel).ConfigureAwait(false);
            await journals.ReadAsync(cancel).ConfigureAwait(false);
            await journals.RelateAsync(sweep, cancel).ConfigureAwait(false);
            sink.Clear();
            ReconcilerDecider.Decide(state, memory, journals.Known, sweep, new ReconcilerContext(nowMs(), deployment, settings), sink);
            foreach (var e in sink.Events)
                state.Apply(e);
            if (look > 1 || (state.Findings.Count == 0 && memory.Checks.Values.All(c => Math.Abs(c.Difference) <= settings.Tolerance)))
                break;
            await Task.Delay(PauseMs, cancel).ConfigureAwait(false);
        }
        var findings = state.Findings.Values.Select(f => new ReportedFinding(f.Kind.ToString(), f.Symbol?.Text, f.What, null)).ToList();
        findings.AddRange(memory.Checks.Values
            .Where(c => Math.Abs(c.Difference) > settings.Tolerance && !state.Findings.ContainsKey($"unexplained:{c.Currency}"))
            .Select(c => new ReportedFinding(nameof(FindingKind.Unexplained), null, $"the balance of {c.Currency} differs from the books by {c.Difference}", null)));
        return new ReconcileReport(
            deployment, At(sweep.BeganAtMs), At(sweep.BeganAtMs), sweep.IsComplete() ? At(sweep.BeganAtMs) : null, sweep.Failures,
            [.. memory.Checks.Values.Select(c => new ReportedBalance(c.Currency, c.Total, c.Booked, c.Difference, At(c.AskedAtMs)))],
            await MovementsAsync(connection, cancel).ConfigureAwait(false), findings);
    }

    private static async Task<string> DeploymentAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT code FROM deployment", cancellationToken: cancel)).ConfigureAwait(false)
            ?? throw new CommandException("This database has no deployment yet: nothing was ever traded on it.");

    private static async Task<IReadOnlyList<ReportedMovement>> MovementsAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        [.. await connection.QueryAsync<ReportedMovement>(new CommandDefinition(
            "SELECT moved_at AS at, currency, amount, reason FROM external_movements ORDER BY moved_at DESC, ledger_id DESC LIMIT 50",
            cancellationToken: cancel)).ConfigureAwait(false)];

    private static DateTime At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;
}
