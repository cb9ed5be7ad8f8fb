using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Checking;

/// <content>Invariants about the journal, row by row: I13, I16, I17, I18, I21, I23, I24.</content>
public sealed partial class InvariantChecker
{
    private void Contiguous(CheckedStream stream, long sequence, bool linkHolds)
    {
        stream.Rows++;
        if (stream.HasGap)
            return;
        if (sequence != stream.Rows)
            Violate("I16", stream.Id, $"row {stream.Rows} has number {sequence}: a row is missing or doubled");
        else if (!linkHolds)
            Violate("I16", stream.Id, $"row {sequence} does not fit the row before it: a row was changed");
        else
            return;
        stream.HasGap = true;
    }

    private static long? EpochOf(object e) => e switch
    {
        OrderOwned o => o.Epoch,
        PairOwned p => p.Epoch,
        PortfolioOwned p => p.Epoch,
        _ => null,
    };

    private void OwnerEpoch(CheckedStream stream, long epoch)
    {
        if (epoch != stream.Epoch + 1)
            Violate("I18", stream.Id, $"row {stream.Rows} begins epoch {epoch} after epoch {stream.Epoch}");
        stream.Epoch = epoch;
    }

    private void Fold(CheckedOrder order, OrderEvent e, long? committedUs)
    {
        switch (e)
        {
            case SubmitAuthorised licence:
                if (licence.Epoch != order.Epoch)
                    Violate("I18", order.Id, $"row {order.Rows} is a licence of epoch {licence.Epoch} in epoch {order.Epoch}");
                if (++order.Licences == 1)
                    (order.Licence, order.LicensedUs) = (licence, committedUs);
                break;
            case CancelAuthorised when order.Parts?.Leg == IntentLeg.Stop:
                MakeBeforeBreak(order.ClientOrderId);
                break;
            case OrderAbsent absent:
                order.Absent ??= absent;
                break;
            case OrderPrepared { Spec: var spec } when _settings.Rules is { } rules:
                if (rules.Violation(spec.Size, spec.Price ?? 0, spec.Price is not null) is { } breach && !IsPriceBreachOfMarketOrder(spec, breach))
                    Violate("I24", order.Id, breach);
                break;
        }
        if (order.IsBroken)
            return;

        // The first incarnation takes over together with the specification: it recovered nothing.
        if (e is OrderOwned { Epoch: > 1 } owned && owned.StateHash != _settings.HashOrder(order.State))
            RecoveredOther(order, owned.Epoch);
        order.State.Apply(e);
    }

    /// <summary>A stop is given up only when another one waits for all that is held, or a sale of it is under way, or nothing is held.</summary>
    private void MakeBeforeBreak(string stop)
    {
        foreach (var pair in _pairs)
        {
            // Where its pair decided it, that was the instant to judge: an execution may come between the decision and the cancel.
            if (!pair.IsBroken && pair.Intents.ContainsKey(stop) && !pair.GivenUp.Contains(stop))
                MakeBeforeBreak(pair, stop);
        }
    }

    private void MakeBeforeBreak(CheckedPair pair, string stop)
    {
        var state = pair.State;
        if (state.Protection is null || state.Position.Quantity <= 0)
            return;
        var covered = 0m;
        foreach (var attempt in state.Attempts)
        {
            if (!attempt.IsOpen || attempt.ClientOrderId == stop)
                continue;
            if (attempt.Intended.Leg == IntentLeg.Exit || (attempt.Intended.Leg == IntentLeg.Stop && (attempt.IsConfirmed || attempt.IsTriggered)))
                covered += attempt.Intended.Spec.Size - attempt.FilledSize;
        }
        var bare = state.Position.Quantity - covered;
        if (bare > (_settings.Rules?.BaseIncrement ?? 0) && _settings.Rules?.IsDust(bare, state.Position.AveragePrice) != true)
            Violate("I15", stop, $"given up while {bare} of {state.Position.Quantity} is covered by nothing else");
    }

