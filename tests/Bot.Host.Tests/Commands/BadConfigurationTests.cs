using System.Runtime.Versioning;

namespace Bot.Host.Tests.Commands;

/// <summary>A wrong configuration stops every command before anything is started.</summary>
[SupportedOSPlatform("linux")]
public sealed class BadConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-broken-").FullName;

    [Theory]
    [InlineData("node")]
    [InlineData("live")]
    [InlineData("paper")]
    public async Task A_command_names_every_fault_of_its_configuration(string command)
    {
        var end = await BotCommand.RunAsync(_folder, command, "--config", Write("""{ "risk": { "maxPositon": 1 }, "log": { "level": "loud" } }"""));
        end.Failed(1, "bot.json", "'risk.maxPositon' is no setting", "'log.level' is 'loud'", "README.md");
    }

    [Fact]
    public async Task A_configuration_that_is_no_json_or_not_there_is_named()
    {
        (await BotCommand.RunAsync(_folder, "node", "--config", Write("{ \"risk\": \n"))).Failed(1, "bot.json", "not valid JSON", "line 2");
        (await BotCommand.RunAsync(_folder, "node", "--config", Path.Combine(_folder, "nowhere.json"))).Failed(1, "nowhere.json", "does not exist");
    }

    [Fact]
    public async Task A_file_in_the_working_directory_is_read_without_being_named()
    {
        Write("""{ "risk": { "maxPosition": 7 } }""");
        (await BotCommand.RunAsync(_folder, "node")).Failed(1, "bot.json", "'risk.maxPosition' is 7");
    }

    [Fact]
    public async Task A_variable_is_read_by_section_and_setting_and_wins_over_the_file()
    {
        Write("""{ "risk": { "maxPosition": 7 } }""");
        var better = await BotCommand.RunAsync(_folder, [("BOT__RISK__MAXPOSITION", "0.2")], ["node"]);
        better.Failed(1, "--keys FOLDER");
        var worse = await BotCommand.RunAsync(_folder, [("BOT__RISK__MAXPOSITION", "8"), ("BOT__LOG__LEVLE", "Debug")], ["node"]);
        worse.Failed(1, "'risk.maxPosition' is 8", "LEVLE' is no setting");
    }

    [Fact]
    public async Task Log_files_that_cannot_be_written_are_named_before_anything_is_started()
    {
        var taken = Path.Combine(_folder, "taken");
        await File.WriteAllTextAsync(taken, "a file, not a folder");
        var end = await BotCommand.RunAsync(_folder, "paper", "--config", Write($$"""{ "log": { "folder": "{{taken}}" } }"""));
        end.Failed(1, taken, "log.folder");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string json)
    {
        var file = Path.Combine(_folder, "bot.json");
        File.WriteAllText(file, json);
        return file;
    }
}
