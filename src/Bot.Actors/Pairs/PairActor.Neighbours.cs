using Akka.Actor;
using Bot.Actors.Gateway;
using Bot.Actors.Market;
using Bot.Actors.Prices;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <content>What the actors around it tell the pair: rules, prices, order events, that they were started anew.</content>
public sealed partial class PairActor
{
    /// <summary>Subscribes to everything that the pair needs. The answers arrive as messages.</summary>
    private void Connect()
    {
        _neighbours.Directory.Tell(new SubscribeRules(_context.Symbol));
        _neighbours.Prices.Tell(new SubscribePrices(_context.Symbol));
        _neighbours.Gateway.Tell(new GatewayRequest.Register(_context.Symbol));
        Services.Stops.Notify(Self);
        AskSweep();
        AskHistory();
    }

    /// <summary>A neighbour of this node was started anew and knows nobody.</summary>
    private void OnServiceStarted(NodeService service)
    {
        if (_state.Version == 0)
            return;
        switch (service)
        {
            case NodeService.Directory:
                _neighbours.Directory.Tell(new SubscribeRules(_context.Symbol));
                break;
            case NodeService.Prices:
                _neighbours.Prices.Tell(new SubscribePrices(_context.Symbol));
                break;
            case NodeService.Gateway:
                // Whatever the private stream said in between is asked for once it is up again.
                _isAccountConnected = false;
                CheckGate();
                _neighbours.Gateway.Tell(new GatewayRequest.Register(_context.Symbol));
                break;
        }
    }

    private void OnRules(PairRules rules)
    {
        if (rules.TakerFee is { } fee)
            _context.TakerFee = fee;

        // A pair that is not listed any more keeps its last rules for valuation, but nothing can be ordered.
        _context.RulesReadMs = rules.ReadAtMs;
        if (rules.Rules is not null)
            Services.Controls.SetRules(_context.Symbol, rules.Rules);
        _context.Rules = rules.Rules ?? (_context.Rules is { } known ? known with { EnableTrading = false } : null);
        _scale = _context.Rules is { } current ? new PriceScale(current.PriceIncrement) : null;
        _memory.Rearm(_state, _context);
        CheckGate();
        OnTicker();
    }

    private void OnPrice(PriceSlot slot)
    {
        // Read in any case: a slot that is not read signals no more.
        _lastTicker = slot.Read();
        OnTicker();
    }

    private void OnTicker()
    {
        if (_scale is not { } scale || _lastTicker is not { } ticker)
            return;
        LookAround();
        PairDecider.OnTick(_state, _memory, _context, scale.Tick(ticker), Sink);
        Commit();
    }

    private void OnOrderEvent(AccountEvent.Order order)
    {
        if (order.Update.ClientOrderId is null)
        {
            // Perhaps of an order that a stop of ours placed: its tracker knows it by the exchange's id.
            TellStops(order);
            return;
        }
        if (order.Update.ClientOrderId is not { } id || !ClientOrderId.TryParse(id, out var own) || own.Deployment != _context.Deployment)
            return;
        if (_releasing.TryGetValue(id, out var held))
        {
            if (order.Update.Fill is not null)
                held.Add(order);
        }
        else if (_trackers.TryGetValue(id, out var tracker))
        {
            tracker.Tell(order);
        }
        else if (_state.Find(id) is { } known && (known.IsOpen || order.Update.Fill is not null) && !_isEnding)
        {
            // Its tracker is not there: a fill after the end (R9), or it failed. It starts, records what it hears and reports it like any other.
            StartTracker(PairDecider.Track(known)).Tell(order);
        }
    }

    private void TellStops(object update)
    {
        foreach (var (id, tracker) in _trackers)
        {
            if (_state.Find(id) is { Intended.Leg: IntentLeg.Stop })
                tracker.Tell(update);
        }
    }
}
