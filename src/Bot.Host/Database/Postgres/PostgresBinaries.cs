using System.Globalization;
using System.Text.RegularExpressions;

namespace Bot.Host.Database.Postgres;

/// <summary>The programs of one installed Postgres.</summary>
/// <param name="Folder">Where they lie.</param>
/// <param name="Major">The major version, for example 15.</param>
public sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest version that the migrations are written for.</summary>
    public const int OldestMajor = 15;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    private static readonly string[] Parents = ["/usr/lib/postgresql", "/usr/lib64/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

    /// <summary>What a person can do when there is none.</summary>
    public static string HowToInstall => File.Exists("/usr/bin/apt-get")
        ? "Install it with: sudo apt-get install postgresql   (or name a server of yours: database:connectionString in the configuration)"
        : $"Install PostgreSQL {OldestMajor} or newer with its server programs (initdb, pg_ctl, postgres), or name a server of yours: database:connectionString in the configuration.";

    /// <summary>The full path of a program.</summary>
    public string PathOf(string program) => Path.Combine(Folder, program);

    /// <summary>Every installed version, newest first: on the path, and where distributions put it.</summary>
    public static async Task<IReadOnlyList<PostgresBinaries>> FindAllAsync(string? folder, CancellationToken cancellation)
    {
        var found = new List<PostgresBinaries>();
        foreach (var candidate in folder is null ? Candidates() : [folder])
        {
            if (Needed.All(p => File.Exists(Path.Combine(candidate, p))) && await VersionAsync(candidate, cancellation) is { } major
                && found.TrueForAll(f => f.Major != major))
                found.Add(new PostgresBinaries(candidate, major));
        }
        return [.. found.OrderByDescending(f => f.Major)];
    }

    /// <summary>The newest installed version that is new enough.</summary>
    /// <exception cref="DatabaseSetupException">There is none.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? folder, CancellationToken cancellation)
    {
        var all = await FindAllAsync(folder, cancellation);
        if (all.Count == 0)
        {
            var problem = folder is null ? "No Postgres was found on this machine." : $"There is no Postgres in {folder}.";
            throw new DatabaseSetupException(problem, HowToInstall);
        }
        return all[0].Major >= OldestMajor
            ? all[0]
            : throw new DatabaseSetupException(
                $"PostgreSQL {all[0].Major} in {all[0].Folder} is too old: {OldestMajor} or newer is needed.", HowToInstall);
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            // Debian puts links to some of the programs on the path; the rest lies beside what they point to.
            var control = new FileInfo(Path.Combine(folder, "pg_ctl"));
            if (control.Exists)
                yield return Path.GetDirectoryName(control.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? control.FullName)!;
        }
        foreach (var parent in Parents.Where(Directory.Exists))
        {
            foreach (var version in Directory.EnumerateDirectories(parent).Order(StringComparer.Ordinal))
                yield return Path.Combine(version, "bin");
        }
        foreach (var version in Directory.Exists("/usr") ? Directory.EnumerateDirectories("/usr", "pgsql-*") : [])
            yield return Path.Combine(version, "bin");
        yield return "/usr/local/pgsql/bin";
    }

    private static async Task<int?> VersionAsync(string folder, CancellationToken cancellation)
    {
        var answer = await ChildProcess.RunAsync(Path.Combine(folder, "postgres"), ["--version"], cancellation);
        var match = VersionForm().Match(answer.Output);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();
}
