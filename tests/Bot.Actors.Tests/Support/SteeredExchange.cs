using System.Net.Http.Json;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;

namespace Bot.Actors.Tests.Support;

/// <summary>A simulated exchange on real sockets with a market that the test steers, and one account.</summary>
internal sealed class SteeredExchange : IAsyncDisposable
{
    private const string Key = "stops";
    private const string KeySecret = "stops-secret";
    private const string Passphrase = "stops-passphrase";

    private readonly SimulatorServer _server;
    private readonly HttpClient _http;

    private SteeredExchange(SimulatorServer server, SteeredMarket market)
    {
        _server = server;
        Market = market;
        _http = new HttpClient { BaseAddress = server.Address };
    }

    public SteeredMarket Market { get; }

    public static async Task<SteeredExchange> StartAsync(string variants = "", string balances = "USDT=100000,BTC=1", decimal depth = 50m)
    {
        var market = new SteeredMarket(100m, depth);
        return new SteeredExchange(
            await SimulatorServer.StartAsync(new SimulatorOptions
            {
                Accounts = [SimulatorAccount.Parse($"{Key}:{KeySecret}:{Passphrase}:{balances}")],
                Source = market,
                RateLimits = false,
                Variants = SimulatorVariants.Parse(variants),
            }),
            market);
    }

    /// <summary>The production client with the account's key.</summary>
    /// <param name="secret">Another secret than the key's: everything that is signed is refused.</param>
    public KucoinExchange Connect(string secret = KeySecret) => new(
        new KucoinOptions
        {
            BaseAddress = _server.Address, AllowedHosts = null, RateBudget = null, StopOrders = true,

            // A machine that is busy with other tests is no clock fault.
            LicenceAge = TimeSpan.FromSeconds(5), OrderWindowMs = 5_000,
        },
        new KucoinCredentials(Secret.FromText(Key), Secret.FromText(secret), Secret.FromText(Passphrase)));

    /// <summary>Lets the account meet faults from now on; <c>calm</c> for none.</summary>
    public async Task SpoilAsync(string profile)
    {
        using var reply = await _http.PutAsJsonAsync("sim/faults", new { account = Key, profile, seed = 1 });
        reply.EnsureSuccessStatusCode();
    }

    /// <summary>The account's books at the exchange.</summary>
    public async Task<Ledger> LedgerAsync() => (await _http.GetFromJsonAsync($"sim/ledger?account={Key}", LedgerJson.Default.Ledger))!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }
}
