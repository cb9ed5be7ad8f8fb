using System.CommandLine;
using System.CommandLine.Help;
using Bot.Host.Commands;
using Bot.Host.Database.Commands;

// A command and not the library's root: that one would be called after the assembly in every usage line.
var root = new Command("./bot", "A KuCoin spot trading system that never loses, doubles or forgets an order.")
{
    new HelpOption(),
    new VersionOption(),
    DemoCommand.Create(),
    PaperCommand.Create(),
    LiveCommand.Create(),
    NodeCommand.Create(),
    SimulatorCommand.Create(),
    ExchangeCommand.Create(),
    CheckCommand.Create(),
    ReconcileCommand.Create(),
    KillSwitchCommand.Create(),
    ResumeCommand.Create(),
    RiskCommand.Create(),
    DatabaseCommands.Create(),
};
var parsed = root.Parse(args);
var code = parsed.Invoke();
return parsed.Errors.Count > 0 ? 2 : code;
