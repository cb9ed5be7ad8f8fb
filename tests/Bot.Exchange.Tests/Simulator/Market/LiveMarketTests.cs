using System.Diagnostics;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Market;

/// <summary>A paper exchange that follows another simulator through the client, as it follows the real exchange.</summary>
public sealed class LiveMarketTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PushedMarket _real = new();
    private SimulatorServer _upstream = null!;
    private KucoinExchange _client = null!;
    private SimulatorServer _paper = null!;

    private MatchingBook Book => new(_paper);

    public async Task InitializeAsync()
    {
        _upstream = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Source = _real });
        _client = new KucoinExchange(new KucoinOptions { BaseAddress = _upstream.Address, AllowedHosts = null }, null);
        var market = await LiveMarket.OpenAsync(new LiveMarketOptions(), _client, _client, _client, TimeProvider.System, CancellationToken.None);
        _paper = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Source = market, MinDelayMs = 0, MaxDelayMs = 0 });
    }

    public async Task DisposeAsync()
    {
        await _paper.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _real.Dispose();
    }

    [Fact]
    public async Task A_large_order_fills_in_parts_at_the_real_levels_and_what_it_took_stays_gone_until_they_change()
    {
        DepthLevel[] bids = [new(99.8m, 3m)];
        _real.Push(100m, 0, new DepthLadder(bids, [new(100.2m, 1m), new(100.5m, 2m), new(101m, 4m)]));
        await Book.IsAsync(Side.Sell, "100.2x1 100.5x2 101x4");

        var first = await BuyAsync(2.5m);
        Assert.Equal(["100.2x1", "100.5x1.5"], first);
        await Book.IsAsync(Side.Sell, "100.5x0.5 101x4");

        // A book that tells the same again gives nothing back; a level that has changed is a new one.
        _real.Push(100m, 0, new DepthLadder([new(99.8m, 7m)], [new(100.2m, 1m), new(100.5m, 2m), new(101m, 4m)]));
        await Book.IsAsync(Side.Buy, "99.8x7");
        await Book.IsAsync(Side.Sell, "100.5x0.5 101x4");
        _real.Push(100m, 0, new DepthLadder([new(99.8m, 7m)], [new(100.2m, 1.5m), new(100.5m, 2m), new(101m, 4m)]));
        await Book.IsAsync(Side.Sell, "100.2x1.5 100.5x0.5 101x4");
        Assert.Equal(["100.2x1.5", "100.5x0.5", "101x1"], await BuyAsync(3m));

        // More than there is within reach: the rest is cancelled.
        Assert.Equal(["101x3"], await BuyAsync(5m));
    }

    [Fact]
    public async Task A_resting_order_is_filled_by_what_trades()
    {
        var order = Place(Order(OrderType.Limit, Side.Buy, 2m) with { Price = 99.9m });

        // The first update of a candle that is seen has volume from before and does not count, and what is pushed before the candles are
        // subscribed to is not seen at all: it trades on until the order has its share.
        var trades = 0;
        await UntilAsync(
            () =>
            {
                if (order.DealSize > 0)
                    return true;
                _real.Push(99.9m, 0.3m, new DepthLadder([new(99.8m, 5m)], [new(100m, 5m)]));
                trades++;
                return false;
            },
            () => $"nothing was filled by {trades} trades");
        lock (_paper.Floor.Gate)
        {
            Assert.InRange(order.DealSize, 0.1m, (trades - 1) * 0.3m);
            Assert.All(_paper.Floor.Account("key")!.Fills, f => Assert.Equal((99.9m, true), (f.Price, f.IsMaker)));
        }
    }

    [Fact]
    public async Task After_a_break_of_the_stream_the_book_is_the_real_one_again()
    {
        _real.Push(100m, 0, new DepthLadder([new(99.8m, 3m)], [new(100.2m, 1m), new(100.5m, 2m)]));
        await Book.IsAsync(Side.Sell, "100.2x1 100.5x2");
        for (var breaks = 1; breaks <= 3; breaks++)
        {
            _upstream.Hub.AbortAll();
            _real.Push(100m, 0, new DepthLadder([new(99.8m, 3m)], [new(100.2m, breaks + 1m), new(100.6m, breaks + 2m)]));
            await Book.IsAsync(Side.Sell, $"100.2x{breaks + 1} 100.6x{breaks + 2}");
        }
        Assert.Equal(["100.2x4", "100.6x1"], await BuyAsync(5m));
    }

    [Fact]
    public async Task Pairs_of_an_earlier_run_are_followed_too_and_closed_when_they_are_listed_no_more()
    {
        var gone = TestMarket.Rules with { Symbol = Symbol.Parse("GONE-USDT"), BaseCurrency = "GONE" };
        using var market = await LiveMarket.OpenAsync(
            new LiveMarketOptions { Symbols = [], Kept = [TestMarket.Rules with { PriceIncrement = 5m }, gone] },
            _client, _client, _client, TimeProvider.System, CancellationToken.None);
        Assert.Equal(["BTC-USDT", "GONE-USDT"], market.Listings.Select(l => l.Rules.Symbol.Text));

        // The exchange's own rules are newer than the kept ones.
        Assert.Equal(TestMarket.Rules.PriceIncrement, market.Listings[0].Rules.PriceIncrement);
        Assert.False(market.Listings[1].Rules.EnableTrading);
        Assert.Equal(new FeeRate(TestMarket.Rules.Symbol, 0.001m, 0.001m), market.PublicFees[TestMarket.Rules.Symbol]);
    }

    [Fact]
    public void Without_a_book_the_best_level_counts_and_without_a_ticker_nothing()
    {
        var changed = new List<int>();
        var books = new LiveBooks([TestMarket.Rules], changed.Add);
        Assert.Empty(books.LadderOf(0).Asks);
        books.Take(new Ticker(TestMarket.Rules.Symbol, 1, 100m, 99.9m, 2m, 100.1m, 3m));
        Assert.Equal(new DepthLevel(100.1m, 3m), Assert.Single(books.LadderOf(0).Asks));

        // A price beside the increments and a size below a lot cannot be traded.
        var book = new OrderBook(TestMarket.Rules.Symbol);
        book.Load(new BookSnapshot(TestMarket.Rules.Symbol, 1, null, [new(99.9m, 1m), new(99.8m, 0.00001m)], [new(100.15m, 1m), new(100.2m, 1m), new(100.3m, 2.00005m)]));
        books.OnBook(book);
        Assert.Equal([new(100.2m, 1m), new(100.3m, 2m)], books.LadderOf(0).Asks);
        Assert.Equal([new(99.9m, 1m)], books.LadderOf(0).Bids);

        books.OnBookLost(TestMarket.Rules.Symbol, "a change was missed");
        Assert.Equal(new DepthLevel(100.1m, 3m), Assert.Single(books.LadderOf(0).Asks));
        books.OnBook(book);
        books.OnDisconnected("gone");
        Assert.Equal(new DepthLevel(99.9m, 2m), Assert.Single(books.LadderOf(0).Bids));
        books.ForgetTickers();
        Assert.Empty(books.LadderOf(0).Bids);
        Assert.Equal(5, changed.Count);
    }

    private static OrderRequest Order(OrderType type, Side side, decimal size) => new() { Symbol = "BTC-USDT", Side = side, Type = type, Size = size };

    private async Task<IReadOnlyList<string>> BuyAsync(decimal size)
    {
        var order = Place(Order(OrderType.Market, Side.Buy, size));
        await UntilAsync(() => !order.IsActive, () => "the order does not end");
        lock (_paper.Floor.Gate)
            return [.. _paper.Floor.Account("key")!.Fills.Where(f => f.Order == order).Select(f => Words(f.Price, f.Size))];
    }

    private AccountOrder Place(OrderRequest request)
    {
        lock (_paper.Floor.Gate)
        {
            var order = _paper.Floor.Desk.Place(request, _paper.Floor.Account("key")!, _paper.Floor.NowMs, 0, out var rejection);
            Assert.True(order is not null, $"{rejection}");
            _paper.Floor.Desk.MatchNow(order);
            _paper.Floor.Publish();
            return order;
        }
    }

    private static string Words(decimal price, decimal size) => FormattableString.Invariant($"{price:0.####}x{size:0.####}");

    private static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var start = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(10))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                Assert.Fail(otherwise());
        }
    }

    /// <summary>The book that the paper exchange shows.</summary>
    private sealed class MatchingBook(SimulatorServer paper)
    {
        public Task IsAsync(Side side, string levels) => UntilAsync(() => Levels(side) == levels, () => $"the book shows {Levels(side)} instead of {levels}");

        private string Levels(Side side)
        {
            var levels = new List<DepthLevel>();
            lock (paper.Floor.Gate)
                paper.Floor.Pairs[0].Engine.Depth(side, 20, levels);
            return string.Join(' ', levels.Select(l => Words(l.Price, l.Size)));
        }
    }
}
