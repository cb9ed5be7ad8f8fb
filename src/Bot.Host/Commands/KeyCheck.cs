using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Configuration;

namespace Bot.Host.Commands;

/// <summary>
/// Asks the exchange about the key before anything is started: a wrong one would otherwise show as pairs that never get ready, and one
/// that may do more than trade must not be used at all (RELIABILITY.md S3).
/// </summary>
internal static class KeyCheck
{
    /// <summary>Refuses a key that the exchange does not accept, or that may do more than trade.</summary>
    /// <exception cref="CommandException">It is refused; the message says why and what to do.</exception>
    public static async Task RequireSafeAsync(ExchangeSection exchange, KucoinCredentials credentials, bool allowMaster, CancellationToken cancel)
    {
        var faults = ApiKeyRules.Faults(await AskAsync(exchange, credentials, cancel).ConfigureAwait(false), allowMaster);
        if (faults.Count > 0)
        {
            throw new CommandException(
                $"This key is refused:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Select(f => $"  - {f}"))}{Environment.NewLine}"
                + "Make a key with the permissions General and Spot, bound to this machine's IP address, in a sub-account of its own.");
        }
    }

    /// <summary>As <see cref="RequireSafeAsync"/>, but a simulator on this machine may have keys that are bound to no address: its money is toy money.</summary>
    /// <exception cref="CommandException">It is refused; the message says why and what to do.</exception>
    public static Task RequireUsableAsync(ExchangeSection exchange, KucoinCredentials credentials, CancellationToken cancel) => exchange.BaseAddress.IsLoopback
        ? AskAsync(exchange, credentials, cancel)
        : RequireSafeAsync(exchange, credentials, allowMaster: false, cancel);

    /// <summary>Refuses a key that the exchange does not accept, or that may do more than read and trade: for questions about its account.</summary>
    /// <exception cref="CommandException">It is refused; the message says why and what to do.</exception>
    public static async Task RequireReadableAsync(ExchangeSection exchange, KucoinCredentials credentials, CancellationToken cancel)
    {
        var extra = (await AskAsync(exchange, credentials, cancel).ConfigureAwait(false)).Permissions.Except(["General", "Spot"], StringComparer.OrdinalIgnoreCase).ToList();
        if (extra.Count > 0)
            throw new CommandException($"This key is refused: it may {string.Join(", ", extra)}. Make one with the permission General: more is not needed to read.");
    }

    private static async Task<ApiKeyInfo> AskAsync(ExchangeSection section, KucoinCredentials credentials, CancellationToken cancel)
    {
        using var exchange = new KucoinExchange(
            new KucoinOptions { BaseAddress = section.BaseAddress, AllowedHosts = section.BaseAddress.IsLoopback ? null : new KucoinOptions().AllowedHosts },
            credentials);
        await exchange.SynchroniseClockAsync(cancel).ConfigureAwait(false);
        var answer = await exchange.GetApiKeyAsync(cancel).ConfigureAwait(false);
        return answer.Failure switch
        {
            null => answer.Required,
            { Kind: FailureKind.Unauthorised } refused => throw new CommandException(
                $"The exchange refuses the key: {refused.ToString().TrimEnd('.')}.{Environment.NewLine}"
                + "Check the files key, secret and passphrase, the key's version (exchange.keyVersion) and the addresses that it is bound to. Nothing was started."),
            { } failure => throw new CommandException(
                $"The key could not be checked: {failure.ToString().TrimEnd('.')}.{Environment.NewLine}"
                + $"Check the network and the address of the exchange, {section.BaseAddress}. Nothing was started."),
        };
    }
}
