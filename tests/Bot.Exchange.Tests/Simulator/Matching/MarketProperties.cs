using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Matching;

/// <summary>
/// Properties of whatever three accounts do in whatever market. A failure is shrunk and printed with its seed; <c>CsCheck_Seed=SEED</c> in
/// the environment replays it. The order of executions is held against a plain book in <see cref="MatchingOracleTests"/>.
/// </summary>
public class MarketProperties
{
    private static readonly Gen<decimal> Price = Gen.Int[900, 1100].Select(ticks => ticks * 0.1m);
    private static readonly Gen<decimal> Size = Gen.Int[10, 60_000].Select(lots => lots * 0.0001m);
    private static readonly Gen<int> Who = Gen.Int[0, 2];
    private static readonly Gen<Side> AnySide = Gen.Bool.Select(buys => buys ? Side.Buy : Side.Sell);

    private static readonly Gen<OrderRequest> LimitOrder = Gen.Select(
        AnySide, Price, Size, Gen.Int[0, 5].Select(i => (TimeInForce)Math.Max(0, i - 2)), Gen.Bool)
        .Select((side, price, size, time, postOnly) => new OrderRequest
        {
            Symbol = "BTC-USDT",
            Side = side,
            Type = OrderType.Limit,
            Price = price,
            Size = size,
            TimeInForce = time,
            CancelAfter = time == TimeInForce.Gtt ? 2 : -1,
            PostOnly = postOnly && time is TimeInForce.Gtc or TimeInForce.Gtt && postOnly,
        })
        .SelectMany(order => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9]).Select((selfTrade, shown) => order with
        {
            SelfTrade = (SelfTradePrevention)Math.Max(0, selfTrade - 5),
            Hidden = shown == 0,
            Iceberg = shown is 1 or 2,
            VisibleSize = shown is 1 or 2 ? TestMarket.Rules.FloorSize(order.Size!.Value / 4) : null,
        }));

    private static readonly Gen<OrderRequest> MarketOrder = Gen.Select(AnySide, Size, Gen.Bool)
        .Select((side, size, byFunds) => new OrderRequest
        {
            Symbol = "BTC-USDT",
            Side = side,
            Type = OrderType.Market,
            Size = byFunds ? null : size,
            Funds = byFunds ? Math.Floor(size * 10_000) / 100 + 0.1m : null,
        });

    private static readonly Gen<Action<Run>> Step = Gen.OneOf(
        Gen.Select(LimitOrder, Who).Select((order, who) => (Action<Run>)(run => run.Place(order, who))),
        Gen.Select(LimitOrder, Who).Select((order, who) => (Action<Run>)(run => run.Place(order, who))),
        Gen.Select(MarketOrder, Who).Select((order, who) => (Action<Run>)(run => run.Place(order, who))),
        Gen.Select(Price, Size).Select((price, volume) => (Action<Run>)(run => run.Trade(price, volume))),
        Gen.Int[0, 20].Select(which => (Action<Run>)(run => run.Cancel(which))),
        Gen.Select(Gen.Int[0, 20], Size).Select((which, size) => (Action<Run>)(run => run.Reduce(which, size))),
        Gen.Select(Gen.Int[0, 20], Price, Size).Select((which, price, size) => (Action<Run>)(run => run.Alter(which, price, size))),
        Gen.Int[1, 1500].Select(ms => (Action<Run>)(run => run.Pass(ms))));

    private static readonly Gen<Action<Run>[]> Steps = Step.Array[1, 60];

    [Fact]
    public void Money_is_neither_made_nor_lost_fees_included() => Check(run =>
    {
        Assert.Equal(run.StartUsdt, run.Total("USDT"));
        Assert.Equal(run.StartBtc, run.Total("BTC"));
    });

    [Fact]
    public void No_balance_is_ever_negative() => Check(run =>
    {
        foreach (var balance in run.Accounts.SelectMany(a => a.Balances))
            Assert.True(balance.Available >= 0 && balance.Held >= 0, $"{balance.Currency}: {balance.Available} + {balance.Held}");
    });

    [Fact]
    public void Holds_are_exactly_what_the_active_orders_need() => Check(run =>
    {
        foreach (var account in run.Accounts)
        {
            var expected = account.Active.Where(o => o.Type == OrderType.Limit).GroupBy(o => o.HoldCurrency).ToDictionary(
                g => g.Key, g => g.Sum(o => o.Side == Side.Buy ? o.SizeLeft * o.Price * (1 + DearerRate(account)) : o.SizeLeft));
            foreach (var market in account.Active.Where(o => o.Type == OrderType.Market))
                expected[market.HoldCurrency] = expected.GetValueOrDefault(market.HoldCurrency) + market.Held;
            foreach (var balance in account.Balances)
                Assert.Equal(expected.GetValueOrDefault(balance.Currency), balance.Held);
        }
    });

    [Fact]
    public void When_no_order_is_active_nothing_is_held() => Check(_ => { }, run =>
    {
        run.CancelEverything();
        Assert.All(run.Accounts.SelectMany(a => a.Balances), b => Assert.Equal(0m, b.Held));
    });

    [Fact]
    public void No_fill_is_worse_than_the_limit() => Check(_ => { }, run =>
    {
        foreach (var fill in run.Accounts.SelectMany(a => a.Fills).Where(f => f.Order.Type == OrderType.Limit))
            Assert.True(fill.Order.Side == Side.Buy ? fill.Price <= fill.Order.Price : fill.Price >= fill.Order.Price, $"{fill}");
    });

    [Fact]
    public void No_order_fills_beyond_what_it_asked_for_and_its_parts_add_up() => Check(_ => { }, run =>
    {
        foreach (var order in run.Accounts.SelectMany(a => a.Orders))
        {
            var fills = order.Account.Fills.Where(f => f.Order == order).ToList();
            Assert.Equal(order.DealSize, fills.Sum(f => f.Size));
            Assert.Equal(order.DealFunds, fills.Sum(f => f.Size * f.Price));
            Assert.Equal(order.Fee, fills.Sum(f => f.Fee));
            if (order.Request.Size is { } size)
                Assert.Equal(size, order.DealSize + order.RemainSize + order.CancelledSize);
            else
                Assert.True(order.DealFunds <= order.Request.Funds);
        }
    });

    [Fact]
    public void The_book_is_never_crossed() => Check(run =>
    {
        if (run.Desk.Pair.Engine.Best(Side.Buy) is { } bid && run.Desk.Pair.Engine.Best(Side.Sell) is { } ask)
            Assert.True(bid.Price < ask.Price, $"{bid} and {ask}");
    });

    [Fact]
    public void An_order_that_must_fill_whole_fills_whole_or_not_at_all() => Check(_ => { }, run =>
    {
        foreach (var order in run.Accounts.SelectMany(a => a.Done).Where(o => o.TimeInForce == TimeInForce.Fok))
            Assert.True(order.DealSize == 0 || order.DealSize == order.Request.Size, $"{order.DealSize} of {order.Request.Size}");
    });

    [Fact]
    public void An_account_that_forbids_it_never_trades_with_itself() => Check(_ => { }, run =>
    {
        foreach (var fill in run.Accounts.SelectMany(a => a.Fills).Where(f => !f.IsMaker && f.Order.SelfTrade != SelfTradePrevention.None))
            Assert.DoesNotContain(fill.Order.Account.Orders, o => o.OrderId == fill.CounterOrderId);
    });

    [Fact]
    public void The_book_shows_what_its_orders_show() => Check(run =>
    {
        var engine = run.Desk.Pair.Engine;
        foreach (var order in run.Accounts.SelectMany(a => a.Active).Where(o => o.Phase == OrderPhase.Resting && o.Shown > 0))
        {
            var levels = new List<DepthLevel>();
            engine.Depth(order.Side, int.MaxValue, levels);
            var shown = run.Accounts.SelectMany(a => a.Active)
                .Where(o => o.Phase == OrderPhase.Resting && o.Side == order.Side && o.Price == order.Price).Sum(o => o.Shown);
            Assert.True(levels.Single(l => l.Price == order.Price).Size >= shown, $"{order.Price}: {shown}");
        }
    });

    [Fact]
    public void Price_time_priority_holds() => Check(_ => { }, run =>
    {
        // Of two orders that rested at one price together, the younger one never trades while the older one waits.
        var resting = run.Accounts.SelectMany(a => a.Active).Where(o => o.Phase == OrderPhase.Resting).ToList();
        foreach (var waiting in resting)
        {
            Assert.DoesNotContain(run.Accounts.SelectMany(a => a.Fills), f => f.IsMaker && f.Order.Side == waiting.Side
                && !f.Order.Request.Iceberg && f.Order.Stamp > waiting.Stamp && f.Order.Price == waiting.Price);
        }
    });

    [Fact]
    public void Every_fee_is_its_rate_and_all_of_them_are_with_the_fee_account() => Check(_ => { }, run =>
    {
        var fills = run.Accounts.SelectMany(a => a.Fills).ToList();
        Assert.All(fills, fill =>
        {
            var settings = fill.Order.Account.Settings;

            // Hidden orders and icebergs pay as takers also when they rest; a post-only order never pays as one.
            var hides = fill.Order.Request.Hidden || fill.Order.Request.Iceberg;
            var paysAsMaker = fill.IsMaker ? !hides : fill.Order.PostOnly;
            Assert.Equal(fill.Price * fill.Size * (paysAsMaker ? settings.MakerFeeRate : settings.TakerFeeRate), fill.Fee);
        });
        Assert.Equal(fills.Sum(f => f.Fee), run.Desk.Floor.Clearing.Fees("USDT"));
    });

    [Fact]
    public void Only_orders_that_may_rest_do() => Check(run => Assert.All(
        run.Accounts.SelectMany(a => a.Active).Where(o => o.Phase == OrderPhase.Resting),
        o => Assert.True(o.Type == OrderType.Limit && o.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtt, $"{o.Type} {o.TimeInForce}")));

    [Fact]
    public void A_post_only_order_takes_nothing_that_was_shown() => Check(_ => { }, run =>
    {
        var byId = run.Accounts.SelectMany(a => a.Orders).ToDictionary(o => o.OrderId);
        foreach (var fill in run.Accounts.SelectMany(a => a.Fills).Where(f => f.Order.PostOnly && !f.IsMaker))
            Assert.True(byId.TryGetValue(fill.CounterOrderId, out var maker) && maker.Request.Hidden, $"{fill}");
    });

    [Fact]
    public void Another_seed_gives_another_tape() => Steps.Sample(
        steps =>
        {
            // Only what meets the background book can differ: here a price puts one up, and an order eats into it.
            var order = new OrderRequest { Symbol = "BTC-USDT", Side = Side.Buy, Type = OrderType.Market, Funds = 300m };
            Action<Run>[] life = [run => run.Trade(100m, 0.001m), run => run.Place(order, 0), run => run.Pass(100), .. steps];
            Assert.NotEqual(Run.Of(life, _ => { }).Tape(), Run.Of(life, _ => { }, seed: 8).Tape());
        },
        iter: 100);

    [Fact]
    public void The_same_seed_and_the_same_steps_give_the_same_tape() => Steps.Sample(
        steps =>
        {
            var first = Run.Of(steps, _ => { });
            var second = Run.Of(steps, _ => { });
            Assert.Equal(first.Tape(), second.Tape());
        },
        iter: 300);

    private static decimal DearerRate(Account account) => Math.Max(account.Settings.TakerFeeRate, account.Settings.MakerFeeRate);

    private static void Check(Action<Run> afterEachStep, Action<Run>? atTheEnd = null) => Steps.Sample(
        steps =>
        {
            var run = Run.Of(steps, afterEachStep);
            atTheEnd?.Invoke(run);
        },
        iter: 1000);

    private sealed class Run
    {
        private long _trades;

        private Run(ulong seed)
        {
            Desk = new Desk(
                new TestMarket(), seed, SimulatorAccount("a"), SimulatorAccount("b") with { TakerFeeRate = 0.002m, MakerFeeRate = 0.0005m },
                SimulatorAccount("c") with { MakerFeeRate = -0.0001m });
            StartUsdt = Total("USDT");
            StartBtc = Total("BTC");
        }

        public Desk Desk { get; }

        public IReadOnlyList<Account> Accounts => [.. Desk.Floor.Accounts];

        public decimal StartUsdt { get; }

        public decimal StartBtc { get; }

        public static Run Of(Action<Run>[] steps, Action<Run> check, ulong seed = 7)
        {
            var run = new Run(seed);
            foreach (var step in steps)
            {
                step(run);
                check(run);
            }
            return run;
        }

        public void Place(OrderRequest request, int who) =>
            Desk.Floor.Desk.Place(request, Accounts[who], Desk.Floor.NowMs, 0, out _);

        public void Trade(decimal price, decimal volume)
        {
            _trades++;
            Desk.Pair.Apply(TestMarket.At(_trades, price, volume, depth: 0.5m));
        }

        public void Cancel(int which)
        {
            var active = Accounts.SelectMany(a => a.Active).ToList();
            if (active.Count > 0)
                Desk.Floor.Desk.RequestCancel(active[which % active.Count]);
        }

        public void Reduce(int which, decimal size)
        {
            var active = Accounts.SelectMany(a => a.Active).Where(o => o.Type == OrderType.Limit).ToList();
            if (active.Count > 0)
                Desk.Floor.Desk.RequestReduce(active[which % active.Count], size);
        }

        public void Alter(int which, decimal price, decimal size)
        {
            var active = Accounts.SelectMany(a => a.Active).Where(o => o.Type == OrderType.Limit).ToList();
            if (active.Count == 0)
                return;
            var order = active[which % active.Count];
            var cancelled = order.CancelledSize;
            var wasPending = order.IsPending;
            var refused = Desk.Floor.Desk.Alter(order, price, size, 0, out var changed);
            Assert.Equal(refused is null && order.DealSize < size, changed is not null);

            // A refusal leaves the order as it was. One that the engine had not seen yet is matched first, and may end by that.
            Assert.True(refused is null || wasPending || (order.IsActive && order.CancelledSize == cancelled), $"{refused}");
        }

        public void CancelEverything()
        {
            foreach (var order in Accounts.SelectMany(a => a.Active).ToList())
                Desk.Floor.Desk.CancelNow(order);
        }

        public void Pass(long ms) => Desk.Pass(ms);

        public decimal Total(string currency) => Accounts.Sum(a => a.Balance(currency).Total)
            + Desk.Floor.Clearing.Background(currency) + Desk.Floor.Clearing.Fees(currency);

        public IReadOnlyList<string> Tape() =>
        [
            .. Desk.Pair.Tape.Read().Select(t => t.ToString()),
            .. Accounts.SelectMany(a => a.Fills).Select(
                f => $"{f.Id} {f.TradeId} {f.Order.OrderId} {f.CounterOrderId} {f.Price} {f.Size} {f.Fee} {f.TimeMs}"),
            .. Accounts.SelectMany(a => a.Balances).Select(b => $"{b.Currency} {b.Available} {b.Held}"),
        ];

        private static Bot.Exchange.Simulator.SimulatorAccount SimulatorAccount(string key) =>
            Bot.Exchange.Simulator.SimulatorAccount.Parse($"{key}:s:p:USDT=1000,BTC=10");
    }
}
