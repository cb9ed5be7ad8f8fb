namespace Bot.Trading.Market;

/// <summary>The exchange's trading rules of one pair. Orders that break them are refused before they are sent (RELIABILITY.md I24).</summary>
public sealed record SymbolRules
{
    /// <summary>The pair.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>The currency bought and sold.</summary>
    public required string BaseCurrency { get; init; }

    /// <summary>The currency that prices are in.</summary>
    public required string QuoteCurrency { get; init; }

    /// <summary>The currency that fees are taken in; almost always the quote currency.</summary>
    public required string FeeCurrency { get; init; }

    /// <summary>Order sizes are whole multiples of this, in base currency.</summary>
    public required decimal BaseIncrement { get; init; }

    /// <summary>Order funds are whole multiples of this, in quote currency.</summary>
    public required decimal QuoteIncrement { get; init; }

    /// <summary>Prices are whole multiples of this, quote per base; also the lowest price.</summary>
    public required decimal PriceIncrement { get; init; }

    /// <summary>Smallest order size, base currency.</summary>
    public required decimal BaseMinSize { get; init; }

    /// <summary>Largest order size, base currency.</summary>
    public required decimal BaseMaxSize { get; init; }

    /// <summary>Smallest funds of a market order by funds, quote currency.</summary>
    public required decimal QuoteMinSize { get; init; }

    /// <summary>Largest funds of a market order by funds, quote currency.</summary>
    public required decimal QuoteMaxSize { get; init; }

    /// <summary>Smallest value of an order, quote currency; null where the exchange states none.</summary>
    public decimal? MinFunds { get; init; }

    /// <summary>Price protection band as a fraction: 0.1 refuses a limit order that crosses by more than 10 %.</summary>
    public required decimal PriceLimitRate { get; init; }

    /// <summary>False: the pair is halted, not yet listed or being delisted.</summary>
    public required bool EnableTrading { get; init; }

    /// <summary>True while the pair is opened by a call auction: prices are not yet those of a market (C14).</summary>
    public bool IsCallAuction { get; init; }

    /// <summary>True when the exchange warns of the pair: special treatment, often before a delisting (C14).</summary>
    public bool IsSpecialTreatment { get; init; }

    /// <summary>Rounds a size down to the increment.</summary>
    public decimal FloorSize(decimal baseSize) => Floor(baseSize, BaseIncrement);

    /// <summary>Rounds a price down to the increment.</summary>
    public decimal FloorPrice(decimal price) => Floor(price, PriceIncrement);

    /// <summary>Rounds a price up to the increment.</summary>
    public decimal CeilingPrice(decimal price)
    {
        var floor = FloorPrice(price);
        return floor == price ? price : floor + PriceIncrement;
    }

    /// <summary>Rounds funds down to the increment.</summary>
    public decimal FloorFunds(decimal quoteFunds) => Floor(quoteFunds, QuoteIncrement);

    /// <summary>The smallest size that the exchange takes at this price: minimum size and minimum value together, on the increment.</summary>
    public decimal SmallestSize(decimal price)
    {
        var byFunds = MinFunds is { } min && price > 0 ? min / price : 0m;
        var smallest = Math.Max(BaseMinSize, byFunds);
        var floor = FloorSize(smallest);
        return floor == smallest ? floor : floor + BaseIncrement;
    }

    /// <summary>True when a holding is too small to be sold at this price: dust.</summary>
    public bool IsDust(decimal baseQuantity, decimal price) => FloorSize(baseQuantity) < SmallestSize(price);

    /// <summary>Says which rule an order of this size and price breaks, or null when it breaks none.</summary>
    /// <param name="baseSize">Order size, base currency.</param>
    /// <param name="price">Limit price, or the expected price of a market order.</param>
    /// <param name="isLimit">Whether <paramref name="price"/> is sent and so must lie on the increment.</param>
    public string? Violation(decimal baseSize, decimal price, bool isLimit)
    {
        if (!EnableTrading)
            return $"TRADING_DISABLED symbol={Symbol}";
        if (baseSize <= 0 || baseSize % BaseIncrement != 0)
            return $"SIZE_INCREMENT size={baseSize} increment={BaseIncrement}";
        if (baseSize < BaseMinSize)
            return $"SIZE_BELOW_MINIMUM size={baseSize} minimum={BaseMinSize}";
        if (baseSize > BaseMaxSize)
            return $"SIZE_ABOVE_MAXIMUM size={baseSize} maximum={BaseMaxSize}";
        if (isLimit && (price <= 0 || price % PriceIncrement != 0))
            return $"PRICE_INCREMENT price={price} increment={PriceIncrement}";
        if (MinFunds is { } minFunds && baseSize * price < minFunds)
            return $"FUNDS_BELOW_MINIMUM funds={baseSize * price} minimum={minFunds}";
        return null;
    }

    private static decimal Floor(decimal value, decimal increment) =>
        increment <= 0 ? value : Math.Floor(value / increment) * increment;
}
