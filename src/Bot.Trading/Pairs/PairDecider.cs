using System.Globalization;
using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Strategies;

namespace Bot.Trading.Pairs;

/// <summary>
/// The one decision function of a pair, for backtest, simulation, paper and live: prices, candles, grants and reports in, events and
/// effects out. Pure: the state changes only when the interpreter applies the events it has persisted.
/// </summary>
public static partial class PairDecider
{
    /// <summary>A price. The hot path: when nothing is to be done it compares integers and allocates nothing.</summary>
    public static void OnTick(PairState s, PairMemory m, PairContext c, in PriceTick tick, Sink<PairEvent, PairEffect> sink)
    {
        m.LastTick = tick;
        if (!m.Monitor.IsArmed)
            return;
        var call = m.Monitor.Check(tick.LastTicks);
        if (call == ProtectionCall.Hold)
            return;
        if (call == ProtectionCall.Raise)
        {
            var raised = s.Protection! with { StopPrice = m.Monitor.ImpliedStop, HighWater = m.Monitor.HighWater };
            sink.Persist(new ProtectionPlanned(c.NowMs, s.Position.Quantity, raised, "trail"));
            return;
        }
        if (s.HasOpen(IntentLeg.Exit) || c.NowMs < m.ExitNotBeforeMs)
            return;
        var price = new PriceScale(c.Rules!.PriceIncrement).Price(tick.LastTicks);
        var reason = call == ProtectionCall.TakeProfit ? ExitReason.TakeProfit
            : s.Protection!.TrailingDistance is { } trail && s.Protection.StopPrice > s.Position.AveragePrice - trail && IsTrailed(s) ? ExitReason.TrailingStop
            : ExitReason.StopLoss;
        var level = call == ProtectionCall.TakeProfit ? s.Protection!.TakeProfitPrice!.Value : s.Protection!.StopPrice;
        Exit(s, m, c, new ExitCause(reason, $"{Words(reason)}: traded at {Text(price)}, level {Text(level)}", tick.TimeMs, price, null, 0, null), sink);
    }

    /// <summary>A closed candle, oldest first, each once.</summary>
    /// <param name="s">State.</param>
    /// <param name="m">Memory.</param>
    /// <param name="c">Context.</param>
    /// <param name="bar">The closed candle.</param>
    /// <param name="closedAtMs">Market time at which it is known to be closed, Unix ms.</param>
    /// <param name="revision">How often it was corrected before.</param>
    /// <param name="isHistory">True while warming up: the strategy sees it, nothing is done.</param>
    /// <param name="sink">Receives the decision.</param>
    public static void OnCandle(
        PairState s, PairMemory m, PairContext c, in Bar bar, long closedAtMs, int revision, bool isHistory, Sink<PairEvent, PairEffect> sink)
    {
        if (c.Strategy is null)
            return;
        var isLong = s.Protection is not null;
        var signal = c.Strategy.OnBar(bar, isLong);
        if (isHistory || signal.Kind == SignalKind.None)
            return;
        if (signal.Kind == SignalKind.ExitLong && isLong)
        {
            if (!s.HasOpen(IntentLeg.Exit) && c.NowMs >= m.ExitNotBeforeMs)
                Exit(s, m, c, new ExitCause(ExitReason.Signal, signal.Reason ?? "", closedAtMs, null, bar.OpenTimeMs, revision, signal.Values), sink);
        }
        else if (signal.Kind == SignalKind.EnterLong && !isLong)
        {
            Enter(s, m, c, bar, closedAtMs, revision, signal, sink);
        }
    }

