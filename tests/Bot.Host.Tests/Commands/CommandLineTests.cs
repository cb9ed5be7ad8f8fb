using System.Runtime.Versioning;

namespace Bot.Host.Tests.Commands;

/// <summary>What a person types: help, options that do not exist, values that make no sense.</summary>
[SupportedOSPlatform("linux")]
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-line-").FullName;

    [Fact]
    public async Task Every_command_tells_how_it_is_used_and_refuses_an_option_that_it_does_not_have()
    {
        var commands = new Queue<string[]>([[]]);
        var seen = new List<string>();
        while (commands.TryDequeue(out var command))
        {
            var help = (await Run([.. command, "--help"])).IsReadable();
            Assert.Equal((0, ""), (help.Code, help.Error));
            Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
            var below = help.Output.Split("Commands:")[1..].SelectMany(part => part.Split('\n')).Where(l => l.StartsWith("  ", StringComparison.Ordinal))
                .Select(l => l.TrimStart().Split(' ')[0]).ToList();
            below.ForEach(name => commands.Enqueue([.. command, name]));
            seen.Add(string.Join(' ', command));

            // psql's own options are passed on to it.
            if (command is ["db", "psql"])
                continue;
            var unknown = await Run([.. command, "--no-such-option"]);
            unknown.Failed(2, "--no-such-option");
        }
        Assert.Superset(
            new HashSet<string> { "demo", "paper", "live", "node", "simulator", "exchange", "exchange probe", "check", "db", "db migrate", "db rollback", "db status", "db schema", "db psql", "db backup", "db restore" },
            seen.ToHashSet());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("'fast' is no speed", "demo", "--speed", "fast")]
    [InlineData("'soon' is no time", "demo", "--from", "soon")]
    [InlineData("2min", "demo", "--interval", "2min")]
    [InlineData("'rough' is no profile of faults", "demo", "--faults", "rough")]
    [InlineData("--cash", "demo", "--cash", "lots")]
    [InlineData("--port", "simulator", "--port", "http")]
    [InlineData("'x' is no address", "check", "--simulator", "x")]
    [InlineData("'ftp://x' is no address", "node", "--exchange", "ftp://x")]
    [InlineData("--simulator", "check")]
    [InlineData("nonsense", "nonsense")]
    public async Task A_value_that_cannot_be_read_is_named_and_ends_with_2(string part, params string[] line) => (await Run(line)).Failed(2, part);

    [Theory]
    [InlineData("A synthetic market chooses its own pairs", "demo", "--pairs", "BTC-USDT")]
    [InlineData("--cash must be above 0", "demo", "--cash", "0")]
    [InlineData("'btc' is not a symbol", "demo", "--pairs", "btc")]
    [InlineData("--pairs needs at least one pair", "demo", "--pairs", "0")]
    [InlineData("KEY:SECRET:PASSPHRASE", "simulator", "--account", "only-a-key")]
    [InlineData("--keys FOLDER", "node")]
    [InlineData("--keys FOLDER", "live")]
    [InlineData("--pairs takes symbols here", "node", "--pairs", "5")]
    [InlineData("7min", "node", "--interval", "7min")]
    public async Task A_value_that_makes_no_sense_is_explained_and_ends_with_1(string part, params string[] line) => (await Run(line)).Failed(1, part);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<CommandEnd> Run(params string[] line) => BotCommand.RunAsync(_folder, line);
}
