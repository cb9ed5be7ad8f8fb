using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Microsoft.Extensions.Configuration;

namespace Bot.Host.Tests.Database;

public sealed class DatabaseOptionsTests
{
    [Fact]
    public void Without_settings_the_database_is_private_and_everything_has_a_default()
    {
        var options = From([]);
        Assert.True(options.IsPrivate);
        Assert.Equal(new DatabaseOptions(), options);
        Assert.Empty(options.Faults());
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var options = From(new()
        {
            ["connectionStringFile"] = "/run/secrets/db", ["ownerConnectionStringFile"] = "/run/secrets/owner", ["readOnlyConnectionStringFile"] = "/run/secrets/ro",
            ["migrateAtStart"] = "false", ["minPoolSize"] = "2", ["maxPoolSize"] = "3", ["idleLifetimeSeconds"] = "4", ["connectTimeoutSeconds"] = "5",
            ["commandTimeoutSeconds"] = "6", ["keepAliveSeconds"] = "7", ["healthTimeoutSeconds"] = "8", ["binFolder"] = "/opt/pg",
        });
        Assert.False(options.IsPrivate);
        Assert.Equal(
            new DatabaseOptions
            {
                ConnectionStringFile = "/run/secrets/db", OwnerConnectionStringFile = "/run/secrets/owner", ReadOnlyConnectionStringFile = "/run/secrets/ro",
                MigrateAtStart = false, MinPoolSize = 2, MaxPoolSize = 3, IdleLifetimeSeconds = 4, ConnectTimeoutSeconds = 5,
                CommandTimeoutSeconds = 6, KeepAliveSeconds = 7, HealthTimeoutSeconds = 8, BinFolder = "/opt/pg",
            },
            options);
        var own = From(new() { ["port"] = "5555", ["keepRunning"] = "true" });
        Assert.Equal((5555, true), (own.Port, own.KeepRunning));
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var e = Assert.Throws<DatabaseSetupException>(() => From(new()
        {
            ["connectionString"] = "Host=db", ["connectionStringFile"] = "f", ["minPoolSize"] = "20", ["maxPoolSize"] = "10", ["commandTimeoutSeconds"] = "soon",
            ["keepAliveSeconds"] = "-1", ["migrateAtStart"] = "maybe", ["maxPolSize"] = "5", ["port"] = "80",
        }));
        foreach (var part in new[]
        {
            "both set", "minPoolSize (20) is above maxPoolSize (10)", "commandTimeoutSeconds is 'soon'", "keepAliveSeconds is -1", "migrateAtStart is 'maybe'",
            "'maxPolSize' is no setting", "port is 80", "port and keepRunning are for a private server",
        })
            Assert.Contains(part, e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_owner_alone_would_be_ignored_and_is_refused()
    {
        var e = Assert.Throws<DatabaseSetupException>(() => From(new() { ["ownerConnectionStringFile"] = "f" }));
        Assert.Contains("need connectionString", e.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Username=me;Password=canary-1;Database=bot")]
    [InlineData("Host=db;User ID=me;pwd=canary-1;Database=bot;SSL Password=canary-2")]
    [InlineData("Host=db;Username=me;Password='can\"ary;-1';Database=bot")]
    [InlineData("Host=db;Username=me;Password=canary-1;Nonsense=canary-3")]
    public void Nothing_prints_a_secret(string text)
    {
        var printed = new List<string> { DatabaseConnections.Redact(text), new DatabaseOptions { ConnectionString = text }.ToString() };
        try
        {
            printed.Add(new DatabaseConnections(text, text, text).ToString());
        }
        catch (DatabaseSetupException e)
        {
            printed.Add(e.ToString());
        }
        Assert.All(printed, p => Assert.DoesNotContain("canary", p, StringComparison.Ordinal));
        Assert.All(printed, p => Assert.DoesNotContain("can\"ary", p, StringComparison.Ordinal));
    }

    [Fact]
    public void Sessions_count_in_UTC_and_errors_keep_the_values_of_rows_to_themselves()
    {
        var connections = new DatabaseConnections("Host=a;Timezone=Asia/Tokyo", "Host=b;Include Error Detail=true", "Host=c");
        Assert.Contains("Timezone=UTC", connections.Owner, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Detail=True", connections.App, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Database=other", connections.WithDatabase("other").ReadOnly, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_on_the_command_line_is_refused_and_not_repeated()
    {
        var e = Assert.Throws<DatabaseSetupException>(() => DatabaseOption.Apply("Host=db;Username=me;Password=canary-1", new DatabaseOptions()));
        Assert.Contains("--db FILE", e.WhatToDo, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", e.ToString(), StringComparison.Ordinal);
        Assert.Throws<DatabaseSetupException>(() => DatabaseOption.Apply("nonsense=1", new DatabaseOptions()));
    }

    [Fact]
    public void The_command_line_names_a_server_or_a_file_that_does()
    {
        var asked = new DatabaseOptions { Port = 5555, MaxPoolSize = 3 };
        Assert.Equal("Host=db;Passfile=p", DatabaseOption.Apply("Host=db;Passfile=p", asked).ConnectionString);
        var file = DatabaseOption.Apply("/run/secrets/db", asked);
        Assert.Equal(("/run/secrets/db", 3), (file.ConnectionStringFile, file.MaxPoolSize));
        Assert.Empty(file.Faults());
        Assert.Same(asked, DatabaseOption.Apply(null, asked));
    }

    private static DatabaseOptions From(Dictionary<string, string?> settings) =>
        DatabaseOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => $"database:{s.Key}", s => s.Value)).Build().GetSection("database"));
}
