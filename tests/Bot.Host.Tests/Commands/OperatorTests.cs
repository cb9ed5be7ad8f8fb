using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Bot.Host.Database;
using Bot.Testing;

namespace Bot.Host.Tests.Commands;

/// <summary>The operator's commands: kill switch, resume, review; with a database, without one, and used wrongly.</summary>
[SupportedOSPlatform("linux")]
public sealed class OperatorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-operator-").FullName;

    private string SwitchFile => Path.Combine(_folder, "kill-switch");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("'panic' is no word", "kill-switch", "panic", "--reason", "x")]
    [InlineData("Say why", "kill-switch", "halted")]
    [InlineData("Say why", "kill-switch", "active", "--reason", " ")]
    [InlineData("not both", "kill-switch", "halted", "--reason", "x", "--symbol", "BTC-USDT", "--strategy", "ema-cross")]
    [InlineData("is not a symbol", "kill-switch", "halted", "--reason", "x", "--symbol", "btc")]
    [InlineData("no name of a strategy", "kill-switch", "halted", "--reason", "x", "--strategy", "two words")]
    [InlineData("--symbol PAIR or --all", "resume", "--reason", "x")]
    [InlineData("--symbol PAIR or --all", "resume", "--reason", "x", "--all", "--symbol", "BTC-USDT")]
    [InlineData("Say why", "resume", "--all")]
    [InlineData("--days is 1", "risk", "trips", "--days", "0")]
    public async Task Wrong_use_changes_nothing_and_says_what_is_missing(string says, params string[] arguments)
    {
        var end = await BotCommand.RunAsync(_folder, arguments);
        end.Failed(2, says);
        Assert.False(File.Exists(SwitchFile));
    }

    [Fact]
    public async Task Without_a_database_the_file_stops_and_does_not_lift()
    {
        var halted = await BotCommand.RunAsync(_folder, "kill-switch", "halted", "--reason", "fire in\nthe hall", "--symbol", "BTC-USDT");
        Assert.True(halted.Code == 0, halted.Error);
        Assert.Contains("reached: file", halted.Output, StringComparison.Ordinal);
        Assert.Contains("the database was not reached", halted.Error, StringComparison.Ordinal);
        Assert.Matches("^halted BTC-USDT \\S+ fire in the hall\n$", await File.ReadAllTextAsync(SwitchFile));

        var shown = JsonNode.Parse(Last((await BotCommand.RunAsync(_folder, "kill-switch", "--json")).Output))!;
        Assert.Equal(("file", "BTC-USDT", "halted"), ((string)shown["words"]![0]!["where"]!, (string)shown["words"]![0]!["scope"]!, (string)shown["words"]![0]!["mode"]!));

        var lifted = await BotCommand.RunAsync(_folder, "kill-switch", "active", "--reason", "out", "--symbol", "BTC-USDT");
        lifted.Failed(1, "nothing was lifted", "the audit is in the database");
        Assert.True(File.Exists(SwitchFile));
        (await BotCommand.RunAsync(_folder, "resume", "--all", "--reason", "x")).Failed(1, "Nothing was resumed", "the database was not reached");
    }

    [Fact]
    public async Task When_neither_file_nor_row_is_reached_it_says_so()
    {
        var config = Path.Combine(_folder, "bot.json");
        await File.WriteAllTextAsync(config, """{ "controls": { "killSwitchFile": "/proc/nowhere/kill-switch" } }""");
        (await BotCommand.RunAsync(_folder, "kill-switch", "halted", "--reason", "x", "--config", config)).Failed(1, "cannot be written", "the database was not reached");
    }

    [Fact]
    public async Task With_a_database_file_and_row_are_set_lifted_and_audited()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        string[] server = ["--db", database.Connections.For(DatabaseRole.App)];
        var halted = await BotCommand.RunAsync(_folder, ["kill-switch", "halted", "--reason", "drill", "--json", .. server]);
        Assert.True(halted.Code == 0, halted.Error);
        Assert.Equal("""["file","row"]""", JsonNode.Parse(Last(halted.Output))!["reached"]!.ToJsonString());
        Assert.Equal("* * halted drill", await RowAsync(database));
        Assert.True(File.Exists(SwitchFile));
        var shown = await BotCommand.RunAsync(_folder, ["kill-switch", "show", .. server]);
        Assert.Contains("reached: file, row", shown.Output, StringComparison.Ordinal);
        Assert.Equal(2, shown.Output.Split("drill").Length - 1);

        Assert.Equal(0, (await BotCommand.RunAsync(_folder, ["kill-switch", "active", "--reason", "over", .. server])).Code);
        Assert.Null(await RowAsync(database));
        Assert.False(File.Exists(SwitchFile));
        Assert.Equal("kill_switch drill, kill_switch over", await database.ValueAsync<string>(
            DatabaseRole.ReadOnly, "SELECT string_agg(command || ' ' || reason, ', ' ORDER BY id) FROM audit"));
        Assert.Equal(0, await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM audit_faults()"));
        Assert.Equal(2, await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM operator_commands WHERE done_at IS NULL"));
    }

    [Fact]
    public async Task A_resume_waits_for_a_bot_and_the_same_id_is_given_once()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        string[] command = ["resume", "--symbol", "BTC-USDT", "--reason", "explained", "--id", "mine", "--wait", "0", "--json", "--db", database.Connections.For(DatabaseRole.App)];
        foreach (var isNew in (bool[])[true, false])
        {
            var end = await BotCommand.RunAsync(_folder, command);
            Assert.True(end.Code == 0, end.Error);
            var answer = JsonNode.Parse(Last(end.Output))!;
            Assert.Equal(("mine", "BTC-USDT", isNew, false), ((string)answer["id"]!, (string)answer["scope"]!, (bool)answer["isNew"]!, (bool)answer["done"]!));
        }
        Assert.Equal(1, await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM audit"));
        await database.ExecuteAsync(DatabaseRole.App, "UPDATE operator_commands SET done_at = now(), outcome = 'resumed'");
        Assert.Contains("\"outcome\":\"resumed\"", (await BotCommand.RunAsync(_folder, command)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_review_lists_every_control_with_its_parameters_and_trips_of_the_last_week()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            DatabaseRole.App,
            """
            INSERT INTO control_trips (hour, control, symbol, trips, last_reason, last_at) VALUES
              (date_trunc('hour', now()), 'C9', 'BTC-USDT', 2, 'DUPLICATE control=C9 age_ms=1', now()),
              (date_trunc('hour', now()) - interval '2 days', 'C9', 'ETH-USDT', 3, 'older', now() - interval '2 days'),
              (date_trunc('hour', now()) - interval '8 days', 'C2', 'BTC-USDT', 7, 'too old', now() - interval '8 days')
            """);
        string[] server = ["--db", database.Connections.For(DatabaseRole.App)];
        var end = await BotCommand.RunAsync(_folder, ["risk", "trips", "--json", .. server]);
        Assert.True(end.Code == 0, end.Error);
        var controls = JsonNode.Parse(Last(end.Output))!["controls"]!.AsArray();
        Assert.Equal(28, controls.Count);
        Assert.Equal((5, "DUPLICATE control=C9 age_ms=1", "60000"), ((int)controls[8]!["trips"]!, (string)controls[8]!["lastReason"]!, (string)controls[8]!["parameters"]!["controls.duplicateMs"]!));
        Assert.Equal(0, (int)controls[1]!["trips"]!);
        Assert.Contains("maxOrderQuote 500", (await BotCommand.RunAsync(_folder, ["risk", "trips", .. server])).Output, StringComparison.Ordinal);
    }

    private static string Last(string output) => output.TrimEnd().Split('\n')[^1];

    private static Task<string?> RowAsync(TestDatabase database) => database.ValueAsync<string>(
        DatabaseRole.ReadOnly, "SELECT format('%s %s %s %s', account, scope, mode, reason) FROM risk_state WHERE mode <> 'active'");
}
