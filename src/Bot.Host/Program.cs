using System.CommandLine;
using Bot.Host.Commands;
using Bot.Host.Database.Commands;

var root = new RootCommand("A KuCoin spot trading system that never loses, doubles or forgets an order.")
{
    DemoCommand.Create(),
    PaperCommand.Create(),
    LiveCommand.Create(),
    NodeCommand.Create(),
    SimulatorCommand.Create(),
    CheckCommand.Create(),
    DatabaseCommands.Create(),
};
var parsed = root.Parse(args);
var code = parsed.Invoke();
return parsed.Errors.Count > 0 ? 2 : code;
