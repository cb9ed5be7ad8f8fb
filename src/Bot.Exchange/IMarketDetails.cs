using Bot.Exchange.Books;
using Bot.Trading.Market;

namespace Bot.Exchange;

/// <summary>Public data beyond prices: what rests in the book, what was traded, how the day went, whether the exchange is open.</summary>
public interface IMarketDetails
{
    /// <summary>Whether the exchange as a whole takes orders.</summary>
    Task<Answer<ServiceStatus>> GetServiceStatusAsync(CancellationToken cancel);

    /// <summary>The order book of a pair; <see cref="BookDepth.Full"/> needs an API key.</summary>
    Task<Answer<BookSnapshot>> GetOrderBookAsync(
        Symbol symbol, BookDepth depth, RequestLane lane = RequestLane.Market, CancellationToken cancel = default);

    /// <summary>The last trades of a pair, at most 100, oldest first.</summary>
    Task<Answer<IReadOnlyList<PublicTrade>>> GetTradesAsync(Symbol symbol, CancellationToken cancel);

    /// <summary>The last 24 hours of a pair.</summary>
    Task<Answer<DayStats>> GetDayStatsAsync(Symbol symbol, CancellationToken cancel);
}

/// <summary>What the exchange takes.</summary>
public enum ServiceState
{
    /// <summary>Everything.</summary>
    Open,

    /// <summary>Cancels only.</summary>
    CancelOnly,

    /// <summary>Nothing.</summary>
    Closed,
}

/// <summary>Whether the exchange as a whole takes orders.</summary>
/// <param name="State">What it takes.</param>
/// <param name="Message">Why, for people; null without a reason.</param>
public sealed record ServiceStatus(ServiceState State, string? Message);

/// <summary>A trade between others.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Sequence">Its number; unique within the pair, and beyond 2^53.</param>
/// <param name="TakerSide">What the taker did.</param>
/// <param name="Price">Quote currency for one unit of the base currency.</param>
/// <param name="Size">Base currency.</param>
/// <param name="TimeMs">Unix ms.</param>
public sealed record PublicTrade(Symbol Symbol, long Sequence, Side TakerSide, decimal Price, decimal Size, long TimeMs);

/// <summary>The last 24 hours of a pair; a figure is null while there was no trade.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="TimeMs">The exchange's time, Unix ms.</param>
/// <param name="Last">Price of the last trade.</param>
/// <param name="BestBid">Highest resting buy.</param>
/// <param name="BestAsk">Lowest resting sell.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Average">Average price.</param>
/// <param name="Change">Change of the price, quote currency.</param>
/// <param name="ChangeRate">The same as a fraction, cut to four places by the exchange.</param>
/// <param name="Volume">Traded base currency.</param>
/// <param name="Turnover">Traded quote currency.</param>
public sealed record DayStats(
    Symbol Symbol, long TimeMs, decimal? Last, decimal? BestBid, decimal? BestAsk, decimal? High, decimal? Low, decimal? Average,
    decimal? Change, decimal? ChangeRate, decimal? Volume, decimal? Turnover);
