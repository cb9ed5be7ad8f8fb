using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Bot.Actors.Runtime;
using Dapper;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>What a run came to, read from the read tables.</summary>
public sealed record RunSummary
{
    /// <summary>Orders that were decided and licensed.</summary>
    [JsonPropertyName("orders")]
    public required long Orders { get; init; }

    /// <summary>Executions.</summary>
    [JsonPropertyName("fills")]
    public required long Fills { get; init; }

    /// <summary>Completed round trips.</summary>
    [JsonPropertyName("trades")]
    public required long Trades { get; init; }

    /// <summary>Share of round trips with a result above zero after fees; 0 without any.</summary>
    [JsonPropertyName("winRate")]
    public required decimal WinRate { get; init; }

    /// <summary>Result of the completed round trips after fees, quote.</summary>
    [JsonPropertyName("netPnl")]
    public required decimal NetPnl { get; init; }

    /// <summary>Fees of all executions in quote.</summary>
    [JsonPropertyName("fees")]
    public required decimal Fees { get; init; }

    /// <summary>Deepest fall of the equity from a peak, a fraction.</summary>
    [JsonPropertyName("maxDrawdown")]
    public required decimal MaxDrawdown { get; init; }

    /// <summary>SHA-256 of the orders: lines <c>marketMs,symbol,side,type,quantity,price</c>, each ended by a line feed, in the order of time, symbol and intent.</summary>
    [JsonPropertyName("ordersSha256")]
    public required string OrdersSha256 { get; init; }

    /// <summary>Cash and holdings at their last prices, quote.</summary>
    [JsonPropertyName("equity")]
    public decimal Equity { get; init; }

    /// <summary>Result of what is still held, quote, before fees.</summary>
    [JsonPropertyName("unrealisedPnl")]
    public decimal UnrealisedPnl { get; init; }

    /// <summary>Who watched the stops: <c>Served</c> exchange and bot; <c>Unknown</c>, <c>Retired</c> or <c>Off</c> the bot alone.</summary>
    [JsonPropertyName("exchangeStops")]
    public ExchangeStopsMode ExchangeStops { get; init; }

    /// <summary>How many faults of each kind the simulator made; absent when none were asked for.</summary>
    [JsonPropertyName("faults")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Faults { get; init; }

    /// <summary>Reads the summary.</summary>
    /// <param name="database">A pool that may read.</param>
    /// <param name="maxDrawdown">Deepest fall as the portfolio has seen it.</param>
    /// <param name="equity">Equity as the portfolio has it.</param>
    /// <param name="unrealised">Unrealised result.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<RunSummary> ReadAsync(NpgsqlDataSource database, decimal maxDrawdown, decimal equity, decimal unrealised, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var trades = await connection.QuerySingleAsync<(long Count, long Won, decimal Net)>(new CommandDefinition(
            "SELECT count(*), count(*) FILTER (WHERE net_pnl > 0), round(coalesce(sum(net_pnl), 0), 12) FROM trades", cancellationToken: cancel)).ConfigureAwait(false);
        var fills = await connection.QuerySingleAsync<(long Count, decimal Fees)>(new CommandDefinition(
            """
            SELECT count(*), round(coalesce(sum(f.fee) FILTER (WHERE f.fee_currency = s.quote_currency), 0), 12)
            FROM fills f JOIN orders o USING (client_order_id) JOIN symbols s USING (symbol_id)
            """,
            cancellationToken: cancel)).ConfigureAwait(false);
        var orders = (await connection.QueryAsync<OrderLine>(new CommandDefinition(
            """
            SELECT (extract(epoch FROM o.decided_at) * 1000)::bigint AS marketms, s.symbol, o.side::text AS side, o.type::text AS type, o.quantity, o.price
            FROM orders o JOIN symbols s USING (symbol_id)
            ORDER BY o.decided_at, s.symbol COLLATE "C", o.intent_number, o.attempt
            """,
            cancellationToken: cancel)).ConfigureAwait(false)).AsList();
        return new RunSummary
        {
            Orders = orders.Count,
            Fills = fills.Count,
            Trades = trades.Count,
            WinRate = trades.Count == 0 ? 0 : Math.Round((decimal)trades.Won / trades.Count, 4),
            NetPnl = Plain(trades.Net),
            Fees = Plain(fills.Fees),
            MaxDrawdown = Math.Round(maxDrawdown, 6),
            OrdersSha256 = Hash(orders),
            Equity = Plain(equity),
            UnrealisedPnl = Plain(unrealised),
        };
    }

    private static string Hash(List<OrderLine> orders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var o in orders)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{o.MarketMs},{o.Symbol},{o.Side},{o.Type},{Plain(o.Quantity)},{(o.Price is { } price ? Plain(price).ToString(CultureInfo.InvariantCulture) : "")}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Without trailing zeros: 1.50 and 1.5 are one number and must be one text.</summary>
    private static decimal Plain(decimal value) => value / 1.0000000000000000000000000000m;

    private sealed record OrderLine(long MarketMs, string Symbol, string Side, string Type, decimal Quantity, decimal? Price);
}
