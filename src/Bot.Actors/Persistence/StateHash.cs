using System.Security.Cryptography;
using System.Text.Json;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Actors.Persistence;

/// <summary>
/// Hash of a machine's state through its stored contract. An incarnation writes it when it takes over, so that anybody who folds the same
/// rows can see whether the recovery was complete (RELIABILITY.md I17).
/// </summary>
public static class StateHash
{
    /// <summary>Hash of an order's state, hexadecimal.</summary>
    public static string Of(OrderState s) => Hash(JsonSerializer.SerializeToUtf8Bytes(OrderSnapshot.Of(s), EventJson.Default.OrderSnapshot));

    /// <summary>Hash of a pair's state, hexadecimal.</summary>
    public static string Of(PairState s) => Hash(JsonSerializer.SerializeToUtf8Bytes(s.ToSnapshot(), EventJson.Default.PairSnapshot));

    /// <summary>Hash of the portfolio's state, hexadecimal.</summary>
    public static string Of(PortfolioState s) => Hash(JsonSerializer.SerializeToUtf8Bytes(s.ToSnapshot(), EventJson.Default.PortfolioSnapshot));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
