using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Bot.Benchmarks;

/// <summary>Times of single requests, µs, in the order in which they were made.</summary>
/// <param name="Ours">Orders: signed, sent, taken by the simulator, acknowledged, read.</param>
/// <param name="Bare">The same bytes posted to a server that reads them and answers others.</param>
internal sealed record RoundTrips(IReadOnlyList<double> Ours, IReadOnlyList<double> Bare);

/// <summary>Orders through the simulator: in process, over HTTP at once, and one at a time beside a bare server.</summary>
internal static class OrderRuns
{
    private static readonly SimulatorAccount Owner = SimulatorAccount.Parse("key:secret:passphrase:USDT=1000000000,BTC=100000");

    private static int _orders;

    private static SimulatorOptions Options => new() { Accounts = [Owner], Source = new StillMarket(), RateLimits = false };

    /// <summary>Orders a second that the floor takes, holds money for, matches and settles, in process.</summary>
    public static double InProcess(int orders)
    {
        var options = Options;
        using var source = options.Source!;
        var floor = new TradingFloor(source, options.Accounts, options.Seed, options.MinDelayMs, options.MaxDelayMs);
        floor.AdvanceTo(floor.NowMs + 1_000);
        var account = floor.Account(Owner.Key)!;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < orders; i++)
        {
            var spec = Spec(i);
            var request = new OrderRequest
            {
                ClientOid = spec.ClientOrderId,
                Symbol = spec.Symbol.Text,
                Side = spec.Side,
                Type = spec.Type,
                Price = spec.Price!.Value,
                Size = spec.Size,
                TimeInForce = spec.TimeInForce,
            };
            if (floor.Desk.Place(request, account, floor.NowMs, 0, out var rejection) is null)
                throw new InvalidOperationException($"The simulator refused an order: {rejection}.");
            floor.AdvanceTo(floor.NowMs + options.MaxDelayMs);
        }
        var rate = orders / Stopwatch.GetElapsedTime(start).TotalSeconds;
        return account.Fills.Count >= orders ? rate : throw new InvalidOperationException("Not every order was filled.");
    }

    /// <summary>Orders a second through HTTP on loopback, by the production client, some at a time.</summary>
    public static async Task<double> OverHttpAsync(int orders, int atOnce)
    {
        await using var simulator = await SimulatorServer.StartAsync(Options);
        using var credentials = Credentials();
        using var client = Client(simulator.Address, credentials);
        await PlaceAsync(client);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            for (var i = 0; i < orders / atOnce; i++)
                await PlaceAsync(client);
        }));
        return orders / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Places orders one at a time, in turns with requests to the bare server.</summary>
    public static async Task<RoundTrips> InTurnsAsync(int orders)
    {
        await using var simulator = await SimulatorServer.StartAsync(Options);
        using var credentials = Credentials();
        using var client = Client(simulator.Address, credentials);
        await using var bare = await BareServerAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = new Uri(bare.Urls.Single()) };
        var (ours, theirs) = (new double[orders], new double[orders]);

        // The first ones connect and compile.
        for (var i = -Math.Min(500, orders); i < orders; i++)
        {
            var body = client.Pin(Spec(_orders), NowMs()).Body;
            var one = await TimedAsync(() => PlaceAsync(client));
            var other = await TimedAsync(() => PostAsync(http, body));
            if (i >= 0)
                (ours[i], theirs[i]) = (one, other);
        }
        return new RoundTrips(ours, theirs);
    }

    private static async Task<double> TimedAsync(Func<Task> request)
    {
        var start = Stopwatch.GetTimestamp();
        await request();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static async Task PlaceAsync(KucoinExchange client)
    {
        var spec = Spec(Interlocked.Increment(ref _orders));
        _ = (await client.PlaceOrderAsync(client.Pin(spec, NowMs()))).Required.OrderId;
    }

    private static async Task PostAsync(HttpClient http, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("/api/v1/hf/orders", UriKind.Relative), content);
        _ = await response.Content.ReadAsByteArrayAsync();
    }

    private static async Task<WebApplication> BareServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var answer = """{"code":"200000","data":{"orderId":"67187162c0d6990007717b15","clientOid":"bench-1"}}"""u8.ToArray();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }

    private static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    // Buys and sells in turns, each against the market's own orders, so that no list of resting orders grows.
    private static OrderSpec Spec(int number) => new()
    {
        ClientOrderId = number.ToString("'bench-'0", CultureInfo.InvariantCulture),
        Symbol = StillMarket.Rules.Symbol,
        Side = number % 2 == 0 ? Side.Buy : Side.Sell,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Ioc,
        Price = number % 2 == 0 ? 50_100m : 49_900m,
        Size = 0.0001m,
    };

    private static KucoinCredentials Credentials() =>
        new(Secret.FromText("key"), Secret.FromText("secret"), Secret.FromText("passphrase"));

    private static KucoinExchange Client(Uri address, KucoinCredentials credentials) => new(
        new KucoinOptions { BaseAddress = address, ClockIsTimeProvider = true, RateBudget = null }, credentials);
}
