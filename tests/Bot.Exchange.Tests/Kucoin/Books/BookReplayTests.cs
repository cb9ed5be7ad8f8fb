using System.IO.Compression;
using System.Text.Json;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin.Books;

/// <summary>A recorded session of the exchange goes through the code of the stream, in the order in which it was received.</summary>
public sealed class BookReplayTests(ITestOutputHelper output)
{
    /// <summary>The pairs that the recording's own check was made with, and how many of its tickers each has.</summary>
    private static readonly (string Symbol, int Tickers)[] Checked =
        [("BCHSV-USDT", 277), ("SNX-BTC", 157), ("FET-BTC", 111), ("ANKR-BTC", 79), ("DAPPT-BTC", 53), ("CAPP-BTC", 51)];

    /// <summary>
    /// On the pool: only there does what waits for a snapshot run at once when the snapshot is set. Under the test framework's own context
    /// it would be queued, and the changes after the snapshot would overtake it.
    /// </summary>
    [Fact]
    public Task Every_recorded_ticker_is_the_best_of_the_book_of_its_sequence() => Task.Run(CompareTickers);

    [Fact]
    public void A_recorded_session_that_loses_every_hundredth_change_finds_back_to_the_true_books()
    {
        if (Shared.Data(output) is not { } data)
            return;
        var whole = Replay(data, losesEvery: int.MaxValue);
        var torn = Replay(data, losesEvery: 100);
        Assert.Empty(whole.Lost);
        Assert.True(torn.Lost.Count > 10);
        // What the torn one shows for a sequence is what was true then.
        Assert.All(torn.Bests, best => Assert.Equal(whole.Bests[best.Key], best.Value));
        Assert.True(torn.Bests.Count > whole.Bests.Count / 2);
    }

    private void CompareTickers()
    {
        if (Shared.Data(output) is not { } data)
            return;
        var listener = new Listener();
        var snapshots = new Dictionary<Symbol, TaskCompletionSource<Answer<BookSnapshot>>>();
        var asked = 0;
        using var stop = new CancellationTokenSource();
        var keeper = new BookKeeper(
            listener, (symbol, _) =>
            {
                asked++;
                // Runs what waits for it at once: the snapshot arrives where the recording has it.
                return (snapshots[symbol] = new TaskCompletionSource<Answer<BookSnapshot>>()).Task;
            },
            _ => TimeSpan.Zero, int.MaxValue, new WorkUnits(null, TimeProvider.System), NullLogger.Instance, stop.Token);
        keeper.Connected();
        var tickers = new List<(Symbol Symbol, long Sequence, Ticker Ticker)>();
        foreach (var line in Lines(Path.Combine(data, "KUCOIN", "_recordings", "raw-2021-04-25.jsonl.gz")))
        {
            var record = JsonElement.Parse(line);
            if (!record.TryGetProperty("data", out var content))
                continue;
            var text = JsonSerializer.SerializeToUtf8Bytes(content);
            switch (record.GetProperty("kind").GetString())
            {
                case "ws_out" when content.GetProperty("topic").GetString() is { } topic && topic.StartsWith(BookKeeper.Topic, StringComparison.Ordinal):
                    var names = topic[(BookKeeper.Topic.Length + 1)..].Split(',');
                    keeper.Add(names.Select(Symbol.Parse));
                    keeper.Subscribed(BookKeeper.Topic, names);
                    break;
                case "http" when record.GetProperty("url").GetString()!.Split("level2?symbol=") is [_, var name]:
                    var symbol = Symbol.Parse(name);
                    var snapshot = Envelope.Read(text, BookReaders.Snapshot).Data! with { Symbol = symbol };
                    snapshots[symbol].SetResult(new Answer<BookSnapshot>(snapshot, null, 0));
                    Assert.Contains(listener.Bests.Keys, best => best.Symbol == symbol);
                    break;
                case "ws_in":
                    var frame = PushFrame.Read(text);
                    if (frame.Type != PushType.Message || keeper.TryHandle(frame))
                        break;
                    if (content.GetProperty("topic").GetString()!.Split(':') is ["/market/ticker", var pair])
                        tickers.Add((
                            Symbol.Parse(pair), long.Parse(content.GetProperty("data").GetProperty("sequence").GetString()!, null),
                            PushReaders.Ticker(frame.Data, Symbol.Parse(pair), 0)));
                    break;
            }
        }
        stop.Cancel();

        Assert.Empty(listener.Lost);
        Assert.Equal(10, asked); // One a pair: nobody had to ask again. Of the tenth the recording has no snapshot, and there is no book.
        Assert.Equal(9, listener.Bests.Keys.Select(k => k.Symbol).Distinct().Count());
        var equal = tickers.Where(t => listener.Bests.ContainsKey((t.Symbol, t.Sequence))).GroupBy(t => t.Symbol).ToDictionary(g => g.Key.Text, g =>
        {
            Assert.All(g, t => Assert.Equal(
                (new PriceLevel(t.Ticker.BestBid!.Value, t.Ticker.BestBidSize!.Value), new PriceLevel(t.Ticker.BestAsk!.Value, t.Ticker.BestAskSize!.Value)),
                listener.Bests[(t.Symbol, t.Sequence)]));
            return g.Count();
        });
        Assert.All(Checked, pair => Assert.Equal((pair.Symbol, pair.Tickers), (pair.Symbol, equal[pair.Symbol])));
        Assert.Equal(728, Checked.Sum(pair => equal[pair.Symbol]));
        Assert.Equal(819, equal.Values.Sum());
    }

