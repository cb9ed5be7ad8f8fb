using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bot.Chaos.Deployments;

/// <summary>
/// Starts processes that do not outlive this one, however it ends. The kernel sends them SIGKILL when the thread that started them is gone, so
/// all of them are started by one thread that stays.
/// </summary>
internal static class Children
{
    public const int Kill = 9;
    public const int Quit = 3;
    public const int Terminate = 15;
    public const int Stop = 19;
    public const int Continue = 18;

    private static readonly BlockingCollection<Action> Work = [];
    private static readonly bool HasSetpriv = File.Exists("/usr/bin/setpriv") || File.Exists("/bin/setpriv");

    static Children() => new Thread(static () =>
    {
        foreach (var start in Work.GetConsumingEnumerable())
            start();
    }) { IsBackground = true, Name = "children" }.Start();

    /// <summary>Starts a program.</summary>
    /// <param name="start">Which, and how.</param>
    /// <param name="asUser">Options of setpriv that make it another user's; none for ours.</param>
    public static Process Start(ProcessStartInfo start, params IEnumerable<string> asUser)
    {
        if (HasSetpriv)
        {
            string[] before = [.. asUser, "--pdeathsig", "KILL", "--", start.FileName];
            for (var i = 0; i < before.Length; i++)
                start.ArgumentList.Insert(i, before[i]);
            start.FileName = "setpriv";
        }
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Sends a signal. A process that is gone already needs none.</summary>
    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
