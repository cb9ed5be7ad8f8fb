using System.Threading.Channels;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin.Books;

public sealed class BookStreamTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    private readonly VirtualTimeProvider _time = new(TestClient.NowMs);
    private readonly Listener _listener = new();
    private readonly Channel<(string Request, TaskCompletionSource<string> Answer)> _asked =
        Channel.CreateUnbounded<(string, TaskCompletionSource<string>)>();

    [Fact]
    public async Task A_book_is_told_of_when_its_snapshot_is_there_and_with_each_change()
    {
        await using var server = await StartAsync();
        using var client = TestClient.At(server.Address, _time);
        await using var stream = client.OpenBookStream(_listener);
        stream.Subscribe([Btc]);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        Assert.Equal("/market/level2:BTC-USDT", await session.AckNextAsync());
        Assert.Equal("connected", await _listener.NextAsync());
        var (request, answer) = await AskedAsync();
        Assert.Equal("/api/v3/market/orderbook/level2?symbol=BTC-USDT", request);
        await DeltaAsync(session, 11, "101");
        answer.SetResult(Snapshot(10));
        Assert.Equal("10 100", First(await _listener.NextAsync(), "10 100", "11 101"));
        await DeltaAsync(session, 12, "102");
        Assert.Equal("12 102", await UntilAsync("12 102"));
    }

    [Fact]
    public async Task After_a_gap_the_book_is_lost_until_a_new_snapshot_has_come()
    {
        await using var server = await StartAsync();
        using var client = TestClient.At(server.Address, _time);
        await using var stream = client.OpenBookStream(_listener);
        stream.Subscribe([Btc]);
        var session = await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(10));
        Assert.Equal("10 100", await _listener.NextAsync());
        await DeltaAsync(session, 12, "102");
        Assert.Equal("lost BTC-USDT", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(11));
        Assert.Equal("12 102", await _listener.NextAsync());
    }

    [Fact]
    public async Task A_change_that_cannot_be_read_shows_as_a_gap()
    {
        await using var server = await StartAsync();
        using var client = TestClient.At(server.Address, _time);
        await using var stream = client.OpenBookStream(_listener);
        stream.Subscribe([Btc]);
        var session = await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(10));
        Assert.Equal("10 100", await _listener.NextAsync());
        await DeltaAsync(session, 11, "many");
        await DeltaAsync(session, 12, "102");
        Assert.Equal("lost BTC-USDT", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(12));
        Assert.Equal("12 100", await _listener.NextAsync());
    }

    [Fact]
    public async Task A_snapshot_that_is_too_old_is_asked_for_again()
    {
        await using var server = await StartAsync();
        using var client = TestClient.At(server.Address, _time, Impatient(server));
        await using var stream = client.OpenBookStream(_listener);
        stream.Subscribe([Btc]);
        var session = await server.NextSubscribedAsync(1);
        var (_, answer) = await AskedAsync();
        await DeltaAsync(session, 20, "120");
        stream.Subscribe([Symbol.Parse("ETH-USDT")]);
        await session.AckNextAsync(); // Frames have an order: the delta before it has been taken when this is asked for.
        (await AskedAsync()).Answer.SetResult(Snapshot(1));
        await UntilAsync("1 100");
        answer.SetResult(Snapshot(10));
        (await AskedAsync()).Answer.SetResult(Snapshot(19));
        Assert.Equal("20 120", await _listener.NextAsync());
    }

    [Fact]
    public async Task A_new_connection_has_new_books_and_nothing_of_the_old_ones()
    {
        await using var server = await StartAsync();
        using var client = TestClient.At(server.Address, _time, Impatient(server));
        await using var stream = client.OpenBookStream(_listener);
        stream.Subscribe([Btc]);
        var session = await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(10));
        Assert.Equal("10 100", await _listener.NextAsync());
        await session.CloseAsync();
        Assert.StartsWith("disconnected", await _listener.NextAsync(), StringComparison.Ordinal);
        session = await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await _listener.NextAsync());
        (await AskedAsync()).Answer.SetResult(Snapshot(5));
        Assert.Equal("5 100", await _listener.NextAsync());
    }

    [Fact]
    public async Task A_book_stream_without_a_key_is_refused()
    {
        await using var server = await StartAsync();
        using var client = new KucoinExchange(TestClient.Options(server.Address), null);
        Assert.Throws<InvalidOperationException>(() => client.OpenBookStream(_listener));
    }

    private static KucoinOptions Impatient(PushServer server) => TestClient.Options(server.Address) with
    {
        Streams = new KucoinStreamOptions { ReconnectDelay = TimeSpan.Zero, MaxReconnectDelay = TimeSpan.Zero },
    };

    private static string Snapshot(long sequence) => TestClient.Data(
        $$"""{"sequence":"{{sequence}}","time":1729176273859,"bids":[["100","1"]],"asks":[["1000","1"]]}""");

    private static Task DeltaAsync(PushServer.Session session, long sequence, string price) => session.SendAsync(
        $$$"""{"type":"message","topic":"/market/level2:BTC-USDT","subject":"trade.l2update","data":{"changes":{"asks":[],"bids":[["{{{price}}}","1","{{{sequence}}}"]]},"sequenceEnd":{{{sequence}}},"sequenceStart":{{{sequence}}},"symbol":"BTC-USDT","time":1663747970273}}""");

    /// <summary>Whether a delta came before its snapshot or after it is up to the machine: either way the first book is one of the two.</summary>
    private static string First(string actual, string usual, string other) => actual == other ? usual : actual;

    private Task<(string Request, TaskCompletionSource<string> Answer)> AskedAsync() => _asked.Reader.ReadAsync().AsTask().Soon();

    private async Task<string> UntilAsync(string expected)
    {
        string actual;
        do
        {
            actual = await _listener.NextAsync();
        }
        while (actual != expected);
        return actual;
    }

    private async Task<PushServer> StartAsync()
    {
        var server = await PushServer.StartAsync();
        server.Answers = request =>
        {
            var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.Writer.TryWrite((request, answer));
            return answer.Task;
        };
        return server;
    }

    private sealed class Listener : IBookStreamListener
    {
        private readonly Channel<string> _events = Channel.CreateUnbounded<string>();

        public void OnBook(OrderBook book) => _events.Writer.TryWrite($"{book.Sequence} {book.BestBid?.Price}");

        public void OnBookLost(Symbol symbol, string reason) => _events.Writer.TryWrite($"lost {symbol}");

        public void OnConnected() => _events.Writer.TryWrite("connected");

        public void OnDisconnected(string reason) => _events.Writer.TryWrite($"disconnected: {reason}");

        public Task<string> NextAsync() => _events.Reader.ReadAsync().AsTask().Soon();
    }
}
