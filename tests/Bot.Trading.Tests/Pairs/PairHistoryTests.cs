using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Strategies;
using CsCheck;

namespace Bot.Trading.Tests.Pairs;

/// <summary>Random histories of a pair with stops at the exchange: what must hold after every step, whatever comes in whatever order and how often.</summary>
public class PairHistoryTests
{
    private static readonly ProtectionSettings Settings = new()
    {
        Ladder = new Dictionary<string, double> { ["1"] = 0.3, ["2"] = 0.3 }, BreakEvenR = 1.5m, FollowMs = 5_000, MaxHoldMinutes = 30,
    };

    [Fact]
    public void Any_history_keeps_the_books_and_never_breaks_before_it_makes() =>
        Gen.Select(Gen.Int[0, 13], Gen.Int[88, 116], Gen.Int[0, 7]).Array[5, 80].Sample(steps =>
        {
            var bench = new PairBench(Settings, exchangeStops: true);
            bench.Tick(100);
            var told = new List<PairInput>();
            foreach (var (what, price, pick) in steps)
            {
                var rows = bench.Journal.Count;
                Step(bench, told, what, price, pick);
                Check(bench, rows);
            }

            // Everything that was ever told may be told again: nothing changes.
            var position = bench.State.Position;
            foreach (var input in told.Where(i => i is PairInput.OrderFilled or PairInput.OrderFee))
                bench.Do(input);
            Assert.Equal(position, bench.State.Position);

            var replayed = new PairState();
            bench.Journal.ForEach(replayed.Apply);
            var copy = new PairState();
            copy.CopyFrom(bench.State);
            Assert.Equal(Text(bench.State), Text(replayed));
            Assert.Equal(Text(bench.State), Text(PairState.From(bench.State.ToSnapshot())));
            Assert.Equal(Text(bench.State), Text(copy));
        });

