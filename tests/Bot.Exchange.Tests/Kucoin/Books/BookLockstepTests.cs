using System.Globalization;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin.Books;

/// <summary>Books in lockstep: what the client shows at an instant is what the simulator's books hold at it, and the same in every run.</summary>
public sealed class BookLockstepTests : IDisposable
{
    private static readonly Symbol[] Pairs = [Symbol.Parse("AAA-USDT"), Symbol.Parse("BBB-USDT")];

    private readonly CandleFiles _files = new();

    public BookLockstepTests()
    {
        _files.WriteWalk("AAA-USDT", 15, 50m, 21);
        _files.WriteWalk("BBB-USDT", 15, 80m, 22);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_book_in_lockstep_is_the_simulators_at_every_instant_and_the_same_in_every_run()
    {
        var first = await RunAsync();
        Assert.Equal(first, await RunAsync());
        Assert.Equal(["connected"], first.Where(l => !l.Contains(' ', StringComparison.Ordinal)));

        // Two snapshots, then a change of each book for each of the prices of 15 minutes.
        Assert.True(first.Count > 30, string.Join('\n', first));
    }

    private async Task<List<string>> RunAsync()
    {
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [SimulatorAccount.Parse("the-key:the-secret:the-passphrase:USDT=100000")],
            Replay = _files.Options(),
            Clock = SimulatorClock.Lockstep,
            Speed = null,
            RateLimits = false,
        });
        var time = new VirtualTimeProvider(CandleFiles.Start);
        var (inFlight, frames) = (new InFlight(), new PushFrames());

        // The clock stands at its beginning until the stream has been asked for.
        var isUp = false;
        await using var lockstep = new LockstepClient(
            simulator.Address, "the-key", time, inFlight, frames, new LockstepOptions { IsReady = () => Volatile.Read(ref isUp) });
        await lockstep.Start().Soon();
        using var client = new KucoinExchange(
            TestClient.Options(simulator.Address), TestClient.Credentials(),
            new KucoinRuntime { Time = time, InFlight = inFlight, Frames = frames, Jitter = () => 0.5 });
        var listener = new Listener(simulator, time);
        await using var stream = client.OpenBookStream(listener);
        stream.Subscribe(Pairs);
        Volatile.Write(ref isUp, true);
        await lockstep.Completion.Soon();
        Assert.Null(listener.Fault);
        return listener.Lines;
    }

    /// <summary>Compares each book with the simulator's, whose clock stands while the client works.</summary>
    private sealed class Listener(SimulatorServer simulator, VirtualTimeProvider time) : IBookStreamListener
    {
        public List<string> Lines { get; } = [];

        public string? Fault { get; private set; }

        public void OnBook(OrderBook book)
        {
            var pair = simulator.Floor.Pairs.Single(p => p.Symbol == book.Symbol.Text);
            var (bids, asks) = (new List<DepthLevel>(), new List<DepthLevel>());
            pair.Engine.Depth(Side.Buy, int.MaxValue, bids);
            pair.Engine.Depth(Side.Sell, int.MaxValue, asks);
            var here = Text(book.Sequence, book.Bids, book.Asks);
            var there = Text(pair.Engine.Sequence, Levels(bids), Levels(asks));
            if (here != there)
                Fault ??= $"{book.Symbol} at {time.NowMs}: {here}\n{there}";
            Lines.Add($"{time.NowMs} {book.Symbol} {here}");
        }

        public void OnBookLost(Symbol symbol, string reason) => Lines.Add($"{time.NowMs} {symbol} lost");

        public void OnConnected() => Lines.Add("connected");

        public void OnDisconnected(string reason)
        {
            // At the end; a break before it would show as a second connection.
        }

        private static IEnumerable<PriceLevel> Levels(List<DepthLevel> levels) => levels.Select(l => new PriceLevel(l.Price, l.Size));

        private static string Text(long sequence, IEnumerable<PriceLevel> bids, IEnumerable<PriceLevel> asks) =>
            $"{sequence} {string.Join(' ', bids.Select(Text))} | {string.Join(' ', asks.Select(Text))}";

        private static string Text(PriceLevel level) => string.Create(CultureInfo.InvariantCulture, $"{level.Price:0.########}*{level.Size:0.########}");
    }
}
