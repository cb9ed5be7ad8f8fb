using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Reconciliation;

/// <summary>An order of ours at the exchange that its pair shall take over.</summary>
/// <param name="ClientOrderId">The id that it was placed with.</param>
/// <param name="OrderId">The exchange's id: of the order, or of the stop that waits.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="Price">Limit price; null on market orders.</param>
/// <param name="Size">Ordered base quantity; what was filled for an order by funds.</param>
/// <param name="StopPrice">Where it triggers; null on orders that do not wait.</param>
/// <param name="AveragePrice">What was paid on average so far; null when nothing filled.</param>
/// <param name="CreatedAtMs">The exchange's creation time, Unix ms.</param>
/// <param name="Cancel">Whether it shall be cancelled: an opening order always is, what filled of it is accounted for.</param>
/// <param name="Why">In words.</param>
public sealed record OrderToAdopt(
    string ClientOrderId,
    string OrderId,
    Side Side,
    OrderType Type,
    decimal? Price,
    decimal Size,
    decimal? StopPrice,
    decimal? AveragePrice,
    long CreatedAtMs,
    bool Cancel,
    string Why)
{
    /// <summary>An order of a list.</summary>
    public static OrderToAdopt Of(OrderReport o, bool cancel, string why) => new(
        o.ClientOrderId!, o.OrderId, o.Side, o.Type, o.Price, o.Size ?? o.DealSize, null,
        o.DealSize > 0 ? o.DealFunds / o.DealSize : null, o.CreatedAtMs, cancel && o.Active, why);

    /// <summary>A stop of the list of stops. Ours sell at the market.</summary>
    public static OrderToAdopt Of(StopReport s, bool cancel, string why) => new(
        s.ClientOrderId!, s.StopId, Side.Sell, OrderType.Market, null, s.Size ?? 0, s.StopPrice, null, s.CreatedAtMs, cancel, why);
}
