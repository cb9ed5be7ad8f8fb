using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Runtime.InteropServices;
using Bot.Simulation.Running;

namespace Bot.Simulation;

/// <summary>Entry point of <c>./bot simulate</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // The part of a determinism check that runs in a process of its own.
        if (args is ["trace-hashes", var from, var count, var direction])
        {
            Determinism.Write(Console.Out, ulong.Parse(from, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture), direction == "backwards");
            return 0;
        }
        using var interrupt = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var options = new SimulateOptions();
        var simulate = options.ToCommand();
        simulate.SetAction(parsed => SimulateCommand.Run(options.Read(parsed), interrupt.Token));

        // A command and not the library's root: that one would be called after the assembly in every usage line.
        var root = new Command("./bot") { new HelpOption(), simulate };
        var result = root.Parse(["simulate", .. args]);
        try
        {
            var code = result.Invoke();
            return result.Errors.Count > 0 ? 2 : code;
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupt.Cancel();
        }
    }
}
