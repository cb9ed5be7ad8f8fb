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
/// <remarks>
/// A decision has two steps. The first answers the input. The second, <see cref="Conclude"/>, looks at the state as it will be and brings
/// the stops at the exchange in line with it, so that what protects a quantity is written together with what made it.
/// </remarks>
public static partial class PairDecider
{
    /// <summary>A price. The hot path: when nothing is to be done it compares integers and allocates nothing.</summary>
    public static void OnTick(PairState s, PairMemory m, PairContext c, in PriceTick tick, Sink<PairEvent, PairEffect> sink)
    {
        m.LastTick = tick;
        if (c.Controls is { } controls)
            m.Feed.Observe(tick, controls);
        if (!m.Monitor.IsArmed)
            return;
        var call = m.Monitor.Check(tick);
        if (call != ProtectionCall.Hold)
            OnCall(s, m, c, call, tick, sink);
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
        TakeRange(m, c, bar);
        if (c.Strategy is null)
            return;
        var isLong = s.Protection is not null;
        var signal = c.Strategy.OnBar(bar, isLong);
        if (isHistory || signal.Kind == SignalKind.None)
            return;
        var from = sink.Events.Count;
        if (signal.Kind == SignalKind.ExitLong && isLong)
        {
            if (MayExit(s, m, c))
                Exit(s, m, c, new ExitCause(ExitReason.Signal, signal.Reason ?? "", closedAtMs, null, bar.OpenTimeMs, revision, signal.Values), sink);
        }
        else if (signal.Kind == SignalKind.EnterLong && !isLong)
        {
            Enter(s, m, c, bar, closedAtMs, revision, signal, sink);
        }
        if (sink.Events.Count > from)
            Conclude(s, m, c, from, sink);
    }

    /// <summary>Everything else.</summary>
    public static void Decide(PairState s, PairMemory m, PairContext c, PairInput input, Sink<PairEvent, PairEffect> sink)
    {
        var from = sink.Events.Count;
        if (input is not PairInput.Several several)
        {
            Answer(s, m, c, input, sink);
            if (sink.Events.Count > from || input is PairInput.Woken or PairInput.OrderLive or PairInput.OrderInDoubt)
                Conclude(s, m, c, from, sink);
            return;
        }

        // Each sees what the ones before it will have done. The state itself waits for the journal.
        var ahead = m.Ahead;
        ahead.CopyFrom(s);
        for (var i = 0; i < several.Inputs.Count; i++)
        {
            var decided = sink.Events.Count;
            Answer(ahead, m, c, several.Inputs[i], sink);
            Apply(ahead, decided, sink);
        }
        See(ahead, m, c, from, sink);
    }

    /// <summary>Looks at the state as it will be, and sees to what protects it.</summary>
    private static void Conclude(PairState s, PairMemory m, PairContext c, int from, Sink<PairEvent, PairEffect> sink)
    {
        // While nothing is held and nothing was traded there is nothing to protect.
        if (s.Protection is null && !HasTraded(from, sink))
        {
            if (s.Version > 0)
                AskForLook(s, sink.Events.Count > from, m, c, sink);
            return;
        }
        if (sink.Events.Count == from)
        {
            See(s, m, c, from, sink);
            return;
        }
        m.Ahead.CopyFrom(s);
        Apply(m.Ahead, from, sink);
        See(m.Ahead, m, c, from, sink);
    }

    private static void See(PairState ahead, PairMemory m, PairContext c, int from, Sink<PairEvent, PairEffect> sink)
    {
        if (ahead.Version == 0)
            return;
        var decided = sink.Events.Count;
        if (HasTraded(from, sink) && IsFlat(ahead, m, c))
        {
            Close(ahead, c, ahead.Position, ahead.Trade, ahead.ExitWanted ?? ExitReason.Signal, sink);
            Apply(ahead, decided, sink);
        }
        EnsureStops(ahead, m, c, sink);
        m.Guard(ahead, c);
        Watchdog(m, c, sink);
        AskForLook(ahead, false, m, c, sink);
    }

    private static bool HasTraded(int from, Sink<PairEvent, PairEffect> sink)
    {
        for (var i = from; i < sink.Events.Count; i++)
        {
            if (sink.Events[i] is FillApplied or FeeApplied)
                return true;
        }
        return false;
    }

