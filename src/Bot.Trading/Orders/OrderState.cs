namespace Bot.Trading.Orders;

/// <summary>Where an order is in its life.</summary>
public enum OrderStatus
{
    /// <summary>Nothing is known.</summary>
    None,

    /// <summary>Specified, not licensed.</summary>
    Prepared,

    /// <summary>Licensed; the request is on its way or was never sent.</summary>
    Authorised,

    /// <summary>Licensed and nobody knows what became of it.</summary>
    InDoubt,

    /// <summary>The exchange has it.</summary>
    Live,

    /// <summary>The exchange says it can fill no more; fills or fees are still missing here.</summary>
    Ended,

    /// <summary>Complete.</summary>
    Closed,

    /// <summary>Refused.</summary>
    Refused,

    /// <summary>Proven never to have existed.</summary>
    Absent,

    /// <summary>Expired unsent.</summary>
    Abandoned,

    /// <summary>Waits for a person.</summary>
    Quarantined,
}

/// <summary>The journaled state of one order. Changed by <see cref="Apply"/> only, which is total over legal histories and reads no clock.</summary>
public sealed class OrderState
{
    private readonly SortedDictionary<long, FillReport> _fills = [];

    /// <summary>Where the order is in its life.</summary>
    public OrderStatus Status { get; private set; }

    /// <summary>What is ordered; null before <see cref="OrderPrepared"/>.</summary>
    public OrderSpec? Spec { get; private set; }

    /// <summary>Entry, exit or stop.</summary>
    public IntentLeg Leg { get; private set; }

    /// <summary>Links the market event to everything after it.</summary>
    public string CorrelationId { get; private set; } = "";

    /// <summary>Not to be authorised after this, Unix ms.</summary>
    public long DeadlineMs { get; private set; }

    /// <summary>The incarnation that owns the order.</summary>
    public long Epoch { get; private set; }

    /// <summary>The licence's time; 0 before it.</summary>
    public long SignTimeMs { get; private set; }

    /// <summary>End of the licence, Unix ms.</summary>
    public long ValidUntilMs { get; private set; }

    /// <summary>The exchange's id, once known.</summary>
    public string? OrderId { get; private set; }

    /// <summary>True for an order that the exchange holds back until its price comes.</summary>
    public bool IsStop => Spec?.StopPrice is not null;

    /// <summary>True when the stop's price has come.</summary>
    public bool IsTriggered { get; private set; }

    /// <summary>The exchange's id of the order that the stop placed; null before it is known, and on other orders.</summary>
    public string? ChildOrderId { get; private set; }

    /// <summary>The exchange's id that executions carry: the order's own, or of the order that the stop placed; null before it is known.</summary>
    public string? TradingOrderId => IsStop ? ChildOrderId : OrderId;

    /// <summary>Whether a cancel was licensed.</summary>
    public bool CancelRequested { get; private set; }

    /// <summary>Filled base quantity by the exchange's final count; null before <see cref="OrderEnded"/>.</summary>
    public decimal? FinalDealSize { get; private set; }

    /// <summary>Executions by trade id.</summary>
    public IReadOnlyDictionary<long, FillReport> Fills => _fills;

    /// <summary>Sum of the fills, base.</summary>
    public decimal FilledSize { get; private set; }

    /// <summary>Sum of the fills, quote.</summary>
    public decimal FilledFunds { get; private set; }

    /// <summary>Code of a refusal.</summary>
    public string Code { get; private set; } = "";

    /// <summary>Text of a refusal, or the reason of a quarantine or of giving up.</summary>
    public string Message { get; private set; } = "";

    /// <summary>True when nothing more is expected; a late fill can still come.</summary>
    public bool IsSettled => Status is OrderStatus.Closed or OrderStatus.Refused or OrderStatus.Absent or OrderStatus.Abandoned or OrderStatus.Quarantined;

    /// <summary>Fills whose fee is not known yet.</summary>
    public int UnknownFees { get; private set; }

    /// <summary>True when every fill's fee is known.</summary>
    public bool FeesKnown => UnknownFees == 0;

    /// <summary>When the order was closed or quarantined, Unix ms; 0 before.</summary>
    public long EndedAtMs { get; private set; }

    /// <summary>Takes an event. Replay is this and nothing else.</summary>
    /// <exception cref="InvalidOperationException">The event is not legal in this status: the journal is damaged or the machine is wrong.</exception>
    public void Apply(OrderEvent e)
    {
        Status = OrderTransitions.Next(Status, e);
        switch (e)
        {
            case OrderPrepared p:
                (Spec, Leg, CorrelationId, DeadlineMs) = (p.Spec, p.Leg, p.CorrelationId, p.DeadlineMs);
                break;
            case OrderOwned o:
                Epoch = o.Epoch;
                break;
            case SubmitAuthorised s:
                (SignTimeMs, ValidUntilMs) = (s.SignTimeMs, s.ValidUntilMs);
                break;
            case OrderAcknowledged a:
                OrderId = a.OrderId;
                break;
            case OrderFound f:
                OrderId = f.OrderId;
                break;
            case StopTriggered t:
                (IsTriggered, ChildOrderId) = (true, t.ChildOrderId ?? ChildOrderId);
                break;
            case OrderRefused r:
                (Code, Message) = (r.Code, r.Message);
                break;
            case FillRecorded f:
                _fills.Add(f.Fill.TradeId, f.Fill);
                FilledSize += f.Fill.Size;
                FilledFunds += f.Fill.Size * f.Fill.Price;
                if (f.Fill.Fee is null)
                    UnknownFees++;
                break;
            case FeeRecorded f:
                if (_fills[f.TradeId].Fee is null)
                    UnknownFees--;
                _fills[f.TradeId] = _fills[f.TradeId] with { Fee = f.Fee, FeeCurrency = f.FeeCurrency, Maker = f.Maker ?? _fills[f.TradeId].Maker };
                break;
            case CancelAuthorised:
                CancelRequested = true;
                break;
            case OrderEnded d:
                FinalDealSize = d.DealSize;
                break;
            case OrderClosed:
                EndedAtMs = e.AtMs;
                break;
            case OrderAbandoned a:
                Message = a.Reason;
                break;
            case OrderQuarantined q:
                (Message, EndedAtMs) = (q.Why, e.AtMs);
                break;
        }
    }
}
