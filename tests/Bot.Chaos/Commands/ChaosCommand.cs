using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bot.Chaos.Evidence;
using Bot.Chaos.Plans;
using Bot.Host.Commands;
using Bot.Host.Database;

namespace Bot.Chaos.Commands;

/// <summary><c>./bot chaos</c>: breaks a deployment of real processes by a plan and judges what is left of it.</summary>
internal static class ChaosCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int Interrupted = 130;

    public static Command Create()
    {
        var plan = new Option<string[]>("--plan")
        {
            Description = "What to do; --list tells the plans. May be repeated, then the plans take turns", HelpName = "NAME", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["mixed"],
        };
        var seed = new Option<ulong>("--seed") { Description = "Chooses the market and every moment", HelpName = "S", DefaultValueFactory = _ => 1 };
        var count = new Option<int?>("--count") { Description = "Episodes of each plan; with --resume, those of the file count", HelpName = "N" };
        var hours = new Option<double?>("--hours") { Description = "Goes on for so long", HelpName = "H" };
        var resume = new Option<bool>("--resume") { Description = "Adds to the evidence file if it is about the same state of src and tests" };
        var evidence = new Option<string?>("--evidence") { Description = "File of evidence", HelpName = "FILE" };
        var faults = new Option<string?>("--faults") { Description = "File to which every fault is appended; faults.jsonl in the data folder unless given", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print the rounds as JSON, one a line" };
        var keep = new Option<bool>("--keep") { Description = "Leave the deployment's folders behind" };
        var list = new Option<bool>("--list") { Description = "List the plans and end" };
        var command = new Command("chaos", "Break a deployment of real nodes, a real Postgres and an exchange by a plan, and check what is left; exit code 1 on a violation")
        {
            plan, seed, count, hours, resume, evidence, faults, json, keep, list,
        };
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (!OperatingSystem.IsLinux())
            {
                error.WriteLine("./bot chaos runs on Linux: it stops processes with signals.");
                return Failed;
            }
            if (parsed.GetValue(list))
            {
                foreach (var one in ChaosPlan.All)
                    output.WriteLine($"{one.Name,-18} {one.Says}");
                return Ok;
            }
            try
            {
                return RunAsync(
                    new ChaosSettings(
                        [.. parsed.GetValue(plan)!.Select(PlanOf)],
                        parsed.GetValue(seed),
                        parsed.GetValue(count) ?? (parsed.GetValue(hours) is null ? 10 : int.MaxValue),
                        parsed.GetValue(hours) is { } h ? DateTimeOffset.UtcNow.AddHours(h) : DateTimeOffset.MaxValue,
                        parsed.GetValue(resume),
                        parsed.GetValue(evidence),
                        parsed.GetValue(faults) ?? Path.Combine(Directory.CreateDirectory(BotFolders.Data).FullName, "faults.jsonl"),
                        parsed.GetValue(json),
                        parsed.GetValue(keep)),
                    output,
                    error).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is CommandException or DatabaseSetupException or IOException)
            {
                error.WriteLine(e.Message);
                return Failed;
            }
        });
        return command;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static ChaosPlan PlanOf(string name) => ChaosPlan.Find(name) ?? throw new CommandException($"There is no plan '{name}'. There are: {string.Join(", ", ChaosPlan.All.Select(p => p.Name))}.");

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static async Task<int> RunAsync(ChaosSettings settings, TextWriter output, TextWriter error)
    {
        using var interrupt = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        if (settings is { Resumes: false, Evidence: { } there } && File.Exists(there))
            throw new CommandException($"{there} is there already: go on with it by --resume, or name another file. Evidence is not overwritten.");
        var file = settings is { Resumes: true, Evidence: { } kept } ? EvidenceFile.Resume(kept) : EvidenceFile.New();
        var points = new CrashPoints();
        var clean = true;
        try
        {
            while (Next(settings, file) is { } plan && DateTimeOffset.UtcNow < settings.Until)
            {
                if (plan.NeedsDisks && !Environment.IsPrivilegedProcess)
                    throw new CommandException($"The plan {plan.Name} mounts small disks, which needs root.");
                var done = EpisodesOf(file, plan);
                var seed = settings.Seed + (ulong)file.Rounds.Count;
                var runner = new ChaosRunner(plan, points, settings.Faults, what => Say(error, $"{plan.Name} (seed {seed}) {what}"), settings.Keeps);
                var round = await runner.RunAsync(seed, Math.Min(plan.Round, settings.Count - done), settings.Until, interrupt.Token);
                file = file.With(round);
                if (settings.Evidence is { } path)
                    file.Save(path);
                await output.WriteLineAsync(settings.IsJson ? JsonSerializer.Serialize(round, JsonSerializerOptions.Web) : ChaosRunner.Line(round));
                foreach (var violation in round.Violations)
                    await error.WriteLineAsync($"VIOLATION {violation}");
                clean &= round.Violations.Count == 0 && round.AcknowledgedLost.Count == 0;
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; the round that was under way is not counted.");
            return Interrupted;
        }
        if (points.Deaths.Count > 0 && !settings.IsJson)
            await output.WriteLineAsync($"crash points: {points.Deaths.Values.Count(d => d > 0)} of {points.Deaths.Count} enumerated ones were died at");
        return clean ? Ok : Failed;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupt.Cancel();
        }
    }

    /// <summary>The plan that is furthest behind; null when all have had their episodes.</summary>
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static ChaosPlan? Next(ChaosSettings settings, EvidenceFile file) =>
        settings.Plans.Where(p => EpisodesOf(file, p) < settings.Count).OrderBy(p => EpisodesOf(file, p) / (double)p.Round).FirstOrDefault();

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static int EpisodesOf(EvidenceFile file, ChaosPlan plan) => file.Rounds.Where(r => r.Plan == plan.Name).Sum(r => r.Episodes);

    private static void Say(TextWriter error, string what)
    {
        if (Console.IsErrorRedirected)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} {what}"));
        else
            error.Write($"\r\u001b[K{what}");
    }
}

/// <summary>What the command line asks for.</summary>
internal sealed record ChaosSettings(
    IReadOnlyList<ChaosPlan> Plans, ulong Seed, int Count, DateTimeOffset Until, bool Resumes, string? Evidence, string Faults, bool IsJson, bool Keeps);
