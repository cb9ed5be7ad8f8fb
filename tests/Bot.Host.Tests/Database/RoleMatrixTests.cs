using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Database;

/// <summary>Every statement on every table as every role: what is not granted is refused with 42501, what is granted is not (RELIABILITY.md S12).</summary>
public sealed class RoleMatrixTests(RoleMatrixTests.Database fixture) : IClassFixture<RoleMatrixTests.Database>
{
    private static readonly string[] Statements = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "DROP", "ALTER", "INDEX", "TRIGGER", "REFERENCES"];

    // What the application may do to a table beyond reading it. Nobody may do more; readers may do nothing of this.
    private static readonly Dictionary<string, string[]> Granted = new()
    {
        ["account_findings"] = ["INSERT", "UPDATE"],
        ["account_sweeps"] = ["INSERT", "UPDATE"],
        ["audit"] = ["INSERT"],
        ["balance_checks"] = ["INSERT", "UPDATE"],
        ["candle_holes"] = ["INSERT", "UPDATE", "DELETE"],
        ["candles"] = ["INSERT", "UPDATE"],
        ["configuration"] = ["INSERT"],
        ["control_trips"] = ["INSERT", "UPDATE", "DELETE"],
        ["deployment"] = ["INSERT"],
        ["equity"] = ["INSERT", "UPDATE"],
        ["external_movements"] = ["INSERT"],
        ["fills"] = ["INSERT", "UPDATE"],
        ["holdings"] = [],
        ["instance"] = ["INSERT", "UPDATE"],
        ["journal"] = ["INSERT"],
        ["leases"] = ["INSERT", "UPDATE", "DELETE"],
        ["operator_commands"] = ["INSERT", "UPDATE"],
        ["order_explanations"] = [],
        ["orders"] = ["INSERT", "UPDATE"],
        ["positions"] = ["INSERT", "UPDATE"],
        ["projection_progress"] = ["INSERT", "UPDATE"],
        ["risk_state"] = ["INSERT", "UPDATE"],
        ["schema_migrations"] = [],
        ["selected_pairs"] = ["INSERT", "DELETE"],
        ["selections"] = ["INSERT", "DELETE"],
        ["sharding_journal"] = ["INSERT", "UPDATE", "DELETE"],
        ["sharding_snapshot"] = ["INSERT", "UPDATE", "DELETE"],
        ["sharding_tags"] = ["INSERT", "UPDATE", "DELETE"],
        ["snapshot"] = ["INSERT", "UPDATE", "DELETE"],
        ["symbols"] = ["INSERT", "UPDATE"],
        ["tags"] = ["INSERT"],
        ["trades"] = ["INSERT", "UPDATE"],
        ["trading_pairs"] = ["INSERT", "UPDATE"],
    };

    public static TheoryData<DatabaseRole, string> Roles()
    {
        var data = new TheoryData<DatabaseRole, string>();
        foreach (var table in Granted.Keys)
        {
            data.Add(DatabaseRole.App, table);
            data.Add(DatabaseRole.ReadOnly, table);
        }
        return data;
    }

    [Fact]
    public async Task The_matrix_names_every_table_and_view()
    {
        await using var connection = await fixture.Test.OpenAsync(DatabaseRole.Owner);
        await using var command = new NpgsqlCommand(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition ORDER BY 1", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var there = new List<string>();
        while (await reader.ReadAsync())
            there.Add(reader.GetString(0));
        Assert.Equal(Granted.Keys.Order(StringComparer.Ordinal), there);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_can_do_what_is_granted_and_nothing_else(DatabaseRole role, string table)
    {
        await using var connection = await fixture.Test.OpenAsync(role);
        await TryAsync(connection, "SET default_transaction_read_only = off");
        var (insertable, updatable) = Columns(table);
        foreach (var statement in Statements)
        {
            var sql = statement switch
            {
                "SELECT" => $"SELECT * FROM {table} LIMIT 0",
                "INSERT" => $"INSERT INTO {table} ({insertable}) SELECT {insertable} FROM {table} WHERE false",
                "UPDATE" => $"UPDATE {table} SET {updatable} = {updatable} WHERE false",
                "DELETE" => $"DELETE FROM {table} WHERE false",
                "TRUNCATE" => $"TRUNCATE {table}",
                "DROP" => $"DROP {Kind(table)} {table}",
                "ALTER" => $"ALTER {Kind(table)} {table} RENAME TO gone",
                "INDEX" => $"CREATE INDEX ON {table} ({updatable})",
                "TRIGGER" => $"CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_change()",
                _ => $"CREATE TABLE theirs ({updatable} text REFERENCES {table})",
            };
            var allowed = statement == "SELECT" || (role == DatabaseRole.App && Granted[table].Contains(statement));
            var state = await TryAsync(connection, sql);
            if (allowed)
                Assert.True(state is null, $"{role} may not {sql}: {state}");
            else
                Assert.True(IsRefused(state, Kind(table) == "VIEW"), $"{role} was not refused {sql}: {state ?? "it worked"}");
        }
    }

    [Theory]
    [InlineData("CREATE TABLE theirs ()")]
    [InlineData("CREATE VIEW theirs AS SELECT 1")]
    [InlineData("CREATE SEQUENCE theirs")]
    [InlineData("CREATE TYPE theirs AS ENUM ('a')")]
    [InlineData("CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("CREATE SCHEMA theirs")]
    [InlineData("CREATE EXTENSION pg_trgm")]
    [InlineData("CREATE ROLE theirs")]
    [InlineData("CREATE DATABASE theirs")]
    [InlineData("ALTER ROLE bot_owner PASSWORD 'x'")]
    [InlineData("ALTER ROLE bot_app SUPERUSER")]
    [InlineData("ALTER SYSTEM SET fsync = off")]
    [InlineData("GRANT bot_owner TO bot_app_login")]
    [InlineData("SET ROLE bot_owner")]
    [InlineData("SET SESSION AUTHORIZATION bot_owner")]
    [InlineData("COPY journal TO PROGRAM 'cat'")]
    [InlineData("COPY configuration FROM '/etc/passwd'")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bot_owner'")]
    [InlineData("DROP FUNCTION drop_candle_partitions(timestamptz)")]
    [InlineData("ALTER FUNCTION ensure_candle_partition(timestamptz) SECURITY INVOKER")]
    [InlineData("ALTER TABLE audit DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE candles DETACH PARTITION candles_2025_01")]
    [InlineData("DROP TABLE candles_2025_01")]
    [InlineData("INSERT INTO candles_2025_01 SELECT * FROM candles_2025_01")]
    [InlineData("DELETE FROM candles_2025_01")]
    [InlineData("UPDATE audit SET hash = hash")]
    [InlineData("UPDATE symbols SET symbol = symbol")]
    [InlineData("INSERT INTO symbols (symbol_id, symbol, base_currency, quote_currency) OVERRIDING SYSTEM VALUE VALUES (1, 'A-BC', 'A', 'BC')")]
    [InlineData("UPDATE account_findings SET what = what")]
    [InlineData("INSERT INTO deployment (code, account_hash, only_one) VALUES ('aaaaaa', repeat('0', 64), true)")]
    [InlineData("INSERT INTO audit (id, actor, command_id, command) VALUES (7, 'a', 'b', 'c')")]
    [InlineData("INSERT INTO audit (at, actor, command_id, command) VALUES (now(), 'a', 'b', 'c')")]
    [InlineData("INSERT INTO audit (actor, command_id, command, hash) VALUES ('a', 'b', 'c', repeat('0', 64))")]
    public async Task No_role_but_the_owner_gets_around_its_grants(string sql)
    {
        foreach (var role in new[] { DatabaseRole.App, DatabaseRole.ReadOnly })
        {
            await using var connection = await fixture.Test.OpenAsync(role);
            await TryAsync(connection, "SET default_transaction_read_only = off");
            var state = await TryAsync(connection, sql);
            // pg_terminate_backend finds nobody to end when the owner is not connected; then there is nothing to refuse.
            if (state is not null || !sql.Contains("pg_terminate_backend", StringComparison.Ordinal))
                Assert.True(IsRefused(state), $"{role} was not refused {sql}: {state ?? "it worked"}");
        }
    }

    [Fact]
    public async Task A_role_cannot_grant_itself_more()
    {
        // Postgres answers this with a warning rather than an error, so what counts is the right afterwards.
        await using var app = await fixture.Test.OpenAsync(DatabaseRole.App);
        await TryAsync(app, "GRANT ALL ON ALL TABLES IN SCHEMA public TO bot_app");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(app, "DELETE FROM journal WHERE false"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(app, "UPDATE journal SET created = created WHERE false"));
    }

    [Fact]
    public async Task Only_the_application_may_make_and_drop_partitions()
    {
        await using var app = await fixture.Test.OpenAsync(DatabaseRole.App);
        await using var readOnly = await fixture.Test.OpenAsync(DatabaseRole.ReadOnly);
        await TryAsync(readOnly, "SET default_transaction_read_only = off");
        Assert.Null(await TryAsync(app, "SELECT ensure_candle_partition('2025-01-01Z')"));
        Assert.Null(await TryAsync(app, "SELECT drop_candle_partitions('2009-01-01Z')"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(readOnly, "SELECT ensure_candle_partition('2025-01-01Z')"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await TryAsync(readOnly, "SELECT drop_candle_partitions('2009-01-01Z')"));
    }

    [Fact]
    public async Task Functions_that_run_as_the_owner_do_not_look_where_a_caller_can_put_things()
    {
        await using var connection = await fixture.Test.OpenAsync(DatabaseRole.Owner);
        await using var command = new NpgsqlCommand(
            """
            SELECT string_agg(proname::text, ', ') FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND prosecdef
              AND (NOT coalesce(proconfig::text LIKE '%search_path=pg_catalog, public, pg_temp%', false)
                   OR has_function_privilege('bot_ro', oid, 'EXECUTE')
                   OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))
            """, connection);
        Assert.Equal(DBNull.Value, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_stranger_sees_nothing()
    {
        await fixture.Test.ExecuteAsAdminAsync(
            "DO $$ BEGIN CREATE ROLE stranger_in_tests; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
        await using var connection = new NpgsqlConnection(fixture.Test.Admin);
        await connection.OpenAsync();
        Assert.Null(await TryAsync(connection, "SET ROLE stranger_in_tests"));
        foreach (var table in Granted.Keys)
            Assert.True(IsRefused(await TryAsync(connection, $"SELECT * FROM public.{table} LIMIT 0")), table);
    }

    // Column grants: the statement has to name columns that the role has been given, or it proves nothing.
    private static (string Insert, string Update) Columns(string table) => table switch
    {
        "account_findings" => ("what", "cleared_at"),
        "audit" => ("actor", "actor"),
        "journal" or "sharding_journal" => ("created", "created"),
        "operator_commands" => ("id", "outcome"),
        "order_explanations" => ("what", "what"),
        "schema_migrations" => ("name", "name"),
        "selections" => ("at", "at"),
        "symbols" => ("symbol", "base_currency"),
        _ => Same(table switch
        {
            "account_sweeps" => "account",
            "balance_checks" => "total",
            "candle_holes" => "reason",
            "candles" => "close",
            "configuration" => "version",
            "control_trips" => "control",
            "deployment" => "code",
            "equity" => "cash",
            "external_movements" => "reason",
            "fills" or "orders" => "price",
            "holdings" => "symbol",
            "instance" => "node",
            "leases" => "owner",
            "positions" => "cost",
            "projection_progress" or "snapshot" or "sharding_snapshot" => "persistence_id",
            "risk_state" => "reason",
            "selected_pairs" => "score",
            "tags" or "sharding_tags" => "tag",
            "trades" => "fees",
            _ => "status",
        }),
    };

    private static (string Insert, string Update) Same(string column) => (column, column);

    private static string Kind(string table) => table is "holdings" or "order_explanations" ? "VIEW" : "TABLE";

    // 42501 it is. Only a view forbids some statements by its kind, before any right is looked at.
    private static bool IsRefused(string? state, bool isView = false) =>
        state is PostgresErrorCodes.InsufficientPrivilege
        || (isView && state is PostgresErrorCodes.WrongObjectType or PostgresErrorCodes.ObjectNotInPrerequisiteState);

    private static async Task<string?> TryAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
#pragma warning disable CA2100 // Statements written in this test.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    public sealed class Database : IAsyncLifetime
    {
        public TestDatabase Test { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Test = await TestPostgres.CreateDatabaseAsync();
            await Test.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2025-01-01Z')");
        }

        public async Task DisposeAsync() => await Test.DisposeAsync();
    }
}