    // Of a market order nobody knows the price, so its value cannot be judged.
    private static bool IsPriceBreachOfMarketOrder(OrderSpec spec, string breach) =>
        spec.Price is null && breach.StartsWith("FUNDS", StringComparison.Ordinal);

    private void Fold(CheckedPair pair, PairEvent e, long? committedUs)
    {
        switch (e)
        {
            case OrderIntended intended:
                if (!pair.Intents.TryAdd(intended.Spec.ClientOrderId, new CheckedIntent(intended, committedUs)))
                    Violate("I8", intended.Spec.ClientOrderId, "intended twice by its pair");
                RiskPassed(intended);
                break;
            case CancelDecided given when !pair.IsBroken && pair.State.Find(given.ClientOrderId) is { Intended.Leg: IntentLeg.Stop }:
                MakeBeforeBreak(pair, given.ClientOrderId);
                pair.GivenUp.Add(given.ClientOrderId);
                break;
            case FillApplied fill:
                pair.Fills.Add(fill);
                break;
            case FeeApplied fee:
                pair.Fees.Add(fee);
                break;
        }
        if (pair.IsBroken)
            return;
        if (e is PairOwned owned)
        {
            if (owned.StateHash != _settings.HashPair(pair.State))
                RecoveredOther(pair, owned.Epoch);
            Protected(pair, $"when incarnation {owned.Epoch} took over");
        }
        pair.State.Apply(e);
    }

    private void Fold(CheckedPortfolio portfolio, PortfolioEvent e, long? committedUs)
    {
        if (portfolio.IsBroken)
            return;
        if (e is PortfolioOwned { Epoch: > 1 } owned && owned.StateHash != _settings.HashPortfolio(portfolio.State))
            RecoveredOther(portfolio, owned.Epoch);
        if (e is ModeChanged mode && mode.Scope is null or SwitchEntry.Everything)
            portfolio.Modes.Add((mode, committedUs / 1_000 ?? mode.AtMs));
        portfolio.State.Apply(e);
    }

    private void RecoveredOther(CheckedStream stream, long epoch) =>
        Violate("I17", stream.Id, $"incarnation {epoch} recovered another state than rows 1 to {stream.Rows - 1} make");

    /// <summary>What was bought was allowed, and no more of it than allowed: from the numbers that were written down with the decision.</summary>
    private void RiskPassed(OrderIntended i)
    {
        if (i.Leg != IntentLeg.Entry)
            return;
        if (_settings.Controls is { } controls)
            ChecksAgain(i, controls);
        if (i.Risk is not { } risk)
            return;
        var most = Math.Min(Math.Min(risk.SizeByRisk, risk.SizeByPosition), Math.Min(risk.SizeByExposure, risk.SizeByFunds));
        if (risk.Refusal is not null)
            Violate("I21", i.Spec.ClientOrderId, $"ordered although it was refused: {risk.Refusal}");
        else if (i.Spec.Size > Math.Min(risk.Size, most))
            Violate("I21", i.Spec.ClientOrderId, $"ordered {i.Spec.Size}, allowed {risk.Size}, by its numbers {most}");
    }

    /// <summary>The pre-trade check passed, and passes again from the facts that were written down.</summary>
    private void ChecksAgain(OrderIntended i, ControlSettings controls)
    {
        if (i.Facts is not { } facts)
            Violate("I21", i.Spec.ClientOrderId, "intended without the facts of a pre-trade check");
        else if (PreTrade.Check(ControlOrder.Of(i.Spec, i.Leg), facts, _settings.Rules, controls, _settings.Limits) is { Passes: false } verdict)
            Violate("I21", i.Spec.ClientOrderId, $"the pre-trade check refuses it: {verdict.Reason}");
    }

    private void Protected(CheckedPair pair, string when)
    {
        // Without a round trip under way what is held is dust, which cannot be sold.
        if (pair.State is { Trade: not null, Protection: null, Position.Quantity: > 0 } state)
            Violate("I13", pair.Id, $"{when} {state.Position.Quantity} is held without protection");
    }
}
