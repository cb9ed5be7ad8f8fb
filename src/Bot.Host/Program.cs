using System.CommandLine;
using Bot.Host.Database.Commands;

return new RootCommand("A KuCoin spot trading system") { DatabaseCommands.Create() }.Parse(args).Invoke();
