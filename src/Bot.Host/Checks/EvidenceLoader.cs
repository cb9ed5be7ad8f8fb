using System.Net.Http.Json;
using System.Text.Json;
using Bot.Actors.Persistence;
using Bot.Exchange.Simulator;
using Bot.Host.Commands;
using Bot.Trading.Checking;
using Bot.Trading.Orders;
using Dapper;
using Npgsql;

namespace Bot.Host.Checks;

/// <summary>Gathers the evidence of a check: the simulator's ledger, the journal with its commit times, the read tables. It asks no bot.</summary>
internal static class EvidenceLoader
{
    /// <summary>Reads the ledger first and the journal after it, so that what the ledger shows has had its time to be written down.</summary>
    /// <param name="simulator">Base address of the simulator.</param>
    /// <param name="account">Key of its account.</param>
    /// <param name="connectionString">A login that may read.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Evidence> LoadAsync(Uri simulator, string account, string connectionString, CancellationToken cancel)
    {
        var (ledger, isOnWallClock) = await LedgerAsync(simulator, account, cancel).ConfigureAwait(false);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancel).ConfigureAwait(false);

        // One snapshot for journal and read tables: they are compared with each other.
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel).ConfigureAwait(false);
        var journal = await JournalAsync(connection, cancel).ConfigureAwait(false);
        return new Evidence
        {
            Deployment = Deployment(journal),
            Journal = journal,
            Orders = [.. ledger.Orders.Select(o => new VenueOrder(
                o.ClientOid, o.OrderId, o.Symbol, o.Size, o.DealSize, o.CancelledSize, o.Active, CreatedAtMs(o.CreatedAtMs, o.ReceivedWallUs), o.ReceivedWallUs))],
            Stops = [.. ledger.Stops.Select(s => new VenueStop(
                s.ClientOid, s.StopId, s.Symbol, s.Side == "buy", s.Size, s.StopPrice, Enum.Parse<VenueStopPhase>(s.Phase, ignoreCase: true),
                CreatedAtMs(s.CreatedAtMs, s.ReceivedWallUs), s.EndedAtMs, s.ChildOrderId, s.ReceivedWallUs))],
            Fills = [.. ledger.Fills.Select(f => new VenueFill(
                f.ClientOid, f.OrderId, f.TradeId, f.Symbol, f.Side == "buy", f.Price, f.Size, f.Fee, f.FeeCurrency))],
            Balances = [.. ledger.Balances.Select(b => new VenueBalance(b.Currency, b.Initial, b.Total))],
            Read = await ReadTablesAsync(connection, cancel).ConfigureAwait(false),
            HashPair = StateHash.Of,
            HashOrder = StateHash.Of,
            HashPortfolio = StateHash.Of,
        };

        // Orders are judged by the server's clock; only the prices of an accelerated market have one of their own.
        long CreatedAtMs(long marketMs, long receivedUs) => isOnWallClock && receivedUs > 0 ? receivedUs / 1000 : marketMs;
    }

    private static async Task<(Ledger Ledger, bool IsOnWallClock)> LedgerAsync(Uri simulator, string account, CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = simulator };
        try
        {
            var ledger = await http.GetFromJsonAsync($"sim/ledger?account={Uri.EscapeDataString(account)}", LedgerJson.Default.Ledger, cancel).ConfigureAwait(false)
                ?? throw new CommandException($"The simulator at {simulator} answered without a ledger.");
            using var health = JsonDocument.Parse(await http.GetStringAsync(new Uri("sim/health", UriKind.Relative), cancel).ConfigureAwait(false));
            return (ledger, health.RootElement.GetProperty("clock").GetString() == "wall");
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"The ledger of account '{account}' cannot be read from the simulator at {simulator}: {e.Message}", e);
        }
    }

    private static async Task<IReadOnlyList<JournaledEvent>> JournalAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        // The function fails where the server does not keep commit times; their absence is shown, not an error.
        var keepsCommitTimes = await connection.ExecuteScalarAsync<string>(new CommandDefinition("SHOW track_commit_timestamp", cancellationToken: cancel))
            .ConfigureAwait(false) == "on";
        var committed = keepsCommitTimes ? "(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint" : "NULL::bigint";
        var rows = await connection.QueryAsync<(string PersistenceId, long Sequence, string Manifest, byte[] Message, long? CommittedUs)>(new CommandDefinition(
            $"SELECT persistence_id, sequence_number, manifest, message, {committed} FROM journal ORDER BY persistence_id, sequence_number",
            cancellationToken: cancel)).ConfigureAwait(false);
        var events = new List<JournaledEvent>();
        var (stream, link) = ("", "");
        foreach (var row in rows)
        {
            if (row.PersistenceId != stream)
                (stream, link) = (row.PersistenceId, "");
            var entry = JournalEntry.Read(row.Message, row.Manifest);
            events.Add(new JournaledEvent(row.PersistenceId, row.Sequence, entry.Event, entry.Previous == link, row.CommittedUs));
            link = entry.Hash();
        }
        return events;
    }

    private static async Task<ReadTables> ReadTablesAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var orders = await connection.QueryAsync<(string, string, decimal)>(new CommandDefinition(
            "SELECT client_order_id, status::text, filled_quantity FROM orders", cancellationToken: cancel)).ConfigureAwait(false);
        var fills = await connection.QueryAsync<(string, long, decimal, decimal, decimal?)>(new CommandDefinition(
            "SELECT exchange_order_id, trade_id, price, quantity, fee FROM fills", cancellationToken: cancel)).ConfigureAwait(false);
        var positions = await connection.QueryAsync<(string, decimal, bool)>(new CommandDefinition(
            "SELECT s.symbol, p.quantity, p.protected FROM positions p JOIN symbols s USING (symbol_id)", cancellationToken: cancel)).ConfigureAwait(false);
        return new ReadTables(
            [.. orders.Select(o => new ReadOrder(o.Item1, o.Item2, o.Item3))],
            [.. fills.Select(f => new ReadFill(f.Item1, f.Item2, f.Item3, f.Item4, f.Item5))],
            [.. positions.Select(p => new ReadPosition(p.Item1, p.Item2, p.Item3))]);
    }

    /// <summary>The deployment that wrote the journal: the portfolio's stream is named after it.</summary>
    private static string Deployment(IReadOnlyList<JournaledEvent> journal)
    {
        var prefix = Bot.Actors.Portfolio.PortfolioActor.PersistenceIdOf("");
        var names = journal.Select(r => r.PersistenceId).Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).Select(id => id[prefix.Length..])
            .Where(ClientOrderId.IsDeployment).Distinct().ToList();
        return names.Count switch
        {
            1 => names[0],
            0 => throw new CommandException("The journal holds no deployment yet: nothing was ever traded on this database."),
            _ => throw new CommandException($"The journal holds several deployments: {string.Join(", ", names)}."),
        };
    }
}
