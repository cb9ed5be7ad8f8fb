using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Positions;

/// <summary>
/// What a pair holds and what it has cost, by the average-cost method. A position is the sum of its fills and fees, never an order's
/// status (RELIABILITY.md R8).
/// </summary>
/// <param name="Quantity">Held base currency, after fees that were taken in base.</param>
/// <param name="Cost">What the held quantity was bought for, quote, without fees.</param>
/// <param name="CashFlow">Quote received minus quote spent minus fees taken in quote, since the pair began.</param>
/// <param name="RealisedPnl">Result of everything sold so far against its average cost, quote, without fees.</param>
/// <param name="Fees">Fees so far in quote; a fee in base is counted at its fill's price.</param>
public sealed record Position(decimal Quantity, decimal Cost, decimal CashFlow, decimal RealisedPnl, decimal Fees)
{
    /// <summary>Decimal places of the share of cost that leaves with a sale.</summary>
    private const int CostPlaces = 12;

    /// <summary>Nothing held, nothing traded.</summary>
    public static readonly Position Empty = new(0, 0, 0, 0, 0);

    /// <summary>Average entry price of what is held, quote per base; 0 when nothing is.</summary>
    public decimal AveragePrice => Quantity > 0 ? Cost / Quantity : 0;

    /// <summary>Result of selling everything at a price, quote, before fees.</summary>
    public decimal UnrealisedPnl(decimal mark) => Quantity > 0 ? Quantity * mark - Cost : 0;

    /// <summary>The position after an execution, without its fee.</summary>
    public Position With(FillReport fill)
    {
        var funds = fill.Price * fill.Size;
        if (fill.Side == Side.Buy)
            return this with { Quantity = Quantity + fill.Size, Cost = Cost + funds, CashFlow = CashFlow - funds };

        // Selling more than is held cannot happen on spot; a deposit that was sold would. Its cost is unknown, so it is taken as zero.
        // The share is rounded so that figures keep a printable length; what rounding takes from one side stays in the other.
        var costOfSold = fill.Size >= Quantity ? Cost : Math.Round(Cost * (fill.Size / Quantity), CostPlaces);
        return this with
        {
            Quantity = Quantity - fill.Size,
            Cost = Cost - costOfSold,
            CashFlow = CashFlow + funds,
            RealisedPnl = RealisedPnl + funds - costOfSold,
        };
    }

    /// <summary>The position after an execution's fee.</summary>
    /// <param name="fee">The fee; negative is a rebate.</param>
    /// <param name="currency">The fee's currency.</param>
    /// <param name="baseCurrency">The pair's base currency.</param>
    /// <param name="quoteCurrency">The pair's quote currency.</param>
    /// <param name="price">The fill's price, for a fee in base.</param>
    /// <remarks>A fee in a third currency (KCS) changes neither cash nor quantity here; it shows in the fills and in that currency's balance.</remarks>
    public Position WithFee(decimal fee, string currency, string baseCurrency, string quoteCurrency, decimal price)
    {
        if (currency == quoteCurrency)
            return this with { CashFlow = CashFlow - fee, Fees = Fees + fee };
        if (currency == baseCurrency)
            return this with { Quantity = Quantity - fee, Fees = Fees + fee * price };
        return this;
    }
}
