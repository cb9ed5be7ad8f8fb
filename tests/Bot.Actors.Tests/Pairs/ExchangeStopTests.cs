using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Bot.Actors.Gateway;
using Bot.Actors.Pairs;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Simulator;
using Bot.Trading.Orders;

namespace Bot.Actors.Tests.Pairs;

/// <summary>
/// Stops that the exchange holds, with the production actors, a real journal and the simulator on real sockets (RELIABILITY.md R13, F18): they
/// stand from the first fill on, they sell while nobody is there, and whatever goes wrong with them the pair ends flat or protected.
/// </summary>
public sealed class ExchangeStopTests
{
    // Far below every stop of these tests.
    private const decimal Crash = 90m;

    [Fact]
    public async Task A_stop_stands_at_the_exchange_with_what_was_bought()
    {
        using var measured = new Measured("unprotected_ms_after_first_fill");
        await using var pair = await PairOnExchange.CreateAsync();
        await pair.StartAsync();
        await pair.EnterAsync();
        var stop = await ProtectedAsync(pair);
        var first = (await pair.Exchange.LedgerAsync()).Fills.Min(f => f.TimeMs);
        var bareMs = await Eventually.Async(() => Task.FromResult(!measured.Values.IsEmpty ? measured.Values.ToList() : null), "it was measured");
        Assert.True(bareMs.Single() >= stop.CreatedAtMs - first, $"{bareMs.Single()} ms were measured, {stop.CreatedAtMs - first} went by at the exchange");
        Assert.True(ClientOrderId.TryParse(stop.ClientOid, out var id));
        Assert.Equal((IntentLeg.Stop, "sell"), (id.Leg, stop.Side));
        Assert.InRange(stop.StopPrice, Crash, 99m);
    }

    [Fact]
    public async Task A_pair_that_dies_between_its_fill_and_its_stop_places_it_in_its_next_life()
    {
        await using var pair = await PairOnExchange.CreateAsync();
        await pair.StartAsync(ExchangeStopsSetting.Off);
        await pair.EnterAsync();
        await pair.WhenBooksAsync(b => b.Fills.Sum(f => f.Size) == PairOnExchange.Size, "the entry filled");
        await Eventually.Async(async () => (await pair.StatusAsync()).Position.Quantity > 0 ? "" : null, "the pair knows of its fill");
        Assert.Empty((await pair.Exchange.LedgerAsync()).Stops);
        await pair.KillAsync();

        await pair.StartAsync();
        await ProtectedAsync(pair);
    }

