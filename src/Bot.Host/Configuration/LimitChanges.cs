using System.Text.Json;
using Bot.Trading.Risk.Controls;
using Dapper;
using Npgsql;

namespace Bot.Host.Configuration;

/// <summary>Which limits a configuration changes, by the configurations that the database has kept (C23).</summary>
public static class LimitChanges
{
    private static readonly string[] Sections = ["risk", "controls"];

    /// <summary>Writes a configuration down, once, and says whether its limits need a second person.</summary>
    /// <param name="database">The application's pool.</param>
    /// <param name="configuration">What shall be in force.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>When it first came into force, Unix ms, and the reason why nothing may be opened under it before a person resumes; null when it may.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<(long SinceMs, string? Refusal)> SaveAsync(NpgsqlDataSource database, BotConfiguration configuration, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var known = (await connection.QueryAsync<(string Version, string Effective, long AtMs)>(new CommandDefinition(
            "SELECT version, effective::text, (extract(epoch FROM created_at) * 1000)::bigint FROM configuration ORDER BY created_at", cancellationToken: cancel)).ConfigureAwait(false)).ToList();
        var version = configuration.Version();
        foreach (var row in known)
        {
            if (row.Version == version)
                return (row.AtMs, null);
        }
        var sinceMs = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            INSERT INTO configuration (version, effective) VALUES (@version, @effective::jsonb) ON CONFLICT (version) DO NOTHING;
            SELECT (extract(epoch FROM created_at) * 1000)::bigint FROM configuration WHERE version = @version
            """,
            new { version, effective = configuration.EffectiveJson() },
            cancellationToken: cancel)).ConfigureAwait(false);
        if (known.Count == 0)
            return (sinceMs, null);
        List<long> earlier = [];
        for (var i = 1; i < known.Count; i++)
        {
            if (Between(known[i - 1].Effective, known[i].Effective).Count > 0)
                earlier.Add(known[i].AtMs);
        }
        return (sinceMs, LimitChange.Refusal(Between(known[^1].Effective, configuration.EffectiveJson()), earlier, sinceMs, configuration.Controls));
    }

    private static List<string> Between(string before, string after)
    {
        using var old = JsonDocument.Parse(before);
        using var young = JsonDocument.Parse(after);
        var (was, becomes) = (Limits(old), Limits(young));

        // A setting that a release has added or taken away is nobody's change.
        return [.. becomes.Where(s => was.TryGetValue(s.Key, out var value) && !JsonElement.DeepEquals(value, s.Value)).Select(s => s.Key)];
    }

    private static SortedDictionary<string, JsonElement> Limits(JsonDocument effective)
    {
        var limits = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var section in Sections)
        {
            if (!effective.RootElement.TryGetProperty(section, out var settings))
                continue;
            foreach (var setting in settings.EnumerateObject())
                limits[$"{section}.{setting.Name}"] = setting.Value;
        }
        return limits;
    }
}
