using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Pairs;

/// <summary>The journaled state of one pair. Changed by <see cref="Apply"/> only, which is total and reads no clock.</summary>
public sealed class PairState
{
    private readonly List<Attempt> _attempts = [];

    /// <summary>The pair.</summary>
    public Symbol Symbol { get; private set; }

    /// <summary>The pair's row in the registry of symbols.</summary>
    public int SymbolId { get; private set; }

    /// <summary>Currency bought and sold.</summary>
    public string BaseCurrency { get; private set; } = "";

    /// <summary>Currency of prices.</summary>
    public string QuoteCurrency { get; private set; } = "";

    /// <summary>The strategy's name.</summary>
    public string Strategy { get; private set; } = "";

    /// <summary>The selector's word: low, medium or high.</summary>
    public string RiskLevel { get; private set; } = "";

    /// <summary>Whether the pair trades.</summary>
    public PairPhase Phase { get; private set; }

    /// <summary>Why entries are suspended; null when they are not.</summary>
    public string? EntriesPausedReason { get; private set; }

    /// <summary>The incarnation that owns the pair.</summary>
    public long Epoch { get; private set; }

    /// <summary>Number of events applied since the pair began.</summary>
    public long Version { get; private set; }

    /// <summary>Number of the next intent.</summary>
    public long NextIntent { get; private set; } = 1;

    /// <summary>Completed round trips.</summary>
    public long TradeCount { get; private set; }

    /// <summary>What is held.</summary>
    public Position Position { get; private set; } = Position.Empty;

    /// <summary>How it is protected; null when nothing worth protecting is held.</summary>
    public Protection? Protection { get; private set; }

    /// <summary>The round trip under way; null when flat.</summary>
    public OpenTrade? Trade { get; private set; }

    /// <summary>Why the position is being sold, until it is sold; null when it is not.</summary>
    public ExitReason? ExitWanted { get; private set; }

    /// <summary>What the pair's breakers remember (C8, C11, C22).</summary>
    public PairRecord Record { get; private set; } = new();

    /// <summary>Orders that are unsettled or were settled lately, in the order of their intents.</summary>
    public IReadOnlyList<Attempt> Attempts => _attempts;

    /// <summary>The same for those who look often: without an enumerator on the heap.</summary>
    internal List<Attempt> Orders => _attempts;

    /// <summary>True when an order of this leg is unsettled.</summary>
    public bool HasOpen(IntentLeg leg)
    {
        foreach (var attempt in _attempts)
        {
            if (attempt.IsOpen && attempt.Intended.Leg == leg)
                return true;
        }
        return false;
    }

    /// <summary>True when any order is unsettled.</summary>
    public bool HasOpen()
    {
        foreach (var attempt in _attempts)
        {
            if (attempt.IsOpen)
                return true;
        }
        return false;
    }

    /// <summary>Finds an order by its id.</summary>
    public Attempt? Find(string clientOrderId)
    {
        var index = IndexOf(clientOrderId);
        return index < 0 ? null : _attempts[index];
    }

    /// <summary>Finds the order that an execution was applied to; null when it was not.</summary>
    public Attempt? FindTrade(string orderId, long tradeId)
    {
        foreach (var attempt in _attempts)
        {
            if (attempt.Trade(orderId, tradeId) is not null)
                return attempt;
        }
        return null;
    }

    /// <summary>The pair's books for the portfolio.</summary>
    public PairBook ToBook()
    {
        var entries = new Dictionary<long, decimal>();
        foreach (var attempt in _attempts)
        {
            if (attempt.IsOpen && attempt.Intended.Leg == IntentLeg.Entry)
                entries.Add(attempt.Intended.IntentNumber, attempt.Intended.ReservedQuote);
        }
        return new PairBook(Symbol, Version, Position, Protection?.StopPrice, NextIntent, entries);
    }

