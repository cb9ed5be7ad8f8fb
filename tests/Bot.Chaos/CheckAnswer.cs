using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using Bot.Host.Database;
using Bot.Testing;

namespace Bot.Chaos;

/// <summary>What <c>bot check --json</c> says.</summary>
internal sealed record CheckAnswer(List<string> Checked, int JournalRows, int Orders, int Fills, List<CheckedViolation> Violations)
{
    /// <summary>Asks it.</summary>
    /// <param name="folder">A folder for what the program writes.</param>
    /// <param name="venue">The exchange whose books count.</param>
    /// <param name="database">The bot's database.</param>
    /// <param name="settleSeconds">How long a difference may last.</param>
    [SupportedOSPlatform("linux")]
    public static Task<CheckAnswer> AskAsync(string folder, SimulatedVenue venue, TestDatabase database, int settleSeconds) =>
        AskAsync(folder, venue.Address, database.Connections.For(DatabaseRole.ReadOnly), SimulatedVenue.Key, settleSeconds);

    /// <summary>Asks it.</summary>
    /// <param name="folder">A folder for what the program writes.</param>
    /// <param name="venue">Address of the exchange whose books count.</param>
    /// <param name="database">The bot's database, as its reader.</param>
    /// <param name="account">Key of the account.</param>
    /// <param name="settleSeconds">How long a difference may last.</param>
    public static async Task<CheckAnswer> AskAsync(string folder, Uri venue, string database, string account, int settleSeconds)
    {
        var answer = await BotProgram.RunAsync(
            folder, "check", "--simulator", venue.ToString(), "--db", database,
            "--account", account, "--settle", settleSeconds.ToString(CultureInfo.InvariantCulture), "--json");
        Assert.True(answer.Code is 0 or 1, answer.Error);
        var check = JsonSerializer.Deserialize<CheckAnswer>(answer.Output, JsonSerializerOptions.Web);
        Assert.NotNull(check);
        Assert.Equal(check.Violations.Count == 0 ? 0 : 1, answer.Code);
        return check;
    }
}

/// <summary>An invariant that does not hold.</summary>
internal sealed record CheckedViolation(string Invariant, string Subject, string What)
{
    public string Text => $"{Invariant} {Subject}: {What}";
}