    [Fact]
    public void A_history_told_at_once_gives_the_same_position_as_told_piece_by_piece() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[95, 105], Gen.Bool).Array[1, 12].Sample(fills =>
        {
            var (together, alone) = (new PairBench(Settings, exchangeStops: true), new PairBench(Settings, exchangeStops: true));
            var id = together.Enter(100);
            alone.Enter(100);
            var inputs = fills.Select((f, i) => (PairInput)new PairInput.OrderFilled(
                id, new FillReport(PairBench.Rules.Symbol, "x", i + 1, Side.Buy, f.Item2, f.Item1, f.Item3 ? 0.01m : null, f.Item3 ? "ABC" : null, null, 1))).ToList();
            inputs.Add(new PairInput.OrderSettled(id, OrderOutcome.Closed, fills.Sum(f => f.Item1), fills.Sum(f => f.Item1 * f.Item2), "", ""));
            together.Do(new PairInput.Several(inputs));
            inputs.ForEach(i => alone.Do(i));
            Assert.Equal(alone.State.Position, together.State.Position);
            Assert.Equal(alone.State.Protection!.StopPrice, together.State.Protection!.StopPrice);
            Assert.Equal(together.State.Position.Quantity, Assert.Single(together.State.Attempts, a => a.IsWaitingStop).Intended.Spec.Size, 2);
        });

    private static void Step(PairBench bench, List<PairInput> told, int what, int price, int pick)
    {
        var open = bench.State.Attempts.Where(a => a.IsOpen).ToList();
        var one = open.Count > 0 ? open[pick % open.Count] : null;
        switch (what)
        {
            case 0 or 1:
                bench.Candle(new Signal(SignalKind.EnterLong, 5, 10, pick % 2 == 0 ? 4 : null, "r", null), price);
                if (bench.Memory.Pending is { } p)
                    bench.Do(new PairInput.GrantAnswered(p.IntentNumber, new RiskDecision(1, 1, 1, p.LimitPrice, 1, 5, 5, 5, 5, 5, null), 500));
                break;
            case 2:
                bench.Candle(new Signal(SignalKind.ExitLong), price);
                break;
            case 3 or 4:
                bench.Tick(price);
                break;
            case 5 or 6 when one is not null:
                var attempt = one.Intended.Leg == IntentLeg.Entry ? one : open.Find(a => a.Intended.Leg == IntentLeg.Exit || a.IsTriggered) ?? one;
                if (attempt.Intended.Leg == IntentLeg.Stop && !attempt.IsTriggered)
                    break;
                var most = attempt.Intended.Spec.Size - attempt.FilledSize;
                if (attempt.Intended.Leg != IntentLeg.Entry)
                    most = Math.Min(most, bench.State.Position.Quantity);
                if (most <= 0)
                    break;
                var fee = pick % 3 == 0 ? (0.01m, "ABC") : pick % 3 == 1 ? (0.1m, "USDT") : ((decimal, string)?)null;
                var fill = new FillReport(
                    PairBench.Rules.Symbol, $"x-{attempt.ClientOrderId}", told.Count + 1, attempt.Intended.Spec.Side, price, Math.Min(most, 2.5m), fee?.Item1, fee?.Item2, null, bench.Context.NowMs);
                Tell(bench, told, new PairInput.OrderFilled(attempt.ClientOrderId, fill));
                break;
            case 7 when one is not null:
                Tell(bench, told, new PairInput.OrderSettled(
                    one.ClientOrderId, one.FilledSize > 0 || pick % 2 == 0 ? OrderOutcome.Closed : OrderOutcome.Refused, one.FilledSize, one.FilledFunds, pick % 4 == 1 ? "200004" : "", ""));
                break;
            case 8 when one is not null:
                Tell(bench, told, new PairInput.OrderInDoubt(one.ClientOrderId));
                break;
            case 9 or 10 when open.Find(a => a.IsWaitingStop) is { } stop:
                Tell(bench, told, new PairInput.OrderLive(stop.ClientOrderId));
                break;
            case 11 when open.Find(a => a is { IsTriggered: false, Intended.Leg: IntentLeg.Stop }) is { } stop:
                Tell(bench, told, new PairInput.StopTriggered(stop.ClientOrderId));
                break;
            case 12:
                bench.Wait(pick * 5_000);
                break;
            case 13:
                bench.Restart();
                break;
        }
    }

    private static void Tell(PairBench bench, List<PairInput> told, PairInput input)
    {
        told.Add(input);
        bench.Do(input);
    }

    private static void Check(PairBench bench, int rows)
    {
        var s = bench.State;
        Assert.False(s is { Trade: not null, Protection: null } && !PairBench.Rules.IsDust(s.Position.Quantity, 88), "held without protection");
        Assert.True(s.Attempts.Count(a => a.IsOpen && a.Intended.Leg == IntentLeg.Entry) <= 1, "two entries at once");
        var made = s.Attempts.Where(a => a is { IsWaitingStop: true, IsConfirmed: false } && !s.Attempts.Any(l => l.Intended.IntentNumber == a.Intended.IntentNumber && l.Intended.Attempt > a.Intended.Attempt));
        Assert.True(made.Count() <= 1, "two new stops at once, neither of them in doubt");
        var (bought, sold, fees) = (0m, 0m, 0m);
        foreach (var e in bench.Journal)
        {
            if (e is FillApplied { Fill: var fill })
            {
                bought += fill.Side == Side.Buy ? fill.Size : 0;
                sold += fill.Side == Side.Sell ? fill.Size : 0;
                fees += fill is { Fee: { } paid, FeeCurrency: "ABC" } ? paid : 0;
            }
            fees += e is FeeApplied { FeeCurrency: "ABC" } later ? later.Fee : 0;
        }
        Assert.Equal(bought - sold - fees, s.Position.Quantity);
        foreach (var cancelled in bench.Journal.Skip(rows).OfType<CancelDecided>())
        {
            var stop = s.Find(cancelled.ClientOrderId)!;
            if (stop.Intended.Leg != IntentLeg.Stop || s.Protection is null || s.Position.Quantity < PairBench.Rules.BaseMinSize)
                continue;
            Assert.True(
                s.Attempts.Any(a => a is { IsOpen: true, IsConfirmed: true, IsCancelling: false } && a.Intended.Spec.Size >= PairBench.Rules.FloorSize(s.Position.Quantity)),
                "a stop was cancelled before its replacement was live");
        }
        if (bench.Journal.Skip(rows).Any(e => e is OrderIntended { Leg: IntentLeg.Entry }))
            Assert.DoesNotContain(s.Attempts, a => a.IsOpen && a.Intended.Leg != IntentLeg.Entry);
        Assert.DoesNotContain(s.Attempts, a => a.IsWaitingStop && s.Protection is null);
    }

    private static string Text(PairState s) => System.Text.Json.JsonSerializer.Serialize(s.ToSnapshot());
}
