using System.CommandLine;
using System.CommandLine.Help;
using Bot.Chaos.Commands;

// ./bot hands over to this program for its word chaos; the usage line shall say so.
var root = new Command("./bot", "A KuCoin spot trading system that never loses, doubles or forgets an order.") { new HelpOption(), ChaosCommand.Create() };
var parsed = root.Parse(["chaos", .. args]);
var code = parsed.Invoke();
return parsed.Errors.Count > 0 ? 2 : code;
