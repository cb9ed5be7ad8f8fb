using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Bot.Actors.Persistence;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>Undisturbed replays with the real programs: they repeat at any speed, and nothing is sent before it is written down.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_market_gives_the_same_orders_at_any_speed_and_every_order_was_committed_before_it_was_sent()
    {
        var fast = await RunAsync("max");
        var paced = await RunAsync("7200");
        Assert.Equal(fast.ToJsonString(), paced.ToJsonString());
        Assert.True((long)fast["orders"]! >= 50, $"only {fast["orders"]} orders: the run shows too little");
    }

    private async Task<JsonObject> RunAsync(string speed)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var venue = await SimulatedVenue.StartAsync("--pairs", "6", "--days", "0.5", "--seed", "11", "--speed", speed);
        using var bot = BotProgram.Start(_folder, [.. venue.NodeArguments(_folder, database), "--exit", "--json"]);
        var end = await bot.EndAsync(TimeSpan.FromMinutes(4));
        Assert.True(end.Code == 0, end.Error);
        var check = await CheckAnswer.AskAsync(_folder, venue, database, settleSeconds: 5);
        Assert.Empty(check.Violations.Select(v => v.Text));
        await RequireCommittedBeforeSentAsync(database, await venue.ReceivedAsync());
        return JsonNode.Parse(end.Output.TrimEnd().Split('\n')[^1])!.AsObject();
    }

    /// <summary>
    /// Postgres keeps when each row was committed, the simulator keeps when each order arrived, both by this machine's clock. The checker
    /// has this as I8; here it is looked at without the checker, and a missing time is no excuse.
    /// </summary>
    private async Task RequireCommittedBeforeSentAsync(TestDatabase database, IReadOnlyDictionary<string, long> receivedUs)
    {
        await using var connection = await database.OpenAsync(DatabaseRole.ReadOnly);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT persistence_id, manifest, message, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
            FROM journal WHERE persistence_id LIKE 'pair-%' OR persistence_id LIKE 'order-%'
            """;
        var (intents, licences) = (new Dictionary<string, long>(), new Dictionary<string, long>());
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var committedUs = reader.GetInt64(3);
                switch (JournalEntry.Read(reader.GetFieldValue<byte[]>(2), reader.GetString(1)).Event)
                {
                    case OrderIntended intended:
                        intents.Add(intended.Spec.ClientOrderId, committedUs);
                        break;
                    case SubmitAuthorised:
                        licences.Add(reader.GetString(0)["order-".Length..], committedUs);
                        break;
                }
            }
        }
        Assert.NotEmpty(receivedUs);
        foreach (var (id, received) in receivedUs)
        {
            Assert.True(intents[id] < received, $"{id} arrived {received - intents[id]} us after its intent was committed");
            Assert.True(licences[id] < received, $"{id} arrived {received - licences[id]} us after its licence was committed");
        }
        output.WriteLine($"{receivedUs.Count} orders, each committed before it arrived; the shortest time between is {receivedUs.Min(o => o.Value - licences[o.Key])} us");
    }
}
