using System.Globalization;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Reconciliation;

/// <content>Orders, stops and executions.</content>
public static partial class ReconcilerDecider
{
    private readonly partial struct Look
    {
        /// <summary>The orders and executions of one pair.</summary>
        public void Orders(SymbolLists lists)
        {
            var pair = known.Find(lists.Symbol);
            m.Owners.Clear();
            m.HasUnbooked |= lists.Fills is null;
            if (lists.Done is { } done)
            {
                foreach (var order in done.Rows)
                    Order(order, done.AskedAtMs, pair);
            }
            if (lists.Active is { } active)
            {
                foreach (var order in active.Rows)
                    Order(order, active.AskedAtMs, pair);
            }

            // Without both lists nobody can say whose an execution is.
            if (lists is { Fills: { } fills, Done: not null, Active: not null })
            {
                foreach (var fill in fills.Rows)
                    Fill(fill, fills.AskedAtMs, pair);
            }
        }

        /// <summary>The stops that wait at the exchange, and those that should.</summary>
        public void Stops()
        {
            if (sweep.Stops is not { } stops)
                return;
            foreach (var stop in stops.Rows)
                Stop(stop, stops.AskedAtMs);
            foreach (var pair in known.Pairs.Values)
            {
                foreach (var order in pair.Orders.Values)
                {
                    if (order is { Leg: IntentLeg.Stop, Outcome: null, ConfirmedAtMs: > 0, IsTriggered: false, IsCancelling: false }
                        && stops.AskedAtMs > order.ConfirmedAtMs + c.Settings.ReadLagMarginMs && !Shows(stops.Rows, order.ClientOrderId))
                        Missing(pair.Symbol, order);
                }
            }
        }

        /// <summary>True when nothing can change a balance of the pair's currencies: orders settled, fees known, stops shown as waiting.</summary>
        private bool IsAtRest(KnownPair pair)
        {
            if (!pair.IsAtRest())
                return false;
            foreach (var order in pair.Orders.Values)
            {
                if (order is { Leg: IntentLeg.Stop, Outcome: null } && (sweep.Stops is null || !Shows(sweep.Stops.Rows, order.ClientOrderId)))
                    return false;
            }
            return true;
        }

        private static bool Shows(IReadOnlyList<StopReport> rows, string clientOrderId)
        {
            foreach (var row in rows)
            {
                if (row.ClientOrderId == clientOrderId)
                    return true;
            }
            return false;
        }

        private void Missing(Symbol symbol, KnownOrder order)
        {
            var key = $"stop:{order.ClientOrderId}";
            var seen = See(key);
            if (!IsSure(seen))
                return;
            sink.Do(new ReconcilerEffect.Wake(symbol, order.ClientOrderId, "the exchange does not show the stop"));

            // Its tracker needs the margin to prove what became of it; only one that does not get there is told.
            if (seen.LastMs - seen.FirstMs > 4 * c.Settings.ReadLagMarginMs)
                Raise(new Finding(key, FindingKind.StopMissing, symbol, order.ClientOrderId, null, $"stop {order.ClientOrderId} of {symbol} is not at the exchange"));
        }

        private void Order(OrderReport o, long askedAtMs, KnownPair? pair)
        {
            if (o.ClientOrderId is { } text && pair is not null && pair.Orders.TryGetValue(text, out var order))
            {
                Owned(o.OrderId, text);
                if (o.Active && IsGhost(order, askedAtMs))
                    Ghost(pair.Symbol, order, o.OrderId, OrderToAdopt.Of(o, order.Leg == IntentLeg.Entry, "settled here, active at the exchange"));
            }
            else if (pair?.OwnerOf(o.OrderId) is { } owner)
            {
                Owned(o.OrderId, owner);
            }
            else if (!ClientOrderId.TryParse(o.ClientOrderId, out var id))
            {
                Foreign(o, pair);
            }
            else if (id.Deployment != c.Deployment)
            {
                Sibling(id, o.OrderId, o.Active, o.CreatedAtMs);
            }
            else
            {
                Owned(o.OrderId, id.Text);
                if (!known.IsJournaled(id.Text))
                    Unknown(id, o.Symbol, o.OrderId, o.Active, o.CreatedAtMs, OrderToAdopt.Of(o, id.Leg == IntentLeg.Entry, "in no journal"));
            }
        }

        private void Stop(StopReport stop, long askedAtMs)
        {
            if (stop.IsTriggered == true)
                return; // The order that it placed is in the other lists.
            var pair = known.Find(stop.Symbol);
            if (stop.ClientOrderId is { } text && pair is not null && pair.Orders.TryGetValue(text, out var order))
            {
                if (IsGhost(order, askedAtMs))
                    Ghost(pair.Symbol, order, stop.StopId, OrderToAdopt.Of(stop, cancel: true, "settled here, waiting at the exchange"));
            }
            else if (!ClientOrderId.TryParse(stop.ClientOrderId, out var id))
            {
                var key = $"foreign-stop:{stop.StopId}";
                Raise(new Finding(
                    key, FindingKind.ForeignOrder, stop.Symbol, stop.ClientOrderId, stop.StopId,
                    $"a stop of {stop.Symbol} at {Text(stop.StopPrice)} was placed by other hands ({stop.StopId}); it is not touched, and nothing is opened on {stop.Symbol}"));
            }
            else if (id.Deployment != c.Deployment)
            {
                Sibling(id, stop.StopId, isActive: true, stop.CreatedAtMs);
            }
            else if (!known.IsJournaled(id.Text))
            {
                Unknown(id, stop.Symbol, stop.StopId, isActive: true, stop.CreatedAtMs, OrderToAdopt.Of(stop, cancel: false, "in no journal"));
            }
        }

        /// <summary>Settled here; and the exchange was asked so late that a stale answer cannot be the reason.</summary>
        private bool IsGhost(KnownOrder order, long askedAtMs) =>
            order.Outcome is not null && askedAtMs > order.SettledAtMs + c.Settings.ReadLagMarginMs;

        private void Ghost(Symbol symbol, KnownOrder order, string orderId, OrderToAdopt adopt)
        {
            var key = $"ghost:{order.ClientOrderId}";
            Raise(new Finding(
                key, FindingKind.Ghost, symbol, order.ClientOrderId, orderId, $"order {order.ClientOrderId} of {symbol} is {order.Outcome} here and alive at the exchange as {orderId}"));

            // What waits for a person is shown and left to him.
            if (order.Outcome != OrderOutcome.Quarantined)
                sink.Do(new ReconcilerEffect.Adopt(symbol, adopt));
        }

        /// <summary>An own order that no journal knows. Every order is written down before it is sent: so the writing is lost, or it is not ours.</summary>
        private void Unknown(ClientOrderId id, Symbol symbol, string orderId, bool isActive, long createdAtMs, OrderToAdopt adopt)
        {
            if (createdAtMs < firstStartMs - c.Settings.ClockSlackMs)
            {
                if (isActive)
                    AnotherDatabase(id, orderId, "was placed before this database began to trade");
                return;
            }
            if (createdAtMs > m.RunningSinceMs + c.Settings.ClockSlackMs)
            {
                AnotherDatabase(id, orderId, "was placed while this bot was running, and not by it");
                return;
            }
            var lost = known.Find(symbol) is { } pair && id.IntentNumber < pair.NextIntent ? "" : ", its number is above the journal's";
            Raise(new Finding(
                $"rollback:{id.Text}", FindingKind.JournalRollback, symbol, id.Text, orderId,
                $"own order {id.Text} of {symbol} ({orderId}) is in no journal{lost}: rows of the database are lost; its fills are taken over, and nothing is opened until a person has looked"));

            m.HasUnbooked = true;

            // While another bot answers to our name, whose order this is cannot be told.
            if (!s.Has(FindingKind.AnotherDeployment))
                sink.Do(new ReconcilerEffect.Adopt(symbol, adopt));
        }

        private void AnotherDatabase(ClientOrderId id, string orderId, string how) => Raise(new Finding(
            $"deployment:{id.Deployment}", FindingKind.AnotherDeployment, null, id.Text, orderId,
            $"order {id.Text} ({orderId}) {how}: another database trades under the name '{id.Deployment}' with this key. Stop one of them; its orders are not touched"));

        private void Sibling(ClientOrderId id, string orderId, bool isActive, long createdAtMs)
        {
            m.Foreign.Add(orderId);
            m.Owners[orderId] = "";
            if (isActive || createdAtMs >= firstStartMs)
            {
                Raise(new Finding(
                    $"deployment:{id.Deployment}", FindingKind.AnotherDeployment, null, id.Text, orderId,
                    $"order {id.Text} ({orderId}) was placed by the deployment '{id.Deployment}', which trades or traded with this key from another database. Stop it, or cancel what it left; its orders are not touched"));
            }
        }

        private void Foreign(OrderReport o, KnownPair? pair)
        {
            if (!o.Active && o.CreatedAtMs < firstStartMs)
                return; // before our time
            var key = o.Active ? $"foreign:{o.OrderId}" : $"trade:{o.OrderId}";

            // The order that a stop of ours places may carry no name, and its tracker may not have heard of it yet.
            if (pair is not null && o.Side == Side.Sell && MayBeOfStop(pair, out var isPending) && (isPending || !IsSure(See(key))))
            {
                m.Owners[o.OrderId] = "?";
                m.Pending.Add(o.OrderId);
                return;
            }
            m.Foreign.Add(o.OrderId);
            m.Owners[o.OrderId] = "";
            var what = o.Active ? "stands" : o.DealSize > 0 ? $"filled {Text(o.DealSize)}" : "was cancelled";
            Raise(new Finding(
                key, o.Active ? FindingKind.ForeignOrder : FindingKind.ForeignTrade, o.Symbol, o.ClientOrderId, o.OrderId,
                $"{(o.Side == Side.Buy ? "a buy" : "a sell")} of {o.Symbol} that other hands placed {what} ({o.OrderId}); it is not touched, and nothing is opened on {o.Symbol}"));
        }

        /// <summary>True when a stop of the pair may have placed an order lately; pending when one is gone from the list and not settled here.</summary>
        private bool MayBeOfStop(KnownPair pair, out bool isPending)
        {
            isPending = false;
            var may = false;
            foreach (var order in pair.Orders.Values)
            {
                if (order.Leg != IntentLeg.Stop || (order.Outcome is not null && order.SettledAtMs < sweep.SinceMs))
                    continue;
                may = true;
                isPending |= order.Outcome is null && (sweep.Stops is null || !Shows(sweep.Stops.Rows, order.ClientOrderId));
            }
            return may;
        }

        private void Owned(string orderId, string clientOrderId)
        {
            m.Owners[orderId] = clientOrderId;
            m.Own.Add(orderId);
        }

        private void Fill(FillReport fill, long askedAtMs, KnownPair? pair)
        {
            if (fill.TimeMs < firstStartMs || (pair is not null && pair.Applied(fill.OrderId, fill.TradeId)))
                return;
            if (!m.Owners.TryGetValue(fill.OrderId, out var owner))
                owner = pair?.OwnerOf(fill.OrderId);
            if (owner is "" or "?")
                return; // told with its order, or waiting to be
            if (owner is null)
            {
                // An order that is older than the lists, or younger than what they know. While one of ours is under way it may be that one.
                var key = $"trade:{fill.OrderId}";
                if (IsSure(See(key)) && (pair is null || IsAtRest(pair)) && askedAtMs - fill.TimeMs > c.Settings.ReadLagMarginMs)
                {
                    m.Foreign.Add(fill.OrderId);
                    Raise(new Finding(
                        key, FindingKind.ForeignTrade, fill.Symbol, null, fill.OrderId,
                        $"{(fill.Side == Side.Buy ? "bought" : "sold")} {Text(fill.Size)} of {fill.Symbol} by other hands (order {fill.OrderId}); nothing is opened on {fill.Symbol}"));
                }
                return;
            }
            m.Own.Add(fill.OrderId);
            m.HasUnbooked = true;
            if (pair is null || !pair.Orders.TryGetValue(owner, out var order) || askedAtMs - fill.TimeMs < c.Settings.FillGraceMs)
                return;
            sink.Do(new ReconcilerEffect.Wake(fill.Symbol, owner, $"trade {fill.TradeId} is not recorded"));
            var missing = $"fill:{fill.OrderId}:{fill.TradeId}";
            var seen = See(missing);

            // The tracker of an unsettled order is at work; only one that does not get on is told.
            if (seen.Count > 2 && (order.Outcome is not null || seen.LastMs - seen.FirstMs > c.Settings.HistoryMs))
            {
                Raise(new Finding(
                    missing, FindingKind.FillMissing, fill.Symbol, owner, fill.OrderId,
                    $"trade {fill.TradeId} of {owner} ({Text(fill.Size)} {fill.Symbol} at {Text(fill.Price)}) is not in the books"));
            }
        }

        private static string Text(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);
    }
}
