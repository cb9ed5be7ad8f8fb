using System.Globalization;

namespace Bot.Host.Database.Postgres;

/// <summary>The user that the server runs as: ours, or when we are root another one, since Postgres refuses to run as root and is right.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Ids">User and group when it is another user than ours.</param>
internal sealed record ServerAccount(string Name, (uint User, uint Group)? Ids)
{
    private const string SystemUser = "postgres";

    /// <summary>The user that this process runs as.</summary>
    public static ServerAccount Current => new(Environment.UserName, null);

    /// <summary>The user for new data.</summary>
    /// <exception cref="DatabaseSetupException">We are root and the system has no user for Postgres.</exception>
    public static async Task<ServerAccount> ForNewDataAsync(CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
            return Current;
        var user = await ChildProcess.RunAsync("id", ["-u", SystemUser], cancellation);
        var group = await ChildProcess.RunAsync("id", ["-g", SystemUser], cancellation);
        return user.ExitCode == 0 && group.ExitCode == 0
            ? new ServerAccount(SystemUser, (Number(user.Output), Number(group.Output)))
            : throw new DatabaseSetupException(
                $"The bot runs as root, Postgres must not, and this system has no user '{SystemUser}' for it.",
                $"Make one with: useradd --system --no-create-home {SystemUser}   (or start the bot as an ordinary user)");
    }

    /// <summary>The user that existing data belong to.</summary>
    /// <exception cref="DatabaseSetupException">They belong to root, or to somebody else while we are not root.</exception>
    public static async Task<ServerAccount> OwnerOfAsync(string folder, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return Current;
        var answer = await ChildProcess.RunAsync("stat", ["-c", "%u %g %U", folder], cancellation);
        var parts = answer.Output.Trim().Split(' ');
        if (answer.ExitCode != 0 || parts.Length != 3)
            throw new DatabaseSetupException($"The owner of {folder} cannot be read: {answer.Text}", "Look at the rights of the folders above it.");
        if (Environment.IsPrivilegedProcess)
        {
            return Number(parts[0]) != 0
                ? new ServerAccount(parts[2], (Number(parts[0]), Number(parts[1])))
                : throw new DatabaseSetupException($"The database files in {folder} belong to root.",
                    $"Give them to the user of the server: chown -R {SystemUser}: {folder}");
        }
        var me = await ChildProcess.RunAsync("id", ["-u"], cancellation);
        return Number(me.Output) == Number(parts[0])
            ? Current
            : throw new DatabaseSetupException(
                $"The database files in {folder} belong to the user '{parts[2]}', not to '{Environment.UserName}': the bot was first started by another user.",
                $"Start it as that user (as root if root started it first), or give the files to yourself: sudo chown -R {Environment.UserName}: {Path.GetDirectoryName(folder)}");
    }

    /// <summary>Runs a program as this user.</summary>
    public Task<ChildResult> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var (program, all) = Command(file, arguments);
        return ChildProcess.RunAsync(program, all, cancellation);
    }

    /// <summary>The command line that runs a program as this user.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Command(string file, IEnumerable<string> arguments)
    {
        if (Ids is not var (user, group))
            return (file, [.. arguments]);
        return HasProgram("setpriv")
            ? ("setpriv", [$"--reuid={user}", $"--regid={group}", "--clear-groups", "--", file, .. arguments])
            : ("runuser", ["-u", Name, "--", file, .. arguments]);
    }

    /// <summary>Makes a folder that belongs to this user, or gives an existing one to it. True on success.</summary>
    public async Task<bool> MakeFolderAsync(string path, UnixFileMode mode, CancellationToken cancellation)
    {
        if (Ids is not var (user, group))
        {
            Directory.CreateDirectory(path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, mode);
            return true;
        }
        var octal = Convert.ToString((int)mode, 8);
        var made = await ChildProcess.RunAsync("install", ["-d", "-o", Text(user), "-g", Text(group), "-m", octal, path], cancellation);
        return made.ExitCode == 0;
    }

    /// <summary>True when this user can reach what lies in the folder.</summary>
    public async Task<bool> CanReachAsync(string folder, CancellationToken cancellation) =>
        (await RunAsync("test", ["-x", folder], cancellation)).ExitCode == 0;

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, name)));

    private static uint Number(string text) => uint.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