    /// <summary>Everything else.</summary>
    public static void Decide(PairState s, PairMemory m, PairContext c, PairInput input, Sink<PairEvent, PairEffect> sink)
    {
        switch (input)
        {
            case PairInput.Start start:
                OnStart(s, c, start, sink);
                break;
            case PairInput.WindDown windDown:
                OnWindDown(s, m, c, windDown, sink);
                break;
            case PairInput.Recovered:
                OnRecovered(s, c, sink);
                break;
            case PairInput.GrantAnswered answer:
                OnGrant(s, m, c, answer, sink);
                break;
            case PairInput.OrderFilled filled:
                OnFilled(s, c, filled, sink);
                break;
            case PairInput.OrderFee fee:
                OnFee(s, c, fee, sink);
                break;
            case PairInput.OrderInDoubt doubt when s.Find(doubt.ClientOrderId) is { IsOpen: true, Intended.Leg: IntentLeg.Exit } doubtful:
                m.Doubts.TryAdd(doubt.ClientOrderId, c.NowMs);
                sink.Do(new PairEffect.Wake(DoubtPatienceMs(doubtful.Intended, c)));
                break;
            case PairInput.OrderSettled settled:
                OnSettled(s, m, c, settled, sink);
                break;
            case PairInput.Several several:
                // Each sees what the ones before it will have done. The state itself waits for the journal.
                var ahead = PairState.From(s.ToSnapshot());
                foreach (var one in several.Inputs)
                {
                    var decided = sink.Events.Count;
                    Decide(ahead, m, c, one, sink);
                    for (; decided < sink.Events.Count; decided++)
                        ahead.Apply(sink.Events[decided]);
                }
                break;
            case PairInput.Woken:
                OnWoken(s, m, c, sink);
                break;
            case PairInput.PauseEntries pause when s.EntriesPausedReason is null:
                sink.Persist(new EntriesPaused(c.NowMs, pause.Reason));
                break;
            case PairInput.ResumeEntries resume when s.EntriesPausedReason is not null:
                sink.Persist(new EntriesResumed(c.NowMs, resume.Reason));
                break;
            case PairInput.FlattenNow flatten when s.Protection is not null && !s.HasOpen(IntentLeg.Exit):
                Exit(s, m, c, new ExitCause(ExitReason.Operator, flatten.Reason, m.LastTick.TimeMs, null, null, 0, null), sink);
                break;
        }
    }

    private static void OnStart(PairState s, PairContext c, PairInput.Start start, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Phase == PairPhase.Trading)
            return;
        if (s.SymbolId != 0 && s.SymbolId != start.SymbolId)
        {
            sink.Do(new PairEffect.Note($"the registry says symbol id {start.SymbolId}, the journal {s.SymbolId}: not started", true));
            return;
        }
        sink.Persist(new PairStarted(c.NowMs, c.Symbol, start.SymbolId, start.BaseCurrency, start.QuoteCurrency, start.Strategy, start.RiskLevel));
        sink.Do(new PairEffect.Report());
    }

    private static void OnWindDown(PairState s, PairMemory m, PairContext c, PairInput.WindDown w, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Phase is PairPhase.Dormant || (s.Phase == w.Phase && !w.Flatten))
            return;
        if (s.Phase != w.Phase)
            sink.Persist(new PairPhaseChanged(c.NowMs, w.Phase, w.Reason));
        DropPending(m, sink);
        if (w.Flatten && s.Protection is not null && !s.HasOpen(IntentLeg.Exit))
            Exit(s, m, c, new ExitCause(ExitReason.WindDown, w.Reason, m.LastTick.TimeMs, null, null, 0, null), sink);
    }

    private static void OnRecovered(PairState s, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Version == 0)
            return;
        sink.Persist(new PairOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));
        foreach (var attempt in s.Attempts.Where(a => a.IsOpen))
            sink.Do(Track(attempt.Intended));
        sink.Do(new PairEffect.Report());

        // A sell that ended just before the crash may have left something: look again once the rules are known.
        if (s.ExitWanted is not null)
            sink.Do(new PairEffect.Wake(c.Settings.ExitRetryMs));
    }

    private static PairEffect.StartTracker Track(OrderIntended i) => new(i.Spec, i.Leg, i.CorrelationId, i.DeadlineMs);

    private static bool IsTrailed(PairState s) => s.Protection!.HighWater > s.Position.AveragePrice;

    private static string Words(ExitReason reason) => reason switch
    {
        ExitReason.Signal => "signal",
        ExitReason.StopLoss => "stop-loss",
        ExitReason.TrailingStop => "trailing stop",
        ExitReason.TakeProfit => "take-profit",
        ExitReason.WindDown => "wind-down",
        _ => "operator",
    };

    private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);
}
