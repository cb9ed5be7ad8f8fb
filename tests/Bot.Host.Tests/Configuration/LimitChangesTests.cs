using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Configuration;

/// <summary>C23: changes of limits are kept, counted by the day and wait for a second person when there are too many.</summary>
public sealed class LimitChangesTests
{
    [Fact]
    public async Task The_third_change_of_a_day_waits_for_a_second_person_and_what_is_no_limit_does_not_count()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.Connections.For(DatabaseRole.App));
        var first = new BotConfiguration();
        var (sinceMs, refusal) = await SaveAsync(first);
        Assert.Null(refusal);
        Assert.Equal((sinceMs, (string?)null), await SaveAsync(first));

        Assert.Null(await RefusalAsync(first with { Pair = first.Pair with { StalePriceMs = 77_000 } }));
        Assert.Null(await RefusalAsync(first with { Risk = first.Risk with { MaxPosition = 0.01m } }));
        Assert.Null(await RefusalAsync(first with { Controls = first.Controls with { MaxEntries = 3 } }));
        var third = first with { Risk = first.Risk with { MaxPosition = 0.02m } };
        Assert.Contains("control=C23 today=2 limit=2 settings=controls.maxEntries,risk.maxPosition", await RefusalAsync(third), StringComparison.Ordinal);

        // It is in force by now, reduce-only until somebody resumes; a restart under it is no further change.
        Assert.Null(await RefusalAsync(third));

        Task<(long SinceMs, string? Refusal)> SaveAsync(BotConfiguration configuration) => LimitChanges.SaveAsync(source, configuration, CancellationToken.None);

        async Task<string?> RefusalAsync(BotConfiguration configuration) => (await SaveAsync(configuration)).Refusal;
    }
}
