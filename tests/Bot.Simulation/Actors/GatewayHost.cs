using Bot.Simulation.Engine;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Simulation.Actors;

/// <summary>
/// The controls of a node's gateway, as src/Bot.Actors/Gateway/GatewayCheck.cs: the pair's check again with counters of its own, the best
/// prices and the kill switch read anew. No order book is modelled, so C3 is the exchange simulator's and the unit tests' matter.
/// </summary>
internal sealed class GatewayHost
{
    private readonly List<(long AtMs, decimal Size)> _recent = [];
    private NodeBreakers _breakers = new();
    private EventWindow _entries = new(1_024);
    private bool _isUsed;
    private int _working;

    /// <summary>A new process: nothing of this is kept.</summary>
    public void Reset()
    {
        if (!_isUsed)
            return;
        _isUsed = false;
        _recent.Clear();
        _breakers = new NodeBreakers();
        _entries = new EventWindow(1_024);
        _working = 0;
    }

    /// <summary>What the node knows about itself.</summary>
    public NodeConditions Conditions(long nowMs)
    {
        var open = _breakers.Open(nowMs, Setup.Controls);
        return open.Passes ? default : new NodeConditions(null, null, null, open.Control, open.Reason);
    }

    /// <summary>The account's stream of the node is up or down (C27).</summary>
    public void OnStream(long nowMs, bool isUp)
    {
        _isUsed = true;
        _breakers.AccountStream(nowMs, isUp);
    }

    /// <summary>Why an order must not be sent; null when it may, and then it is counted as under way.</summary>
    public string? Refusal(World world, PairEffect.StartTracker start, long nowMs)
    {
        var (spec, intent) = (start.Spec, start.Intent);
        var order = ControlOrder.Of(spec, start.Leg);
        if (order.Reduces)
            return PreTrade.Check(order, default, Setup.Rules, Setup.Controls, Setup.Limits).Reason;
        if (world.Is(Mutant.GatewaySkipsCheck))
            return null;
        var node = Conditions(nowMs);
        var (bid, ask) = world.Exchange.Best;
        var facts = new PreTradeFacts
        {
            NowMs = nowMs,
            Mode = world.Is(Mutant.ModeFromStaleProjection) || world.Is(Mutant.SwitchNotReadAtGateway) ? TradingMode.Active : world.Switch,
            Breaker = node.Breaker,
            BreakerReason = node.BreakerReason,
            Equity = intent?.Risk?.Equity,
            Available = intent?.Risk?.Available,
            Exposure = intent?.Risk?.Exposure,
            StopPrice = intent?.Plan?.StopPrice,
            TakerFee = intent?.Facts?.TakerFee ?? 0,
            Bid = bid,
            Ask = ask,
            EntriesOfPair = _working,
            TwinAgeMs = TwinAgeMs(spec, nowMs),
            EntriesInSecond = _entries.UpTo(nowMs, 1_000),
            EntriesInMinute = _entries.UpTo(nowMs, 60_000),
        };
        if (PreTrade.Check(order, facts, Setup.Rules, Setup.Controls, Setup.Limits).Reason is { } refusal)
            return refusal;
        _isUsed = true;
        _entries.Add(nowMs);
        _working++;
        if (_recent.Count == 16)
            _recent.RemoveAt(0);
        _recent.Add((nowMs, spec.Size));
        return null;
    }

    /// <summary>A request is answered, or its time is over.</summary>
    public void OnAnswer(TrackerHost tracker, OrderInput answer)
    {
        if (answer is not (OrderInput.SubmitAnswered { Code: not (Code or StaleLicence) } or OrderInput.LookFailed or OrderInput.Looked or OrderInput.FillsRead
            or OrderInput.StopLooked or OrderInput.CancelAnswered))
            return;
        _isUsed = true;
        var now = tracker.NodeMs;
        if (answer is OrderInput.SubmitAnswered submitted)
        {
            if (tracker.Leg == IntentLeg.Entry)
                _working = Math.Max(0, _working - 1);
            if (submitted.Outcome == SubmitOutcome.Refused)
                _breakers.Rejected(now, Setup.Controls);
            else if (submitted.Outcome == SubmitOutcome.Doubt)
                _breakers.Doubted(now, Setup.Controls);
        }
        var failed = answer is OrderInput.LookFailed or OrderInput.SubmitAnswered { Outcome: SubmitOutcome.Doubt };
        _breakers.Ended(now, failed ? RequestResult.Failed : RequestResult.Answered);
    }

    /// <summary>The code of a refusal by the controls.</summary>
    public const string Code = "control";

    /// <summary>The code of a licence that is too old to be used.</summary>
    public const string StaleLicence = "stale-licence";

    private long? TwinAgeMs(OrderSpec spec, long nowMs)
    {
        long? age = null;
        foreach (var (at, size) in _recent)
        {
            if (Math.Abs(size - spec.Size) <= Setup.Controls.DuplicateTolerance * spec.Size)
                age = Math.Min(age ?? long.MaxValue, nowMs - at);
        }
        return age;
    }
}