    /// <summary>True when the stop has followed the price above what was paid.</summary>
    public bool IsTrailed => Protection is { TrailingDistance: { } trail } p && p.HighWater > Position.AveragePrice && p.StopPrice > Position.AveragePrice - trail;

    /// <summary>Becomes what another state is. Orders are shared: they are immutable.</summary>
    public void CopyFrom(PairState other)
    {
        (Symbol, SymbolId, BaseCurrency, QuoteCurrency) = (other.Symbol, other.SymbolId, other.BaseCurrency, other.QuoteCurrency);
        (Strategy, RiskLevel, Phase, EntriesPausedReason) = (other.Strategy, other.RiskLevel, other.Phase, other.EntriesPausedReason);
        (Epoch, Version, NextIntent, TradeCount) = (other.Epoch, other.Version, other.NextIntent, other.TradeCount);
        (Position, Protection, Trade, ExitWanted) = (other.Position, other.Protection, other.Trade, other.ExitWanted);
        _attempts.Clear();
        _attempts.AddRange(other._attempts);
        Record.CopyFrom(other.Record);
    }

    /// <summary>Takes an event. Replay is this and nothing else.</summary>
    public void Apply(PairEvent e)
    {
        Version++;
        switch (e)
        {
            case PairStarted s:
                (Symbol, SymbolId, BaseCurrency, QuoteCurrency, Strategy, RiskLevel, Phase) =
                    (s.Symbol, s.SymbolId, s.BaseCurrency, s.QuoteCurrency, s.Strategy, s.RiskLevel, PairPhase.Trading);
                break;
            case PairOwned o:
                Epoch = o.Epoch;
                break;
            case PairPhaseChanged p:
                Phase = p.Phase;
                break;
            case EntriesPaused p:
                EntriesPausedReason = p.Reason;
                break;
            case EntriesResumed r:
                EntriesPausedReason = null;
                Record.Apply(r);
                break;
            case OrderIntended i:
                _attempts.Add(new Attempt(i, null, 0, 0, [], 0));
                NextIntent = Math.Max(NextIntent, i.IntentNumber + 1);
                if (i.Exit is { } why and not ExitReason.Ladder)
                    ExitWanted = why;
                break;
            case OrderAdopted a:
                NextIntent = Math.Max(NextIntent, a.Intended.IntentNumber + 1);
                var adopted = new Adoption(a.OrderId, a.Cancel, a.Why);
                if (IndexOf(a.Intended.Spec.ClientOrderId) is >= 0 and var held)
                    _attempts[held] = _attempts[held] with { Outcome = null, SettledAtMs = 0, Adopted = adopted };
                else
                    _attempts.Add(new Attempt(a.Intended, null, 0, 0, [], 0) { Adopted = adopted });
                break;
            case FillApplied f:
                OnFill(f);
                break;
            case FeeApplied f:
                OnFee(f);
                break;
            case ProtectionPlanned p:
                Protection = p.Protection;
                break;
            case OrderSettled s:
                var known = Known(s.ClientOrderId);
                Record.Apply(_attempts[known].Intended, s);
                _attempts[known] = _attempts[known] with { Outcome = s.Outcome, SettledAtMs = s.AtMs };
                break;
            case ProtectionConfirmed p:
                _attempts[Known(p.ClientOrderId)] = _attempts[Known(p.ClientOrderId)] with { IsConfirmed = true };
                break;
            case ProtectionTriggered p:
                _attempts[Known(p.ClientOrderId)] = _attempts[Known(p.ClientOrderId)] with { IsTriggered = true };
                if (Protection is not null)
                    ExitWanted ??= IsTrailed ? ExitReason.TrailingStop : ExitReason.StopLoss;
                break;
            case CancelDecided p:
                _attempts[Known(p.ClientOrderId)] = _attempts[Known(p.ClientOrderId)] with { IsCancelling = true };
                break;
            case DustDeclared:
                break;
            case OrderRetired r:
                if (IndexOf(r.ClientOrderId) is >= 0 and var index)
                    _attempts.RemoveAt(index);
                break;
            case PositionClosed c:
                Record.Apply(c);
                (TradeCount, Trade, Protection, ExitWanted) = (c.Number, null, null, null);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not an event of a pair.");
        }
    }

