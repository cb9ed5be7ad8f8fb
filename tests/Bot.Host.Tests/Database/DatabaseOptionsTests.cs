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

    [Theory]
    [InlineData("Host=db;Username=me;Password=canary-1")]
    [InlineData("postgresql://me:canary-1@db/bot")]
    public void A_password_on_the_command_line_is_taken_with_a_warning_that_does_not_repeat_it(string server)
    {
        var warned = new StringWriter();
        Assert.Equal(server, DatabaseOption.Apply(server, new DatabaseOptions(), warned).ConnectionString);
        Assert.Contains("--db FILE", warned.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", warned.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense=1;Password=canary-1")]
    [InlineData("mysql://me:canary-1@db/bot")]
    [InlineData("postgresql://me:canary-1@db/bot?nonsense=1")]
    public void What_is_no_connection_string_is_refused_and_not_repeated(string server)
    {
        var e = Assert.Throws<DatabaseSetupException>(() => DatabaseOption.Apply(server, new DatabaseOptions(), TextWriter.Null));
        Assert.DoesNotContain("canary", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://me:p%40ss@db:5433/bot?sslmode=verify-full&application_name=x", "Host=db;Port=5433;Database=bot;Username=me;Password=p@ss;SSL Mode=VerifyFull;Application Name=x")]
    [InlineData("postgres://db", "Host=db")]
    [InlineData("postgresql://me@[::1]/bot", "Host=[::1];Database=bot;Username=me")]
    public void An_address_says_the_same_as_a_connection_string(string address, string expected) =>
        Assert.Equal(new DatabaseConnections(expected, expected, expected).App, new DatabaseConnections(address, address, address).App);

    [Fact]
    public void The_command_line_names_a_server_or_a_file_that_does()
    {
        var asked = new DatabaseOptions { Port = 5555, MaxPoolSize = 3 };
        var warned = new StringWriter();
        Assert.Equal("Host=db;Passfile=p", DatabaseOption.Apply("Host=db;Passfile=p", asked, warned).ConnectionString);
        var file = DatabaseOption.Apply("/run/secrets/db", asked, warned);
        Assert.Equal(("/run/secrets/db", 3), (file.ConnectionStringFile, file.MaxPoolSize));
        Assert.Empty(file.Faults());
        Assert.Same(asked, DatabaseOption.Apply(null, asked, warned));
        Assert.Equal("", warned.ToString());
    }

    private static DatabaseOptions From(Dictionary<string, string?> settings) =>
        DatabaseOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => $"database:{s.Key}", s => s.Value)).Build().GetSection("database"));
}
