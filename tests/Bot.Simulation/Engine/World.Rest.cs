using Bot.Simulation.Actors;
using Bot.Trading.Checking;
using Bot.Trading.Orders;

namespace Bot.Simulation.Engine;

/// <content>What must be so when everything has come to rest (RELIABILITY.md I25).</content>
internal sealed partial class World
{
    private Violation? AtRest()
    {
        if (Pair.Current is not PairHost { IsAlive: true } pair)
            return new Violation("I25", Setup.PairStream, "no incarnation lives after the faults are over");
        if (Portfolio.Current is not PortfolioHost { IsAlive: true })
            return new Violation("I25", Setup.PortfolioStream, "no incarnation lives after the faults are over");
        foreach (var attempt in pair.State.Attempts)
        {
            if (attempt.IsOpen)
                return new Violation("I25", attempt.ClientOrderId, $"unsettled {SettleMs / 1000} s after the faults");
            if (attempt.Outcome == OrderOutcome.Quarantined)
                return new Violation("I25", attempt.ClientOrderId, "quarantined although the exchange forgot nothing");
        }
        var state = pair.State;
        if (state.Protection is { } protection && state.Position.Quantity > 0 && Exchange.LastPrice <= protection.StopPrice)
            return new Violation("I13", pair.Name, $"{state.Position.Quantity} is held at {Exchange.LastPrice}, below its stop {protection.StopPrice}");
        if (state.ExitWanted is not null)
            return new Violation("I25", pair.Name, $"an exit is wanted ({state.ExitWanted}) and not done");
        return null;
    }
}
