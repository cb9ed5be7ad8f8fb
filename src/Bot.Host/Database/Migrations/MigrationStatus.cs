namespace Bot.Host.Database.Migrations;

/// <summary>A row of the books.</summary>
/// <param name="Version">The migration's number.</param>
/// <param name="Name">Its name.</param>
/// <param name="AppliedAt">When it was applied.</param>
/// <param name="Checksum">SHA-256 of the file that was applied.</param>
public sealed record AppliedMigration(long Version, string Name, DateTimeOffset AppliedAt, string Checksum);

/// <summary>What is in place, what is not, and what does not fit.</summary>
/// <param name="Applied">In place, lowest number first.</param>
/// <param name="Pending">Known to this program and not in place.</param>
/// <param name="Faults">Why this program must not touch or use the database as it is; none is good.</param>
public sealed record MigrationStatus(IReadOnlyList<AppliedMigration> Applied, IReadOnlyList<SchemaMigration> Pending, IReadOnlyList<string> Faults)
{
    /// <summary>The highest number in place; 0 for an empty database.</summary>
    public long Level => Applied.Count == 0 ? 0 : Applied[^1].Version;

    /// <summary>True when the database is exactly what this program expects.</summary>
    public bool IsUpToDate => Pending.Count == 0 && Faults.Count == 0;

    /// <summary>Compares the books with the files.</summary>
    public static MigrationStatus Compare(IReadOnlyList<AppliedMigration> applied, MigrationFiles files)
    {
        var faults = new List<string>();
        var known = files.All.ToDictionary(m => m.Version);
        foreach (var row in applied)
        {
            if (!known.TryGetValue(row.Version, out var file))
                faults.Add($"{row.Version:000}_{row.Name} is in the database and unknown to this program: the database is newer");
            else if (file.Name != row.Name)
                faults.Add($"{file} is called {row.Name} in the database");
            else if (file.Checksum != row.Checksum)
                faults.Add($"{file} was edited after it was applied");
        }
        var level = applied.Count == 0 ? 0 : applied[^1].Version;
        var there = applied.Select(a => a.Version).ToHashSet();
        var pending = files.All.Where(m => !there.Contains(m.Version)).ToArray();
        faults.AddRange(pending.Where(m => m.Version < level).Select(m => $"{m} was not applied although later ones were"));
        return new MigrationStatus(applied, pending, faults);
    }
}
