using System.CommandLine;
using Bot.Simulation.Engine;
using Bot.Simulation.Plans;

namespace Bot.Simulation;

/// <summary>What was asked for.</summary>
internal sealed record SimulateRequest(
    long? Seeds,
    ulong From,
    double? Hours,
    int Jobs,
    bool Resume,
    bool Json,
    string? Evidence,
    ulong? Seed,
    string? Scenario,
    bool CrashPairs,
    string? Mutant,
    bool Mutants,
    int? Determinism,
    bool List,
    string? Plan);

/// <summary>The options of <c>./bot simulate</c>.</summary>
internal sealed class SimulateOptions
{
    private readonly Option<long?> _seeds = new("--seeds") { Description = "Run so many seeds (default 20000, with --hours as many as fit)", HelpName = "N" };
    private readonly Option<ulong> _from = new("--from") { Description = "The first seed", HelpName = "S", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _hours = new("--hours") { Description = "Run for so long", HelpName = "H" };
    private readonly Option<int?> _jobs = new("--jobs") { Description = "Threads (default: one a core)", HelpName = "J" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on behind the seeds that the evidence file holds; only for the same sources" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as one JSON object" };
    private readonly Option<string?> _evidence = new("--evidence") { Description = "Write what was run and found to this file", HelpName = "FILE" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Replay one seed with its trace, and shrink it when it fails", HelpName = "S" };
    private readonly Option<string?> _scenario = new("--scenario") { Description = "Only this scenario", HelpName = "NAME" };
    private readonly Option<bool> _crashPairs = new("--crash-pairs") { Description = "Run every pair of crash points of every scenario" };
    private readonly Option<string?> _mutant = new("--mutant") { Description = "Take a wrong turn on purpose; exit code 1 when it is found", HelpName = "NAME" };
    private readonly Option<bool> _mutants = new("--mutants") { Description = "Look for every mutant; exit code 1 when one is not found" };
    private readonly Option<int?> _determinism = new("--determinism") { Description = "Compare the traces of so many seeds in fresh processes", HelpName = "N" };
    private readonly Option<bool> _list = new("--list") { Description = "List scenarios, faults and mutants" };
    private readonly Option<string?> _plan = new("--plan") { Description = "Replay the plan of this file (tests/Bot.Simulation/corpus) with its trace", HelpName = "FILE" };

    /// <summary>The command.</summary>
    public Command ToCommand()
    {
        var command = new Command("simulate", "Run the order protocol against a world in which everything goes wrong (docs/simulation.md).")
        {
            _seeds, _from, _hours, _jobs, _resume, _json, _evidence, _seed, _scenario, _crashPairs, _mutant, _mutants, _determinism, _list, _plan,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_scenario) is { } scenario && Scenario.Find(scenario) is null)
                result.AddError($"There is no scenario '{scenario}': ./bot simulate --list names them.");
            if (result.GetValue(_mutant) is { } mutant && !Enum.TryParse<Mutant>(mutant, ignoreCase: true, out _))
                result.AddError($"There is no mutant '{mutant}': ./bot simulate --list names them.");
            if (result.GetValue(_seeds) is <= 0 || result.GetValue(_hours) is <= 0 || result.GetValue(_jobs) <= 0 || result.GetValue(_determinism) is <= 0)
                result.AddError("--seeds, --hours, --jobs and --determinism take numbers above zero.");
            if (result.GetValue(_resume) && result.GetValue(_evidence) is null)
                result.AddError("--resume goes on with an evidence file: name it with --evidence.");
        });
        return command;
    }

    /// <summary>Reads what was given.</summary>
    public SimulateRequest Read(ParseResult r) => new(
        r.GetValue(_seeds), r.GetValue(_from), r.GetValue(_hours), r.GetValue(_jobs) ?? Environment.ProcessorCount, r.GetValue(_resume), r.GetValue(_json), r.GetValue(_evidence),
        r.GetValue(_seed), r.GetValue(_scenario), r.GetValue(_crashPairs), r.GetValue(_mutant), r.GetValue(_mutants), r.GetValue(_determinism),
        r.GetValue(_list), r.GetValue(_plan));
}
