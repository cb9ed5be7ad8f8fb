using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Matching;

/// <summary>
/// The engine against <see cref="NaiveBook"/>, event by event, over random lives of a book with several owners. A failure is shrunk and
/// printed with its seed; <c>CsCheck_Seed=SEED</c> in the environment replays it.
/// </summary>
public class MatchingOracleTests
{
    // Few prices and few sizes, so that orders meet, share levels and use each other up exactly.
    private static readonly Gen<BookOrder> AnyOrder = Gen.Select(
        Gen.Bool, Gen.Int[995, 1005], Gen.Int[1, 12], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 8], Gen.Int[1, 3])
        .Select((buys, ticks, lots, kind, shown, selfTrade, part) => new BookOrder
        {
            Side = buys ? Side.Buy : Side.Sell,
            Type = kind == 9 ? OrderType.Market : OrderType.Limit,
            Price = kind == 9 ? 0 : ticks * 0.1m,
            SizeLeft = lots * 0.001m,
            TimeInForce = kind switch { 5 => TimeInForce.Ioc, 6 => TimeInForce.Fok, 7 => TimeInForce.Gtt, _ => TimeInForce.Gtc },
            PostOnly = kind == 8,
            SelfTrade = (SelfTradePrevention)Math.Max(0, selfTrade - 4),
            VisibleSize = shown switch { _ when kind > 4 => null, 0 => 0m, 1 or 2 or 3 => part * 0.001m, _ => null },
        });

    private static readonly Gen<Action<Duel>> Step = Gen.OneOf(
        Placement, Placement, Placement, Placement,
        Gen.Int[0, 30].Select(which => (Action<Duel>)(d => d.Cancel(which))),
        Gen.Select(Gen.Int[0, 30], Gen.Int[1, 9]).Select((which, lots) => (Action<Duel>)(d => d.Reduce(which, lots * 0.001m))),
        Gen.Select(Gen.Int[995, 1005], Gen.Int[1, 9]).Select((ticks, lots) => (Action<Duel>)(d => d.Flow(ticks * 0.1m, lots * 0.001m))));

    // The engine knows owners by identity.
    private static readonly string[] Owners = ["a", "b", "c"];

    private static Gen<Action<Duel>> Placement =>
        Gen.Select(AnyOrder, Gen.Int[0, 2]).Select((order, owner) => (Action<Duel>)(d => d.Place(order, Owners[owner])));

    [Fact]
    public void The_engine_does_what_the_plainest_book_does() => Step.Array[1, 80].Sample(
        steps =>
        {
            var duel = new Duel();
            foreach (var step in steps)
            {
                step(duel);
                duel.Compare();
            }
        },
        iter: 10_000);

    /// <summary>Both books, told the same.</summary>
    private sealed class Duel : IMatchListener
    {
        private readonly MatchingEngine _engine;
        private readonly NaiveBook _naive = new();
        private readonly List<Owned> _orders = [];
        private readonly List<string> _tape = [];
        private long _now;

        public Duel() => _engine = new MatchingEngine(TestMarket.Rules, seed: 5, lastTradeId: 0, this);

        public void Place(BookOrder wish, string owner)
        {
            var order = new Owned(_orders.Count, owner, wish);
            _orders.Add(order);
            _naive.Place(order.Id, owner, wish);
            _engine.Place(order);
        }

        public void Cancel(int which)
        {
            if (Choose(which) is not { } order)
                return;
            _naive.Cancel(order.Id);
            _engine.Cancel(order, DoneReason.Cancelled);
        }

        public void Reduce(int which, decimal size)
        {
            if (Choose(which) is not { } order || order.SizeLeft <= size)
                return;
            _naive.Reduce(order.Id, size);
            _engine.Reduce(order, size);
        }

        public void Flow(decimal price, decimal volume)
        {
            _naive.Flow(price, volume);
            _engine.Apply(TestMarket.At(++_now, price, volume) with { Ladder = new DepthLadder([], []) });
        }

        public void Compare()
        {
            Assert.Equal(_naive.Tape, _tape);
            foreach (var side in (Side[])[Side.Buy, Side.Sell])
            {
                var levels = new List<DepthLevel>();
                _engine.Depth(side, int.MaxValue, levels);
                Assert.Equal(_naive.Depth(side), levels);
            }
            var resting = _orders.Where(o => o.Phase == OrderPhase.Resting).Select(o => $"{o.Side} {o.Id} {o.SizeLeft:0.####} {o.Shown:0.####}");
            Assert.Equal(_naive.Resting().Order(StringComparer.Ordinal), resting.Order(StringComparer.Ordinal));
        }

        public void OnTrade(in Trade trade)
        {
            // What is printed between strangers is no business of the orders.
            if (trade.Maker is Owned maker)
                _tape.Add($"trade {(trade.Taker as Owned)?.Id} takes {trade.Size:0.####} from {maker.Id} at {trade.Price:0.####}");
        }

        public void OnRested(BookOrder order) => _tape.Add($"rested {((Owned)order).Id}");

        public void OnReduced(BookOrder order, decimal size) => _tape.Add($"reduced {((Owned)order).Id} {size:0.####}");

        public void OnDone(BookOrder order, DoneReason reason) => _tape.Add($"done {((Owned)order).Id} {reason}");

        private Owned? Choose(int which)
        {
            var resting = _orders.Where(o => o.Phase == OrderPhase.Resting).ToList();
            return resting.Count == 0 ? null : resting[which % resting.Count];
        }
    }

    private sealed class Owned : BookOrder
    {
        private readonly string _owner;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Owned(int id, string owner, BookOrder wish)
        {
            (Id, _owner) = (id, owner);
            (Side, Type, Price, SizeLeft) = (wish.Side, wish.Type, wish.Price, wish.SizeLeft);
            (TimeInForce, PostOnly, SelfTrade, VisibleSize) = (wish.TimeInForce, wish.PostOnly, wish.SelfTrade, wish.VisibleSize);
        }

        public int Id { get; }

        public override object Owner => _owner;
    }
}
