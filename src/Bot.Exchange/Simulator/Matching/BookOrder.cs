using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Matching;

/// <summary>Where an order is in its life.</summary>
internal enum OrderPhase
{
    /// <summary>Taken at the door, not yet in the engine.</summary>
    Accepted,

    /// <summary>In the book.</summary>
    Resting,

    /// <summary>It can fill no more.</summary>
    Done,
}

/// <summary>What happens when an order meets one of the same owner.</summary>
internal enum SelfTradePrevention
{
    /// <summary>They trade.</summary>
    None,

    /// <summary>The new order is cancelled (CN).</summary>
    CancelNew,

    /// <summary>The old order is cancelled (CO).</summary>
    CancelOld,

    /// <summary>Both are cancelled (CB).</summary>
    CancelBoth,

    /// <summary>Both lose the smaller one's size (DC).</summary>
    Decrease,
}

/// <summary>Why an order is done.</summary>
internal enum DoneReason
{
    /// <summary>All that it asked for traded.</summary>
    Filled,

    /// <summary>Its owner asked.</summary>
    Cancelled,

    /// <summary>Its time was up (GTT).</summary>
    Expired,

    /// <summary>The rest of an order that does not rest (IOC, market).</summary>
    Unfilled,

    /// <summary>The book could not fill it whole (FOK).</summary>
    NotWhole,

    /// <summary>It would have taken liquidity (post-only).</summary>
    WouldTake,

    /// <summary>It would have traded with its owner.</summary>
    SelfTrade,
}

/// <summary>An order as the matching engine sees it: what it wants and how far it is. Who owns it is not the engine's business.</summary>
internal class BookOrder
{
    /// <summary>Buy or sell.</summary>
    public required Side Side { get; init; }

    /// <summary>Limit or market.</summary>
    public required OrderType Type { get; init; }

    /// <summary>How long a limit order lives.</summary>
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Refuses to take liquidity.</summary>
    public bool PostOnly { get; init; }

    /// <summary>What happens when it meets an order of its owner as a taker.</summary>
    public SelfTradePrevention SelfTrade { get; init; }

    /// <summary>Who owns it, for the prevention of self-trades only; null: nobody in particular.</summary>
    public virtual object? Owner => null;

    /// <summary>It met an order of its owner and takes no more.</summary>
    public bool IsStopped { get; set; }

    /// <summary>How much of it the book shows at a time: null for all of it, 0 for a hidden order, more for an iceberg.</summary>
    public decimal? VisibleSize { get; init; }

    /// <summary>What is left of the part of an iceberg that is shown now.</summary>
    public decimal Slice { get; set; }

    /// <summary>What the book shows of it.</summary>
    public decimal Shown => VisibleSize switch
    {
        null => SizeLeft,
        0 => 0,
        _ => Math.Min(Slice, SizeLeft),
    };

    /// <summary>What of it may trade before it goes behind the others of its price.</summary>
    public decimal Front => VisibleSize > 0 ? Math.Min(Slice, SizeLeft) : SizeLeft;

    /// <summary>Every second execution is of a single lot, on purpose.</summary>
    public bool FillsInDust { get; init; }

    /// <summary>The next execution is of a single lot.</summary>
    public bool IsDustNext => FillsInDust && Executions % 2 == 0;

    /// <summary>As a taker it fills no more than this, base; null for as much as there is. Stands for a book that ends at the price protection.</summary>
    public decimal? MostFilled { get; set; }

    /// <summary>Executions so far.</summary>
    public int Executions { get; private set; }

    /// <summary>Limit price, quote per base; 0 on market orders.</summary>
    public decimal Price { get; init; }

    /// <summary>The order asked for a value, not for a size: it is complete when the rest buys no further lot.</summary>
    public bool ByFunds { get; init; }

    /// <summary>Base quantity that may still trade; <see cref="decimal.MaxValue"/> when only funds bound the order.</summary>
    public decimal SizeLeft { get; set; } = decimal.MaxValue;

    /// <summary>
    /// Traded value that may still come about, quote currency without fee; <see cref="decimal.MaxValue"/> when only the size bounds the
    /// order.
    /// </summary>
    public decimal FundsLeft { get; set; } = decimal.MaxValue;

    /// <summary>Filled base quantity.</summary>
    public decimal DealSize { get; private set; }

    /// <summary>Filled quote value.</summary>
    public decimal DealFunds { get; private set; }

    /// <summary>Where it is in its life; moved by the engine.</summary>
    public OrderPhase Phase { get; set; }

    /// <summary>Time priority: smaller came first. Set by the engine.</summary>
    public long Stamp { get; set; }

    /// <summary>Goes on where it was: what had filled, and what may still trade.</summary>
    public void Resume(decimal dealSize, decimal dealFunds, decimal sizeLeft, decimal fundsLeft)
    {
        DealSize = dealSize;
        DealFunds = dealFunds;
        SizeLeft = sizeLeft;
        FundsLeft = fundsLeft;
    }

    /// <summary>Takes an execution in.</summary>
    public void Fill(decimal price, decimal size)
    {
        Executions++;
        DealSize += size;
        DealFunds += price * size;
        if (SizeLeft != decimal.MaxValue)
            SizeLeft -= size;
        if (FundsLeft != decimal.MaxValue)
            FundsLeft -= price * size;
    }
}

/// <summary>An execution.</summary>
/// <param name="Id">Rising within the pair.</param>
/// <param name="Price">The maker's price, quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="TakerSide">Side of the order that took.</param>
/// <param name="Taker">The taker; null for the background flow.</param>
/// <param name="Maker">The maker; null for background liquidity.</param>
internal readonly record struct Trade(long Id, decimal Price, decimal Size, Side TakerSide, BookOrder? Taker, BookOrder? Maker);

/// <summary>Hears what the engine does, in the order in which it happens.</summary>
internal interface IMatchListener
{
    /// <summary>Two sides traded; both orders already hold the fill.</summary>
    void OnTrade(in Trade trade);

    /// <summary>An order, or what is left of it, entered the book.</summary>
    void OnRested(BookOrder order);

    /// <summary>An order became smaller by a size that will not trade any more.</summary>
    void OnReduced(BookOrder order, decimal size);

    /// <summary>An order can fill no more.</summary>
    void OnDone(BookOrder order, DoneReason reason);
}
