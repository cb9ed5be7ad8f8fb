using System.CommandLine;
using Bot.Host.Database;
using Bot.Trading.Risk.Controls;
using Npgsql;
using Symbol = Bot.Trading.Market.Symbol;

namespace Bot.Host.Commands;

/// <summary>Options and names that the operator's commands have in common.</summary>
internal static class OperatorOptions
{
    /// <summary>Who gives the command: the user of this machine.</summary>
    public static string Actor => Environment.UserName is { Length: > 0 } user ? user : "operator";

    /// <summary>Where it came from.</summary>
    public static string Session => $"cli {Environment.MachineName} {Environment.ProcessId}";

    public static Option<Symbol?> Symbol(string what) => new("--symbol")
    {
        Description = what,
        HelpName = "PAIR",
        CustomParser = r => SharedOptions.Parse<Symbol?>(r, text => Trading.Market.Symbol.Parse(text)),
    };

    public static Option<string?> Reason() => new("--reason") { Description = "Why; kept in the audit", HelpName = "TEXT" };

    public static Option<string?> Database() => new("--database")
    {
        Description = "Name of the database on the private server: paper for the paper account, demo for the demo", HelpName = "NAME",
    };
}

/// <summary>What the kill switch says where, and what was reached.</summary>
internal sealed class SwitchReport
{
    public List<string> Reached { get; } = [];

    public List<string> Faults { get; } = [];

    public List<(string Where, SwitchEntry Entry)> Words { get; } = [];

    public void Add(string where, SwitchBoard board) => Words.AddRange(board.Entries.Select(e => (where, e)));
}

/// <summary>
/// The database of a command that must work without it: a given server, or the private one when it runs. It is never started for this, and
/// not waited for.
/// </summary>
internal sealed class OperatorDatabase : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string? _why;
    private readonly NpgsqlDataSource? _source;

    private OperatorDatabase(NpgsqlDataSource? source, string? why) => (_source, _why) = (source, why);

    /// <summary>Looks for the database.</summary>
    public static async Task<OperatorDatabase> ReachAsync(DatabaseOptions options, string? name, CancellationToken cancel)
    {
        try
        {
            DatabaseConnections connections;
            if (options.IsPrivate)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                patience.CancelAfter(Patience);
                var server = await PrivatePostgres.TryVisitAsync(BotDatabase.PrivateOptions(options, BotFolders.Data), patience.Token);
                if (server is null)
                    return new OperatorDatabase(null, "the private server does not run");
                connections = server.Connections;
                await server.DisposeAsync();
            }
            else
            {
                connections = await BotDatabase.GivenAsync(options, cancel);
            }
            if (name is not null)
                connections = connections.WithDatabase(name);
            var quick = options with { ConnectTimeoutSeconds = (int)Patience.TotalSeconds, CommandTimeoutSeconds = (int)Patience.TotalSeconds, MinPoolSize = 0 };
            return new OperatorDatabase(BotDatabase.DataSource(connections.App, quick), null);
        }
        catch (Exception e) when (e is DatabaseSetupException or NpgsqlException or TimeoutException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new OperatorDatabase(null, e.Message);
        }
    }

    /// <summary>Does something with the rows, and says in the report whether they were reached.</summary>
    public async Task<bool> TryAsync(SwitchReport report, Func<NpgsqlDataSource, Task> work)
    {
        if (_source is null)
        {
            report.Faults.Add($"the database was not reached: {_why}");
            return false;
        }
        try
        {
            await work(_source);
            report.Reached.Add("row");
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            report.Faults.Add("the database has no kill switch yet: apply the migrations (bot db migrate), or name another database");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            report.Faults.Add($"the database was not reached: {e.Message}");
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
    }
}
