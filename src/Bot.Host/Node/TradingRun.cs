using System.Net.Sockets;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Commands;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Logging;
using Bot.Host.Terminal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>From an open database and an exchange to the end of a run: the part that demo, paper, live and node have in common.</summary>
internal static class TradingRun
{
    /// <summary>Starts a node on an open database, shows it, sums it up and stops it.</summary>
    /// <remarks>What runs <paramref name="beside"/> the node is cancelled at its end.</remarks>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        LoadedConfiguration configuration,
        BotDatabase database,
        KucoinCredentials credentials,
        string? lockstepAccount,
        RunOptions run,
        RunScreen screen,
        BotLogging logs,
        TextWriter output,
        TextWriter error,
        CancellationToken cancel,
        Func<BotNode, CancellationToken, Task>? beside = null)
    {
        await RequirePromisesAsync(database.App, error, cancel).ConfigureAwait(false);
        RequireFreePort(configuration.Bot.Node);
        await using var instance = await InstanceLock.TakeAsync(
            database.App, configuration.Bot.Node.Seeds, logs.Factory.CreateLogger<InstanceLock>(), cancel).ConfigureAwait(false);
        var node = await BotNode.StartAsync(
            new BotNodeOptions
            {
                Configuration = configuration,
                Credentials = credentials,
                ConnectionString = database.PooledConnectionString,
                Database = database.App,
                LockstepAccount = lockstepAccount,
            },
            logs.Factory,
            cancel).ConfigureAwait(false);
        _ = instance.Lost.ContinueWith(
            lost => node.GiveUp(lost.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = beside?.Invoke(node, ended.Token) ?? Task.CompletedTask;
        try
        {
            var code = await new RunSession(node, database.App, run, output).RunAsync(screen, cancel).ConfigureAwait(false);
            if (code == CommandRunner.NodeLost)
                await SayLostAsync(await node.Lost.ConfigureAwait(false), logs, error).ConfigureAwait(false);
            return code;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task SayLostAsync(string reason, BotLogging logs, TextWriter error)
    {
        var text = $"ALERT this node was removed from its cluster ({reason}): its actors are gone, and with them every way to send an order. It ends with exit code {CommandRunner.NodeLost}; start it again.";
        logs.Factory.CreateLogger("Bot.Host").LogCritical("{Text}", text);
        await error.WriteLineAsync(text).ConfigureAwait(false);
    }

    /// <summary>The settings of the database that the promises rest on are looked at, not believed.</summary>
    private static async Task RequirePromisesAsync(NpgsqlDataSource database, TextWriter error, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var report = await PromiseSettings.CheckAsync(connection, cancel).ConfigureAwait(false);
        foreach (var warning in report.Warnings)
            await error.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
        if (report.Faults.Count > 0)
            throw new CommandException($"This database must not be traded on:{Environment.NewLine}{string.Join(Environment.NewLine, report.Faults.Select(f => $"  - {f}"))}");
    }

    /// <summary>A taken port would end the actor system with a stack trace; a person wants the port's number.</summary>
    private static void RequireFreePort(NodeSection node)
    {
        var port = node.ListenPort ?? node.Port;
        if (port == 0)
            return;
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Any, port));
        }
        catch (SocketException e)
        {
            throw new CommandException($"Port {port} of the node is taken by another program: set another one (node.port, node.listenPort), or 0 for any free one.", e);
        }
    }
}
