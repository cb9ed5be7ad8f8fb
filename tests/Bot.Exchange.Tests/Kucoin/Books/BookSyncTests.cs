using Bot.Exchange.Books;
using Bot.Exchange.Tests.Kucoin.Support;
using CsCheck;

namespace Bot.Exchange.Tests.Kucoin.Books;

public sealed class BookSyncTests
{
    [Fact]
    public void Deltas_before_the_snapshot_are_dropped_and_those_after_it_applied()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.Equal(BookStep.Held, sync.Take(Bid(8, 99, 1)));
        Assert.Equal(BookStep.Held, sync.Take(Bid(9, 98, 1)));
        Assert.Equal(BookStep.Held, sync.Take(Bid(10, 101, 2)));
        Assert.True(sync.TryBegin(Snapshot(9, bid: 100, ask: 103)));
        Assert.Equal((10, new PriceLevel(101, 2), new PriceLevel(103, 1)), (sync.Book.Sequence, sync.Book.BestBid, sync.Book.BestAsk));
        Assert.Equal([101m, 100m], sync.Book.Bids.Select(l => l.Price));
        Assert.Equal(0, sync.HeldCount);
    }

    [Fact]
    public void A_snapshot_older_than_the_first_delta_is_refused_and_a_newer_one_taken()
    {
        var sync = new BookSync(TestClient.Btc);
        sync.Take(Bid(10, 101, 2));
        Assert.False(sync.TryBegin(Snapshot(8, 100, 103)));
        Assert.False(sync.IsLive);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        Assert.Equal(101, sync.Book.BestBid!.Value.Price);
    }

    [Fact]
    public void A_hole_among_the_held_deltas_needs_a_snapshot_that_covers_it()
    {
        var sync = new BookSync(TestClient.Btc);
        sync.Take(Bid(10, 101, 2));
        sync.Take(Bid(12, 102, 2));
        Assert.False(sync.TryBegin(Snapshot(9, 100, 103)));
        Assert.True(sync.TryBegin(Snapshot(11, 100, 103)));
        Assert.Equal((12, 102m), (sync.Book.Sequence, sync.Book.BestBid!.Value.Price));
    }

    [Fact]
    public void After_a_gap_nothing_is_applied_until_there_is_a_new_snapshot()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        var before = sync.Generation;
        Assert.Equal(BookStep.Gap, sync.Take(Bid(11, 101, 2)));
        Assert.Equal((false, before + 1, 9), (sync.IsLive, sync.Generation, sync.Book.Sequence));
        Assert.Equal(BookStep.Held, sync.Take(Bid(12, 102, 2)));
        Assert.True(sync.TryBegin(Snapshot(10, 100, 103)));
        Assert.Equal((12, 102m), (sync.Book.Sequence, sync.Book.BestBid!.Value.Price));
    }

    [Fact]
    public void A_delta_that_came_twice_changes_nothing()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        Assert.Equal(BookStep.Applied, sync.Take(Bid(10, 101, 2)));
        Assert.Equal(BookStep.Applied, sync.Take(Bid(11, 101, 0)));
        Assert.Equal(BookStep.Old, sync.Take(Bid(10, 101, 2)));
        Assert.Equal(100, sync.Book.BestBid!.Value.Price);
    }

    [Fact]
    public void A_delta_that_began_before_the_snapshot_brings_only_what_is_newer()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        var step = sync.Take(new BookDelta(TestClient.Btc, 8, 10, [new BookChange(100, 7, 9), new BookChange(101, 5, 10)], []));
        Assert.Equal(BookStep.Applied, step);
        Assert.Equal([new PriceLevel(101, 5), new PriceLevel(100, 1)], sync.Book.Bids);
    }

    [Fact]
    public void A_price_of_zero_only_advances_the_sequence()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        Assert.Equal(BookStep.Applied, sync.Take(Bid(10, 0, 0)));
        Assert.Equal((10, 1), (sync.Book.Sequence, sync.Book.Bids.Count()));
    }

    [Fact]
    public void A_snapshot_that_never_comes_does_not_fill_the_memory()
    {
        var sync = new BookSync(TestClient.Btc);
        for (var i = 1; i <= BookSync.MostHeld + 5; i++)
            sync.Take(Bid(i, 100 + i, 1));
        Assert.Equal(BookSync.MostHeld, sync.HeldCount);
        Assert.False(sync.TryBegin(Snapshot(4, 100, 1_000_000)));
        Assert.True(sync.TryBegin(Snapshot(5, 100, 1_000_000)));
    }

    [Fact]
    public void A_copy_stays_as_it_was()
    {
        var sync = new BookSync(TestClient.Btc);
        Assert.True(sync.TryBegin(Snapshot(9, 100, 103)));
        var copy = sync.Book.Copy();
        sync.Take(Bid(10, 100, 0));
        Assert.Null(sync.Book.BestBid);
        Assert.Equal((9, new PriceLevel(100, 1)), (copy.Sequence, Assert.Single(copy.Bids)));
    }

    /// <summary>
    /// Whatever is lost, and wherever the snapshots fall: a book that calls itself live is the book of its sequence, never another one.
    /// </summary>
    [Fact]
    public void A_live_book_is_the_true_book_of_its_sequence_whatever_was_lost() =>
        Gen.Select(
            Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3]).Array[1, 60], Gen.Bool.Array[60], Gen.Int[1, 12],
            (changes, lost, every) => (changes, lost, every)).Sample(input =>
            {
                var (changes, lost, every) = input;
                var truth = new OrderBook(TestClient.Btc);
                truth.Load(new BookSnapshot(TestClient.Btc, 0, null, [], []));
                var states = new List<BookSnapshot> { truth.Copy() };
                var sync = new BookSync(TestClient.Btc);
                for (var i = 0; i < changes.Length; i++)
                {
                    var delta = Bid(i + 1, changes[i].Item1, changes[i].Item2);
                    truth.Apply(delta);
                    states.Add(truth.Copy());
                    if (!lost[i])
                        sync.Take(delta);
                    if (!sync.IsLive && i % every == 0)
                        sync.TryBegin(states[Math.Max(0, i - (every / 2))]);
                    if (sync.IsLive)
                        Assert.Equal(states[(int)sync.Book.Sequence].Bids, sync.Book.Bids);
                }
            });

    private static BookDelta Bid(long sequence, decimal price, decimal size) =>
        new(TestClient.Btc, sequence, sequence, [new BookChange(price, size, sequence)], []);

    private static BookSnapshot Snapshot(long sequence, decimal bid, decimal ask) =>
        new(TestClient.Btc, sequence, null, [new PriceLevel(bid, 1)], [new PriceLevel(ask, 1)]);
}
