using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Bot.Host.Database.Migrations;

/// <summary>One step of the schema: a file that makes it and a file that takes it back.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Up">SQL that applies it.</param>
/// <param name="Down">SQL that takes it back.</param>
public sealed record SchemaMigration(long Version, string Name, string Up, string Down)
{
    /// <summary>SHA-256 of what applies it; a file that is edited after it was applied shows by it.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Up.ReplaceLineEndings("\n"))));

    /// <summary>As its files are named.</summary>
    public override string ToString() => $"{Version.ToString("000", CultureInfo.InvariantCulture)}_{Name}";
}

/// <summary>The migrations of a folder, <c>NNN_name.up.sql</c> and <c>NNN_name.down.sql</c>, in order.</summary>
public sealed partial class MigrationFiles
{
    private static readonly string[] Ways = ["up", "down"];

    private MigrationFiles(string folder, IReadOnlyList<SchemaMigration> all)
    {
        Folder = folder;
        All = all;
    }

    /// <summary>Where they were read.</summary>
    public string Folder { get; }

    /// <summary>Every migration, lowest number first.</summary>
    public IReadOnlyList<SchemaMigration> All { get; }

    /// <summary>The number of the last one; 0 when there is none.</summary>
    public long Latest => All.Count == 0 ? 0 : All[^1].Version;

    /// <summary>Reads the migrations that belong to this program: beside it, or in the clone that it was built in.</summary>
    /// <exception cref="DatabaseSetupException">There are none, or they do not fit together.</exception>
    public static MigrationFiles Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "db", "migrations");
            if (Directory.Exists(candidate))
                return Load(candidate);
        }
        throw new DatabaseSetupException(
            $"The migrations are missing: there is no folder db/migrations at {AppContext.BaseDirectory} or above it.",
            "The installation is incomplete: build or unpack it again.");
    }

    /// <summary>Reads a folder and says everything that is wrong with it at once.</summary>
    /// <exception cref="DatabaseSetupException">The files do not fit together.</exception>
    public static MigrationFiles Load(string folder)
    {
        var faults = new List<string>();
        var found = new SortedDictionary<long, (string Name, Dictionary<string, string> Sql)>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.sql").Order(StringComparer.Ordinal))
        {
            var match = FileForm().Match(Path.GetFileName(file));
            if (!match.Success)
            {
                faults.Add($"{Path.GetFileName(file)} is not named NNN_name.up.sql or NNN_name.down.sql");
                continue;
            }
            var version = long.Parse(match.Groups["version"].Value, CultureInfo.InvariantCulture);
            var name = match.Groups["name"].Value;
            if (!found.TryGetValue(version, out var entry))
                found.Add(version, entry = (name, []));
            if (entry.Name != name)
                faults.Add($"number {version} is taken by both {entry.Name} and {name}");
            else
                entry.Sql.Add(match.Groups["way"].Value, File.ReadAllText(file));
        }
        var expected = 1L;
        foreach (var (version, (name, sql)) in found)
        {
            if (version != expected)
                faults.Add($"number {expected} is missing before {version}_{name}");
            expected = version + 1;
            foreach (var way in Ways.Where(w => !sql.ContainsKey(w)))
                faults.Add($"{version}_{name} has no {way}.sql");
        }
        if (faults.Count > 0)
            throw new DatabaseSetupException($"The migrations in {folder} do not fit together: {string.Join("; ", faults)}.", "Correct the files.");
        return new MigrationFiles(folder, [.. found.Select(f => new SchemaMigration(f.Key, f.Value.Name, f.Value.Sql["up"], f.Value.Sql["down"]))]);
    }

    [GeneratedRegex(@"^(?<version>\d{3,9})_(?<name>[a-z0-9_]+)\.(?<way>up|down)\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileForm();
}
