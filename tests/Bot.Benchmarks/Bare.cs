using System.Text.Json.Serialization;

namespace Bot.Benchmarks;

// What System.Text.Json reads into by itself: the same fields as the production readers, numbers as decimals and longs.
// Properties with setters, which it fills faster than the parameters of a constructor.
#pragma warning disable CA1812 // The serializer makes them.

internal sealed record BareTickersAnswer
{
    public string Code { get; set; } = null!;

    public BareTickers Data { get; set; } = null!;
}

internal sealed record BareTickers
{
    public long Time { get; set; }

    public List<BareMarketRow> Ticker { get; set; } = null!;
}

internal sealed record BareMarketRow
{
    public string Symbol { get; set; } = null!;

    public decimal? Last { get; set; }

    public decimal? Buy { get; set; }

    public decimal? BestBidSize { get; set; }

    public decimal? Sell { get; set; }

    public decimal? BestAskSize { get; set; }

    public decimal? VolValue { get; set; }

    public decimal? ChangeRate { get; set; }
}

internal sealed record BareFrame<T>
{
    public string Type { get; set; } = null!;

    public string Topic { get; set; } = null!;

    public T Data { get; set; } = default!;
}

internal sealed record BareTicker
{
    public long? Time { get; set; }

    public decimal? Price { get; set; }

    public decimal? BestBid { get; set; }

    public decimal? BestBidSize { get; set; }

    public decimal? BestAsk { get; set; }

    public decimal? BestAskSize { get; set; }
}

internal sealed record BareDelta
{
    public long SequenceStart { get; set; }

    public long SequenceEnd { get; set; }

    public BareChanges Changes { get; set; } = null!;
}

internal sealed record BareChanges
{
    public List<decimal[]> Asks { get; set; } = null!;

    public List<decimal[]> Bids { get; set; } = null!;
}

internal sealed record BareOrder
{
    public string Type { get; set; } = null!;

    public string Symbol { get; set; } = null!;

    public string Side { get; set; } = null!;

    public string OrderId { get; set; } = null!;

    public string? ClientOid { get; set; }

    public decimal? FilledSize { get; set; }

    public decimal? MatchPrice { get; set; }

    public decimal? MatchSize { get; set; }

    public string? Liquidity { get; set; }

    public long? TradeId { get; set; }

    public long Ts { get; set; }
}

#pragma warning restore CA1812

/// <summary>The generated serializer, with the options that KuCoin's numbers in quotes ask for and no others.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BareTickersAnswer))]
[JsonSerializable(typeof(BareFrame<BareTicker>))]
[JsonSerializable(typeof(BareFrame<BareDelta>))]
[JsonSerializable(typeof(BareFrame<BareOrder>))]
internal sealed partial class BareJson : JsonSerializerContext;
