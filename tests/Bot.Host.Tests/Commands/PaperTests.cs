using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;
using Bot.Host.Tests.Database;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Host.Tests.Commands;

/// <summary>Paper trading on another simulator, which stands for the real exchange.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class PaperTests(MadeServer made) : IClassFixture<MadeServer>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What a real account with a discount may read, and nothing more.
    private static readonly SimulatorAccount Reader = new()
    {
        Key = "reader", Secret = "reader-secret", Passphrase = "reader-passphrase", Permissions = ["General"], MakerFeeRate = 0.0002m, TakerFeeRate = 0.0006m,
    };

    private readonly string _folder = MadeServer.NewFolder();
    private SimulatorServer _real = null!;

    private string Account => Path.Combine(_folder, "paper", "account.jsonl");

    public async Task InitializeAsync()
    {
        _real = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [Reader, Reader with { Key = "thief", Permissions = ["General", "Withdrawal"] }] });
        await made.CopyToAsync(_folder);
    }

    public async Task DisposeAsync()
    {
        await _real.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_account_goes_on_with_its_database_and_neither_without_the_other()
    {
        // A new account, with an order of ours that rests.
        string orderId;
        using (var first = Start(_real.Address, "--fees", "0.0005,0.0007"))
        {
            var paper = await AddressAsync(first);
            await first.WhenItSaysAsync("maker 0.05 %, taker 0.07 % (as given)");
            using var client = await ClientAsync(paper);
            var rates = (await client.GetFeeRatesAsync([.. (await client.GetSymbolsAsync(CancellationToken.None)).Required.Select(r => r.Symbol).Take(1)], CancellationToken.None)).Required;
            Assert.Equal((0.0005m, 0.0007m), (rates[0].Maker, rates[0].Taker));
            orderId = await RestAsync(client);
            first.Interrupt();
            EndedByInterrupt(await first.EndAsync());
        }

        // It goes on; its cash cannot be set again.
        (await BotCommand.RunAsync(_folder, [.. Line(_real.Address), "--cash", "5"])).Failed(1, "--cash is for a new account", "--fresh");
        using (var second = Start(_real.Address))
        {
            using var client = await ClientAsync(await AddressAsync(second));
            await second.WhenItSaysAsync("going on with the paper account");
            var order = Assert.Single(await OrdersAsync(client));
            Assert.Equal(orderId, order.OrderId);
            second.Interrupt();
            EndedByInterrupt(await second.EndAsync());
        }

        // Without its file the database stands alone, and is not touched.
        File.Move(Account, Account + ".away");
        (await BotCommand.RunAsync(_folder, Line(_real.Address))).Failed(1, "do not go together", "another paper account", "--fresh");
        File.Move(Account + ".away", Account, overwrite: true);

        // Anew, with both.
        using var fresh = Start(_real.Address, "--fresh", "--cash", "123");
        using (var client = await ClientAsync(await AddressAsync(fresh)))
        {
            await fresh.WhenItSaysAsync("new paper account");
            Assert.Empty(await OrdersAsync(client));
            Assert.Equal(123m, Assert.Single((await client.GetBalancesAsync()).Required).Total);
        }
        fresh.Interrupt();
        EndedByInterrupt(await fresh.EndAsync());
    }

    [Fact]
    public async Task A_key_is_asked_for_its_fees_and_the_book_and_never_trades()
    {
        using var relay = new RecordingRelay(_real.Address);
        using (var run = Start(relay.Address, "--keys", WriteKeys("reader"), "--latency", "5-10"))
        {
            using var client = await ClientAsync(await AddressAsync(run));
            await run.WhenItSaysAsync("maker 0.02 %, taker 0.06 % (of the key's account)");

            // An order on paper, matched against the real book.
            var order = await BuyAsync(client);
            Assert.True(order.DealSize > 0, $"{order}");
            await UntilAsync(() => relay.Requests.Any(r => r is { Path: "/api/v3/market/orderbook/level2", IsSigned: true }), () => "the full book is not asked for");
            run.Interrupt();
            EndedByInterrupt(await run.EndAsync());
        }
        var requests = relay.Requests;
        Assert.Contains(requests, r => r is { Path: "/api/v1/trade-fees", IsSigned: true });
        Assert.Equal(
            ["/api/v1/trade-fees", "/api/v1/user/api-key", "/api/v3/market/orderbook/level2"],
            requests.Where(r => r.IsSigned).Select(r => r.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(requests, r => r.Path.Contains("order", StringComparison.Ordinal) && !r.Path.Contains("/market/orderbook", StringComparison.Ordinal));
        Assert.All(requests, r => Assert.True(r.Method == "GET" || r.Path == "/api/v1/bullet-public", $"{r}"));
    }

    [Fact]
    public async Task A_key_that_may_do_more_and_options_that_make_no_sense_are_refused()
    {
        (await BotCommand.RunAsync(_folder, [.. Line(_real.Address), "--keys", WriteKeys("thief")])).Failed(1, "This key is refused", "Withdrawal");
        (await BotCommand.RunAsync(_folder, [.. Line(_real.Address), "--fees", "0.1%"])).Failed(2, "MAKER,TAKER");
        (await BotCommand.RunAsync(_folder, [.. Line(_real.Address), "--latency", "60-20"])).Failed(2, "20-60");
        Assert.False(File.Exists(Account));
    }

    private BotCommand Start(Uri real, params string[] more) => BotCommand.Start(_folder, [.. Line(real), .. more]);

    private string[] Line(Uri real)
    {
        var config = Path.Combine(_folder, "paper.json");
        File.WriteAllText(config, $$"""{ "exchange": { "baseAddress": "{{real}}" } }""");
        return ["paper", "--config", config, "--pairs", "2"];
    }

    private string WriteKeys(string key)
    {
        var keys = Directory.CreateDirectory(Path.Combine(_folder, $"keys-{key}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, value) in new[] { ("key", key), ("secret", Reader.Secret), ("passphrase", Reader.Passphrase) })
        {
            var file = Path.Combine(keys.FullName, name);
            File.WriteAllText(file, value);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return keys.FullName;
    }

    // The interrupt finds the node trading, or still starting beside the exchange that the test speaks to: in order it is either way.
    private static void EndedByInterrupt(CommandEnd end) => Assert.True(end.IsReadable().Code is 0 or 130, $"exit code {end.Code}");

    private static async Task<Uri> AddressAsync(BotCommand run)
    {
        await run.WhenItSaysAsync("paper exchange http");
        return new Uri(Address().Match(run.ErrorSoFar).Groups[1].Value);
    }

    private static async Task<KucoinExchange> ClientAsync(Uri paper)
    {
        var client = new KucoinExchange(
            new KucoinOptions { BaseAddress = paper, AllowedHosts = null },
            new KucoinCredentials(Secret.FromText("demo"), Secret.FromText("demo-secret"), Secret.FromText("demo-passphrase")));
        await client.SynchroniseClockAsync(CancellationToken.None);
        return client;
    }

    private static async Task<string> RestAsync(KucoinExchange client)
    {
        var rules = (await client.GetSymbolsAsync(CancellationToken.None)).Required[0];
        var price = rules.FloorPrice((await client.GetTickerAsync(rules.Symbol)).Required.BestBid!.Value * 0.95m);
        return await PlaceAsync(client, rules, OrderType.Limit, price);
    }

    private static async Task<OrderReport> BuyAsync(KucoinExchange client)
    {
        var rules = (await client.GetSymbolsAsync(CancellationToken.None)).Required[0];
        var price = (await client.GetTickerAsync(rules.Symbol)).Required.BestAsk!.Value;
        await PlaceAsync(client, rules, OrderType.Limit, rules.CeilingPrice(price * 1.01m));
        OrderReport? report = null;
        await UntilAsync(() => (report = client.GetOrderAsync(rules.Symbol, "bp-test01").GetAwaiter().GetResult().Value)?.DealSize > 0, () => $"not filled: {report}");
        return report!;
    }

    private static async Task<string> PlaceAsync(KucoinExchange client, SymbolRules rules, OrderType type, decimal price)
    {
        var pinned = client.Pin(
            new OrderSpec { ClientOrderId = "bp-test01", Symbol = rules.Symbol, Side = Side.Buy, Type = type, Price = price, Size = rules.SmallestSize(price) * 20 },
            client.Clock.NowMs);
        return (await client.PlaceOrderAsync(pinned)).Required.OrderId;
    }

    private static async Task<IReadOnlyList<OrderReport>> OrdersAsync(KucoinExchange client)
    {
        var orders = new List<OrderReport>();
        foreach (var rules in (await client.GetSymbolsAsync(CancellationToken.None)).Required)
            orders.AddRange((await client.GetActiveOrdersAsync(rules.Symbol)).Required);
        return orders;
    }

    private static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var start = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(25))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                Assert.Fail(otherwise());
        }
    }

    [GeneratedRegex("paper exchange (http://[0-9.:]+/)")]
    private static partial Regex Address();
}
