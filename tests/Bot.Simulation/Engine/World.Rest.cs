using Bot.Simulation.Actors;
using Bot.Trading.Checking;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Simulation.Engine;

/// <content>What must be so when everything has come to rest (RELIABILITY.md I25).</content>
internal sealed partial class World
{
    /// <summary>What no stop at the exchange covers, by the exchange's own books.</summary>
    private decimal Bare(PairState state)
    {
        var bare = state.Position.Quantity;
        foreach (var stop in Exchange.Waiting)
            bare -= stop.Request.Size ?? 0;
        return bare;
    }

    private Violation? AtRest()
    {
        if (Pair.Current is not PairHost { IsAlive: true } pair)
            return new Violation("I25", Setup.PairStream, "no incarnation lives after the faults are over");
        if (Portfolio.Current is not PortfolioHost { IsAlive: true })
            return new Violation("I25", Setup.PortfolioStream, "no incarnation lives after the faults are over");
        foreach (var attempt in pair.State.Attempts)
        {
            if (attempt.IsOpen && !(attempt.Intended.Leg == IntentLeg.Stop && pair.State.Protection is not null))
                return new Violation("I25", attempt.ClientOrderId, $"unsettled {SettleMs / 1000} s after the faults");
            if (attempt.Outcome == OrderOutcome.Quarantined)
                return new Violation("I25", attempt.ClientOrderId, "quarantined although the exchange forgot nothing");
        }
        foreach (var actor in _actors)
        {
            if (actor is { IsAlive: true } and PairHost other && other != pair)
                return new Violation("I25", pair.Name, $"two incarnations live {SettleMs / 1000} s after the faults");
        }
        var state = pair.State;
        if (_plan.HasStops && state.Protection is not null && Bare(state) is var bare && bare > Setup.Rules.BaseIncrement && !Setup.Rules.IsDust(bare, Exchange.LastPrice))
            return new Violation("I13", pair.Name, $"{bare} of {state.Position.Quantity} is held without a stop at the exchange {SettleMs / 1000} s after the faults");
        if (state.Protection is { } protection && state.Position.Quantity > 0 && Exchange.LastPrice <= protection.StopPrice)
            return new Violation("I13", pair.Name, $"{state.Position.Quantity} is held at {Exchange.LastPrice}, below its stop {protection.StopPrice}");
        if (Reconciler.Current is not ReconcilerHost { IsAlive: true } reconciler)
            return new Violation("I25", Setup.ReconcilerStream, "no incarnation lives after the faults are over");
        foreach (var finding in reconciler.State.Findings.Values)
        {
            if (finding.ClientOrderId != Setup.PlantedId)
                return new Violation("I12", reconciler.Name, $"the reconciliation says what is not so: {finding.Kind}: {finding.What}");
        }
        if (!reconciler.State.IsOpen)
            return new Violation("I25", reconciler.Name, $"the books have not begun {SettleMs / 1000} s after the faults");
        if (state.ExitWanted is not null)
            return new Violation("I25", pair.Name, $"an exit is wanted ({state.ExitWanted}) and not done");
        return null;
    }
}