    private static void Apply(PairState ahead, int from, Sink<PairEvent, PairEffect> sink)
    {
        for (var i = from; i < sink.Events.Count; i++)
            ahead.Apply(sink.Events[i]);
    }

    private static void Answer(PairState s, PairMemory m, PairContext c, PairInput input, Sink<PairEvent, PairEffect> sink)
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
                OnFilled(s, m, c, filled, sink);
                break;
            case PairInput.OrderFee fee:
                OnFee(s, m, c, fee, sink);
                break;
            case PairInput.OrderInDoubt doubt:
                OnDoubt(s, m, c, doubt, sink);
                break;
            case PairInput.OrderLive live:
                OnLive(s, m, c, live, sink);
                break;
            case PairInput.StopTriggered triggered:
                OnTriggered(s, m, c, triggered, sink);
                break;
            case PairInput.OrderSettled settled:
                OnSettled(s, m, c, settled, sink);
                break;
            case PairInput.OrderWatched watched:
                OnWatched(s, m, c, watched, sink);
                break;
            case PairInput.Adopt adopt:
                OnAdopt(s, c, adopt.Order, sink);
                break;
            case PairInput.Woken:
                OnWoken(s, m, c, sink);
                break;
            case PairInput.ModeChanged when c.Mode == TradingMode.Halted:
                OnHalted(s, m, c, sink);
                break;
            case PairInput.PauseEntries pause when s.EntriesPausedReason is null:
                sink.Persist(new EntriesPaused(c.NowMs, pause.Reason));
                break;
            case PairInput.ResumeEntries resume:
                OnResume(s, c, resume.Reason, sink);
                break;
            case PairInput.FlattenNow flatten when s.Protection is not null && !Works(s, m, c):
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
        if (w.Flatten && s.Protection is not null && !Works(s, m, c))
            Exit(s, m, c, new ExitCause(ExitReason.WindDown, w.Reason, m.LastTick.TimeMs, null, null, 0, null), sink);
    }

    private static void OnRecovered(PairState s, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Version == 0)
            return;
        sink.Persist(new PairOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));
        foreach (var attempt in s.Orders)
        {
            if (attempt.IsOpen)
                sink.Do(Track(attempt));
            else if (IsWatched(attempt))
                sink.Do(new PairEffect.EnsureTracker(Track(attempt)));
        }
        sink.Do(new PairEffect.Report());

        // A sell that ended just before the crash may have left something, and a stop may be missing: look again once the rules are known.
        if (s.ExitWanted is not null || s.Protection is not null)
            sink.Do(new PairEffect.Wake(c.Settings.ExitRetryMs));
    }

    /// <summary>No opening: what is asked for is dropped, what rests is taken back. Stops stay (RELIABILITY.md C1).</summary>
    private static void OnHalted(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        DropPending(m, sink);
        foreach (var attempt in s.Orders)
        {
            if (attempt is { IsOpen: true, Intended.Leg: IntentLeg.Entry })
                Cancel(attempt, c, "trading is halted", sink);
        }
    }

    private static void Cancel(Attempt attempt, PairContext c, string reason, Sink<PairEvent, PairEffect> sink)
    {
        if (!attempt.IsCancelling)
            sink.Persist(new CancelDecided(c.NowMs, attempt.ClientOrderId, reason));
        sink.Do(new PairEffect.CancelOrder(attempt.ClientOrderId, reason));
    }

    /// <summary>What a tracker begins with. One of an order that was taken over may have ended before it wrote so much as its first row.</summary>
    public static PairEffect.StartTracker Track(Attempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return attempt is { IsOpen: true, Adopted: { } adopted } ? Track(attempt.Intended) with { Adopted = adopted } : Track(attempt.Intended);
    }

    private static PairEffect.StartTracker Track(OrderIntended i) => new(i.Spec, i.Leg, i.CorrelationId, i.DeadlineMs) { Intent = i };

    private static string Words(ExitReason reason) => reason switch
    {
        ExitReason.Signal => "signal",
        ExitReason.StopLoss => "stop-loss",
        ExitReason.TrailingStop => "trailing stop",
        ExitReason.TakeProfit => "take-profit",
        ExitReason.WindDown => "wind-down",
        ExitReason.Ladder => "take-profit of a part",
        ExitReason.TimeLimit => "time limit",
        ExitReason.Emergency => "emergency",
        _ => "operator",
    };

    private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);
}