    /// <summary>One pair, whose true book answers each request for a snapshot at once.</summary>
    private static Listener Replay(string data, int losesEvery)
    {
        var symbol = Symbol.Parse("BCHSV-USDT");
        var listener = new Listener();
        var truth = new BookSync(symbol);
        var deltas = 0;
        using var stop = new CancellationTokenSource();
        var keeper = new BookKeeper(
            listener, (_, _) => Task.FromResult(new Answer<BookSnapshot>(truth.Book.Copy(), null, 0)), _ => TimeSpan.Zero, int.MaxValue,
            new WorkUnits(null, TimeProvider.System), NullLogger.Instance, stop.Token);
        keeper.Connected();
        foreach (var line in Lines(Path.Combine(data, "KUCOIN", "_recordings", "raw-2021-04-25.jsonl.gz")))
        {
            if (!line.Contains(symbol.Text, StringComparison.Ordinal) || line.Contains("ws_out", StringComparison.Ordinal))
                continue;
            var content = JsonElement.Parse(line).GetProperty("data");
            var text = JsonSerializer.SerializeToUtf8Bytes(content);
            if (content.TryGetProperty("code", out _))
            {
                Assert.True(truth.TryBegin(Envelope.Read(text, BookReaders.Snapshot).Data! with { Symbol = symbol }));
                keeper.Add([symbol]);
                keeper.Subscribed(BookKeeper.Topic, [symbol.Text]);
                continue;
            }
            var frame = PushFrame.Read(text);
            if (!truth.IsLive || !frame.Topic.StartsWith("/market/level2:"u8))
                continue;
            truth.Take(BookReaders.Delta(frame.Data, symbol));
            if (++deltas % losesEvery != 0)
                keeper.TryHandle(frame);
        }
        stop.Cancel();
        return listener;
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private sealed class Listener : IBookStreamListener
    {
        public Dictionary<(Symbol Symbol, long Sequence), (PriceLevel Bid, PriceLevel Ask)> Bests { get; } = [];

        public List<Symbol> Lost { get; } = [];

        public void OnBook(OrderBook book) => Bests[(book.Symbol, book.Sequence)] = (book.BestBid!.Value, book.BestAsk!.Value);

        public void OnBookLost(Symbol symbol, string reason) => Lost.Add(symbol);

        public void OnConnected()
        {
        }

        public void OnDisconnected(string reason)
        {
        }
    }
}
