using System.CommandLine;
using System.Text.Json;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Configuration;
using Bot.Host.Probing;

namespace Bot.Host.Commands;

/// <summary><c>bot exchange</c>: questions about an exchange, without trading on it.</summary>
internal static class ExchangeCommand
{
    public static Command Create() => new("exchange", "Find out about an exchange without trading on it") { Probe() };

    private static Command Probe()
    {
        var config = SharedOptions.Config();
        var address = SharedOptions.Address("--exchange", "Address of the exchange; https, or http on this machine. KuCoin unless configured");
        var keys = new Option<string?>("--keys") { Description = "Folder with the files key, secret and passphrase; without it only public data is asked for", HelpName = "FOLDER" };
        var json = SharedOptions.Json();
        var command = new Command(
            "probe", "Check what the bot assumes of the exchange, as far as reading settles it (docs/kucoin.md); exit code 1 when something does not hold. Places no order")
        {
            config, address, keys, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var section = ConfigurationLoader.Load(parsed.GetValue(config), null, c => c with
            {
                Exchange = c.Exchange with
                {
                    BaseAddress = parsed.GetValue(address) ?? c.Exchange.BaseAddress,
                    KeysFolder = parsed.GetValue(keys) ?? c.Exchange.KeysFolder,
                },
            }).Bot.Exchange;
            using var credentials = section.KeysFolder is { } folder ? KucoinCredentials.FromFolder(folder, section.KeyVersion) : null;

            // A signed request goes to KuCoin or to this machine only; public questions may be put to anybody.
            var options = new KucoinOptions { BaseAddress = section.BaseAddress };
            if (credentials is null)
                options = options with { AllowedHosts = null };
            if (options.AddressFault(section.BaseAddress) is { } fault)
                throw new CommandException($"The address of the exchange {fault}");

            var output = parsed.InvocationConfiguration.Output;
            var asJson = parsed.GetValue(json);
            using var probe = new ExchangeProbe(options, credentials, finding => Write(asJson ? null : output, finding));
            var findings = await probe.RunAsync(cancel);
            cancel.ThrowIfCancellationRequested();
            var report = new ProbeReport(section.BaseAddress, findings.All(f => f.Outcome != ProbeOutcome.Fails), findings);
            await output.WriteLineAsync(asJson
                ? JsonSerializer.Serialize(report, ProbeJson.Default.ProbeReport)
                : $"{Count(ProbeOutcome.Holds)} hold, {Count(ProbeOutcome.Fails)} fail, {Count(ProbeOutcome.Skipped)} skipped: {section.BaseAddress}");
            return report.Holds ? CommandRunner.Ok : CommandRunner.Failed;

            int Count(ProbeOutcome outcome) => findings.Count(f => f.Outcome == outcome);
        }));
        return command;
    }

    private static void Write(TextWriter? output, ProbeFinding finding)
    {
        output?.WriteLine($"{finding.Outcome.ToString().ToLowerInvariant(),-8} {finding.Name,-14} {finding.Text}");
        output?.Flush();
    }
}
