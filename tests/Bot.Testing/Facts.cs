using System.Globalization;
using Xunit;

namespace Bot.Testing;

/// <summary>A test that reads the shared data; skipped, and said so, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    /// <summary>Looks for the data.</summary>
    public SharedDataFactAttribute() => Skip = SharedData.TryFind(out _) ? null! : SharedData.Missing;
}

/// <summary>A theory that reads the shared data; skipped, and said so, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for the data.</summary>
    public SharedDataTheoryAttribute() => Skip = SharedData.TryFind(out _) ? null! : SharedData.Missing;
}

/// <summary>A test that takes minutes: it runs with <c>./test --long</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute
{
    /// <summary>Looks at <c>BOT_LONG</c>.</summary>
    public LongFactAttribute() => Skip = Environment.GetEnvironmentVariable("BOT_LONG") == "1" ? null! : "takes long: run ./test --long";
}

/// <summary>A test that changes users: it needs root on Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    /// <summary>Looks at who runs it.</summary>
    public RootFactAttribute() => Skip = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null! : "needs root on Linux";
}

/// <summary>A test that mounts a small file system: it needs root on Linux with the right to (CAP_SYS_ADMIN), which containers often lack.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    private const int SysAdmin = 21;

    /// <summary>Looks at the rights of this process.</summary>
    public MountFactAttribute() => Skip = MayMount() ? null! : "needs root on Linux with the right to mount";

    private static bool MayMount()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        var rights = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..];
        return (ulong.Parse(rights, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> SysAdmin & 1) == 1;
    }
}