    [Fact]
    public async Task A_pair_that_dies_between_the_licence_and_the_request_places_its_stop_in_its_next_life()
    {
        await using var pair = await PairOnExchange.CreateAsync();
        var licensed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Swallows = request => request is GatewayRequest.PlaceStop && licensed.TrySetResult();
        await pair.StartAsync();
        await pair.EnterAsync();
        await licensed.Task.WaitAsync(LocalSystem.Patience);
        await pair.KillAsync();
        Assert.Empty((await pair.Exchange.LedgerAsync()).Stops);

        await pair.StartAsync();
        await ProtectedAsync(pair);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stop-child-nameless")]
    public async Task The_exchange_sells_while_the_pair_is_dead_and_the_next_life_books_it(string variants)
    {
        await using var pair = await PairOnExchange.CreateAsync(variants);
        await pair.StartAsync();
        await pair.EnterAsync();
        await ProtectedAsync(pair);
        await pair.KillAsync();

        pair.Market.Trade(Crash);
        var books = await pair.WhenBooksAsync(b => b.Balances.Single(x => x.Currency == "BTC").Total == 0, "the exchange's stop sold");
        Assert.Equal(2, books.Orders.Count);
        await pair.StartAsync();
        await pair.RequireFlatAsync();
    }

    /// <summary>Each fault once; with <c>./test --long</c> also with orders that have lost their client order id.</summary>
    public static TheoryData<string, string> Faults
    {
        get
        {
            var faults = new TheoryData<string, string>
            {
                { "stop-refused", "" }, { "stop-lag", "" }, { "stop-gap", "" }, { "stop-funds", "" }, { "stop-partial", "stop-child-nameless" },
            };
            if (Environment.GetEnvironmentVariable("BOT_LONG") != "1")
                return faults;
            faults.Add("stop-lag", "stop-child-nameless");
            faults.Add("stop-gap", "stop-child-nameless");
            faults.Add("stop-partial", "");
            return faults;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Whatever_goes_wrong_with_the_stop_the_pair_ends_flat(string profile, string variants)
    {
        await using var pair = await PairOnExchange.CreateAsync(variants);
        await pair.Exchange.SpoilAsync(profile);
        await pair.StartAsync();
        await pair.EnterAsync();
        if (profile == "stop-refused")
            await Eventually.Async(async () => (await pair.StatusAsync()).Protection is null ? null : "", "the pair watches by itself");
        else
            await ProtectedAsync(pair);
        pair.Market.Trade(Crash);
        await pair.RequireFlatAsync();
    }

    /// <summary>What the next life finds; two of them are enough for every run.</summary>
    public static TheoryData<string> FaultsOfTheDead =>
        Environment.GetEnvironmentVariable("BOT_LONG") == "1" ? ["stop-lag", "stop-gap", "stop-funds", "stop-partial"] : ["stop-funds", "stop-partial"];

    [Theory]
    [MemberData(nameof(FaultsOfTheDead))]
    public async Task Whatever_goes_wrong_while_the_pair_is_dead_its_next_life_ends_flat(string profile)
    {
        await using var pair = await PairOnExchange.CreateAsync("stop-child-nameless");
        await pair.Exchange.SpoilAsync(profile);
        await pair.StartAsync();
        await pair.EnterAsync();
        await ProtectedAsync(pair);
        await pair.KillAsync();
        pair.Market.Trade(Crash);
        await pair.WhenBooksAsync(b => b.Stops.Any(s => s.Phase is "due" or "triggered"), "the price came");
        await pair.StartAsync();
        await pair.RequireFlatAsync();
    }

    [Fact]
    public async Task Without_stops_at_the_exchange_the_pair_watches_alone()
    {
        await using var pair = await PairOnExchange.CreateAsync("stops-retired");
        await pair.StartAsync();
        await pair.EnterAsync();
        await Eventually.Async(async () => (await pair.StatusAsync()).Protection is null ? null : "", "the pair watches by itself");
        await Eventually.Async(() => Task.FromResult(pair.Mode == ExchangeStopsMode.Retired ? "" : null), "the capability was taken back");
        Assert.Empty((await pair.Exchange.LedgerAsync()).Stops);
        pair.Market.Trade(Crash);
        await pair.RequireFlatAsync();
    }

    [Fact]
    public async Task A_position_that_grows_has_its_new_stop_before_it_loses_the_old_one()
    {
        // Three levels of the book make three fills.
        await using var pair = await PairOnExchange.CreateAsync(depth: 0.4m);
        await pair.StartAsync();
        await pair.EnterAsync();
        await Eventually.Async(async () => (await pair.StatusAsync()).OpenOrders.All(o => !o.StartsWith("Buy", StringComparison.Ordinal)) ? "" : null, "the entry ended");
        var books = await pair.WhenBooksAsync(
            b => b.Fills.Count > 1 && b.Stops.Where(s => s.Phase == "waiting").ToList() is [var only] && only.Size == b.Fills.Sum(f => f.Size), "one stop covers everything");
        var stops = books.Stops.OrderBy(s => s.CreatedAtMs).ToList();
        foreach (var (older, newer) in stops.Zip(stops.Skip(1)))
        {
            Assert.True(older.EndedAtMs >= newer.CreatedAtMs, $"{older.ClientOid} was gone before {newer.ClientOid} was there");
            Assert.True(older.Size < newer.Size);
        }
    }

    /// <summary>What the bot's meter tells while this is there.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Measured(string instrument)
        {
            _listener.InstrumentPublished = (found, listener) =>
            {
                if (found.Meter.Name == ProtectionMeter.MeterName && found.Name == instrument)
                    listener.EnableMeasurementEvents(found);
            };
            _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Values.Enqueue(value));
            _listener.Start();
        }

        public ConcurrentQueue<double> Values { get; } = new();

        public void Dispose() => _listener.Dispose();
    }

    private static async Task<LedgerStop> ProtectedAsync(PairOnExchange pair)
    {
        var books = await pair.WhenBooksAsync(
            b => b.Stops.Where(s => s.Phase == "waiting").ToList() is [var only] && only.Size == PairOnExchange.Size, "a stop for everything stands at the exchange");
        var stop = books.Stops.Single(s => s.Phase == "waiting");
        await Eventually.Async(
            async () => (await pair.JournaledAsync()).Find(stop.ClientOid) is { IsConfirmed: true } known ? known : null, "the pair has written down that its stop stands");
        return stop;
    }
}
