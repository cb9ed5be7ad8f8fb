namespace Bot.Host.Database;

/// <summary>How a private server is started. Every setting but the folder has a working default.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The bot's data folder, normally <c>.data</c> of the clone. The server lies in its folder <c>postgres</c>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where the server lies when root starts it and its own user cannot reach <see cref="DataFolder"/>.</summary>
    public string StateFolder { get; init; } = "/var/lib";

    /// <summary>The folder of the Postgres programs; null searches the machine.</summary>
    public string? BinFolder { get; init; }

    /// <summary>A fixed port; null chooses a free one at the first start and keeps it while it is free.</summary>
    public int? Port { get; init; }

    /// <summary>How many connections the server takes.</summary>
    public int MaxConnections { get; init; } = 60;

    /// <summary>The server's page cache, megabytes.</summary>
    public int SharedBuffersMegabytes { get; init; } = 128;

    /// <summary>How long a start may take; recovery after a crash counts.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a stop may take.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Leave the server running when the bot ends.</summary>
    public bool KeepRunning { get; init; }
}