    /// <summary>The state as a stored contract.</summary>
    public PairSnapshot ToSnapshot() => new(
        Symbol, SymbolId, BaseCurrency, QuoteCurrency, Strategy, RiskLevel, Phase, EntriesPausedReason, Epoch, Version, NextIntent, TradeCount,
        Position, Protection, Trade, ExitWanted, [.. _attempts], Record.ToSnapshot());

    /// <summary>The state from a stored contract.</summary>
    public static PairState From(PairSnapshot s)
    {
        var state = new PairState
        {
            Symbol = s.Symbol,
            SymbolId = s.SymbolId,
            BaseCurrency = s.BaseCurrency,
            QuoteCurrency = s.QuoteCurrency,
            Strategy = s.Strategy,
            RiskLevel = s.RiskLevel,
            Phase = s.Phase,
            EntriesPausedReason = s.EntriesPaused,
            Epoch = s.Epoch,
            Version = s.Version,
            NextIntent = s.NextIntent,
            TradeCount = s.Trades,
            Position = s.Position,
            Protection = s.Protection,
            Trade = s.Trade,
            ExitWanted = s.ExitWanted,
            Record = PairRecord.From(s.Record),
        };
        state._attempts.AddRange(s.Attempts);
        return state;
    }

    private void OnFill(FillApplied e)
    {
        var fill = e.Fill;
        Trade ??= new OpenTrade(fill.TimeMs, Position.RealisedPnl, Position.Fees, 0, 0, 0, 0);
        var funds = fill.Price * fill.Size;
        Trade = fill.Side == Side.Buy
            ? Trade with { BoughtSize = Trade.BoughtSize + fill.Size, BoughtFunds = Trade.BoughtFunds + funds }
            : Trade with { SoldSize = Trade.SoldSize + fill.Size, SoldFunds = Trade.SoldFunds + funds };
        Position = Position.With(fill);
        if (fill is { Fee: { } fee, FeeCurrency: { } currency })
            Position = Position.WithFee(fee, currency, BaseCurrency, QuoteCurrency, fill.Price);
        var index = Known(e.ClientOrderId);
        var a = _attempts[index];
        _attempts[index] = a with
        {
            FilledSize = a.FilledSize + fill.Size,
            FilledFunds = a.FilledFunds + funds,
            Trades = [.. a.Trades, new AppliedTrade(fill.OrderId, fill.TradeId, fill.Price, fill.Fee is not null)],
        };
    }

    private void OnFee(FeeApplied e)
    {
        var index = Known(e.ClientOrderId);
        var a = _attempts[index];
        var trades = new AppliedTrade[a.Trades.Count];
        for (var i = 0; i < trades.Length; i++)
        {
            var trade = a.Trades[i];
            if (trade.TradeId == e.TradeId && trade.OrderId == e.OrderId)
            {
                Position = Position.WithFee(e.Fee, e.FeeCurrency, BaseCurrency, QuoteCurrency, trade.Price);
                trade = trade with { FeeKnown = true };
            }
            trades[i] = trade;
        }
        _attempts[index] = a with { Trades = trades };
    }

    private int Known(string clientOrderId) => IndexOf(clientOrderId) is >= 0 and var index
        ? index
        : throw new InvalidOperationException($"No order {clientOrderId} is known to {Symbol}: the journal is damaged or the machine is wrong.");

    /// <summary>Newest first: what is spoken of is mostly new.</summary>
    private int IndexOf(string clientOrderId)
    {
        for (var i = _attempts.Count - 1; i >= 0; i--)
        {
            if (_attempts[i].ClientOrderId == clientOrderId)
                return i;
        }
        return -1;
    }
}
