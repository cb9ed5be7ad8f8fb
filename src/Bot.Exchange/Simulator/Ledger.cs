using System.Text.Json.Serialization;

namespace Bot.Exchange.Simulator;

/// <summary>
/// The simulator's own books of one account, served at <c>GET /sim/ledger?account=KEY</c> outside the KuCoin surface: the truth that the
/// bot's journal and read tables are checked against. Decimals travel as strings, times as Unix ms unless the name says otherwise.
/// </summary>
public sealed record Ledger
{
    /// <summary>The account's key.</summary>
    public required string Account { get; init; }

    /// <summary>The simulator's clock when the ledger was read.</summary>
    public required long NowMs { get; init; }

    /// <summary>Every order that was ever accepted, oldest first.</summary>
    public required IReadOnlyList<LedgerOrder> Orders { get; init; }

    /// <summary>Every execution, oldest first.</summary>
    public required IReadOnlyList<LedgerFill> Fills { get; init; }

    /// <summary>Every stop order that was ever accepted, oldest first.</summary>
    public IReadOnlyList<LedgerStop> Stops { get; init; } = [];

    /// <summary>Balances at the start and now, one row a currency.</summary>
    public required IReadOnlyList<LedgerBalance> Balances { get; init; }
}

/// <summary>An order in the simulator's books.</summary>
public sealed record LedgerOrder
{
    /// <summary>The exchange's id.</summary>
    public required string OrderId { get; init; }

    /// <summary>The client order id, empty when none was sent.</summary>
    public required string ClientOid { get; init; }

    /// <summary>The pair.</summary>
    public required string Symbol { get; init; }

    /// <summary><c>buy</c> or <c>sell</c>.</summary>
    public required string Side { get; init; }

    /// <summary><c>limit</c> or <c>market</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Limit price, null on market orders.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public decimal? Price { get; init; }

    /// <summary>Ordered base quantity, null on market orders by funds.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public decimal? Size { get; init; }

    /// <summary>Filled base quantity.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal DealSize { get; init; }

    /// <summary>Filled quote value.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal DealFunds { get; init; }

    /// <summary>Cancelled base quantity.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal CancelledSize { get; init; }

    /// <summary>True while it can still fill.</summary>
    public required bool Active { get; init; }

    /// <summary>The simulator's clock at acceptance.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>The machine's wall clock when the placement's request arrived, Unix microseconds: compared with commit times.</summary>
    public required long ReceivedWallUs { get; init; }
}

/// <summary>A stop order in the simulator's books: it waits outside of every book, and its order is an order of its own.</summary>
public sealed record LedgerStop
{
    /// <summary>The exchange's id of the stop order.</summary>
    public required string StopId { get; init; }

    /// <summary>The client order id, empty when none was sent.</summary>
    public required string ClientOid { get; init; }

    /// <summary>The pair.</summary>
    public required string Symbol { get; init; }

    /// <summary><c>buy</c> or <c>sell</c>.</summary>
    public required string Side { get; init; }

    /// <summary>Ordered base quantity, null for an order by funds.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public decimal? Size { get; init; }

    /// <summary><c>loss</c>: at the stop price or below; <c>entry</c>: at it or above.</summary>
    public required string Stop { get; init; }

    /// <summary>The price that sets it off, quote per base.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal StopPrice { get; init; }

    /// <summary><c>waiting</c>, <c>due</c> (its price has come), <c>triggered</c> or <c>cancelled</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>The simulator's clock at acceptance.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>The simulator's clock when it was triggered or cancelled; null while it waits.</summary>
    public long? EndedAtMs { get; init; }

    /// <summary>The exchange's id of the order that came of it; null before, and when that was refused.</summary>
    public string? ChildOrderId { get; init; }

    /// <summary>Why its order was refused; null when it was not.</summary>
    public string? Refusal { get; init; }

    /// <summary>The machine's wall clock when the placement's request arrived, Unix microseconds.</summary>
    public required long ReceivedWallUs { get; init; }
}

/// <summary>An execution in the simulator's books.</summary>
public sealed record LedgerFill
{
    /// <summary>The exchange's order id.</summary>
    public required string OrderId { get; init; }

    /// <summary>The trade id, unique within the pair.</summary>
    public required long TradeId { get; init; }

    /// <summary>The client order id, empty when none was sent.</summary>
    public required string ClientOid { get; init; }

    /// <summary>The pair.</summary>
    public required string Symbol { get; init; }

    /// <summary><c>buy</c> or <c>sell</c>.</summary>
    public required string Side { get; init; }

    /// <summary>Quote per base.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Price { get; init; }

    /// <summary>Base quantity.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Size { get; init; }

    /// <summary>Fee.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Fee { get; init; }

    /// <summary>Currency of the fee.</summary>
    public required string FeeCurrency { get; init; }

    /// <summary>True when the order was resting.</summary>
    public required bool Maker { get; init; }

    /// <summary>The simulator's clock at the execution.</summary>
    public required long TimeMs { get; init; }
}

/// <summary>A balance in the simulator's books.</summary>
public sealed record LedgerBalance
{
    /// <summary>The currency.</summary>
    public required string Currency { get; init; }

    /// <summary>What the account began with.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Initial { get; init; }

    /// <summary>Available plus held.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Total { get; init; }

    /// <summary>Frozen by open orders.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Held { get; init; }
}

/// <summary>Serialisation of the ledger, camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Ledger))]
public sealed partial class LedgerJson : JsonSerializerContext;
