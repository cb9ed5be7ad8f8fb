using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Bot.Host.Database.Postgres;

/// <summary>
/// The server's configuration files. They are written anew at every start, so an edit of them does not last; <c>local.conf</c> beside them
/// does.
/// </summary>
internal static class ServerConfiguration
{
    // Below the range that the kernel takes for outgoing connections, which would make a kept port a matter of luck.
    private const int LowestPort = 20_000;
    private const int HighestPort = 29_999;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes the configuration for this start.</summary>
    public static async Task WriteAsync(ServerFolders folders, PrivatePostgresOptions options, int port, CancellationToken cancellation)
    {
        // The data folder is closed to others, so these files need no rights of their own; the server's user has to read them.
        await PrivateFile.WriteAsync(Path.Combine(folders.Data, "postgresql.conf"), Settings(folders, options, port), cancellation, Readable);
        await PrivateFile.WriteAsync(Path.Combine(folders.Data, "pg_hba.conf"), Access, cancellation, Readable);
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(LowestPort, HighestPort + 1);
            if (IsFree(port))
                return port;
        }
        throw new DatabaseSetupException("No free port was found for the database.",
            $"Close something that listens on 127.0.0.1 between {LowestPort} and {HighestPort}.");
    }

    /// <summary>True when nobody listens on the port now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private const string Access =
        """
        # Written at every start of the bot.
        local all all                scram-sha-256
        host  all all 127.0.0.1/32   scram-sha-256

        """;

    private static string Settings(ServerFolders folders, PrivatePostgresOptions options, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # Written at every start of the bot. Settings of your own belong into local.conf beside this file;
        # those below the line are part of the bot's promises and win over it.
        shared_buffers = {options.SharedBuffersMegabytes}MB
        log_min_messages = warning
        log_line_prefix = '%m [%p] %u@%d '
        idle_in_transaction_session_timeout = 5min
        include_if_exists = 'local.conf'

        # ---------------------------------------------------------------------------------------------
        listen_addresses = '127.0.0.1'
        port = {port}
        unix_socket_directories = '{folders.UsableSocket ?? ""}'
        max_connections = {options.MaxConnections}
        password_encryption = scram-sha-256
        # An acknowledged event is on the disk (RELIABILITY.md, finding 11), and the time of its commit can be proven.
        fsync = on
        full_page_writes = on
        synchronous_commit = on
        track_commit_timestamp = on
        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'
        # A week of logs, one file a weekday.
        logging_collector = on
        log_directory = '{folders.Log.Replace("'", "''", StringComparison.Ordinal)}'
        log_filename = 'postgres-%a.log'
        log_rotation_age = 1d
        log_rotation_size = 0
        log_truncate_on_rotation = on
        log_connections = off
        log_statement = none

        """);
}
