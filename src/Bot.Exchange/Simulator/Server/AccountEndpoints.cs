using System.Text.Json;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>The account that a key belongs to.</summary>
internal sealed class AccountEndpoints(TradingFloor floor, bool isClassic, int vipLevel)
{
    private const int MaxFeeSymbols = 10;

    // The account has been a high-frequency ("Pro") one since the exchange made all of them so; what its spot rows are called is unsettled.
    private const string SpotType = "trade_hf";
    private const string OldSpotType = "trade";
    private const long KeyCreatedAtMs = 1_700_000_000_000;

    private static readonly string[] SubAccountCounts =
    [
        "subQuantity", "maxDefaultSubQuantity", "maxSubQuantity", "spotSubQuantity", "marginSubQuantity", "futuresSubQuantity",
        "maxSpotSubQuantity", "maxMarginSubQuantity", "maxFuturesSubQuantity",
    ];

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Get("/api/v1/accounts", RequestPool.Management, 5, Accounts),
        Get("/api/v1/accounts/{accountId}", RequestPool.Management, 5, OneAccount),
        Get("/api/v1/hf/accounts/opened", RequestPool.Spot, 30, (_, data) => Write(data, !isClassic)),
        Get("/api/v2/user-info", RequestPool.Management, 20, UserInfo),
        Get("/api/v1/user/api-key", RequestPool.Management, 20, ApiKey),
        Get("/api/v1/base-fee", RequestPool.Spot, 3, BaseFee),
        Get("/api/v1/trade-fees", RequestPool.Spot, 3, TradeFees),

        // A classic account without margin: what a client asks before it trusts the endpoints above.
        Get("/api/ua/v1/account/mode", RequestPool.Management, 2, AccountMode),
        Get("/api/v3/margin/symbols", RequestPool.Spot, 3, MarginSymbols),
        Get("/api/v1/isolated/symbols", RequestPool.Spot, 3, IsolatedSymbols),
    ];

    private static Endpoint Get(string path, RequestPool pool, int weight, Answer answer) =>
        new("GET", path, pool, weight, Permission.General, answer);

    private static Rejection? Write(Utf8JsonWriter data, bool value)
    {
        data.WriteBooleanValue(value);
        return null;
    }

    private Rejection? Accounts(ApiCall call, Utf8JsonWriter data)
    {
        // Both names of the spot account are answered to; without one the rows are told once, under the account's own.
        var type = call.Query("type") ?? (isClassic ? OldSpotType : SpotType);
        data.WriteStartArray();
        foreach (var balance in type is SpotType or OldSpotType ? call.Account.Balances : [])
        {
            if (call.Query("currency") is { } currency && currency != balance.Currency)
                continue;
            data.WriteStartObject();
            data.WriteString("id"u8, balance.AccountId);
            data.WriteString("currency"u8, balance.Currency);
            data.WriteString("type"u8, type);
            data.WriteDecimal("balance"u8, balance.Total);
            data.WriteDecimal("available"u8, balance.Available);
            data.WriteDecimal("holds"u8, balance.Held);
            data.WriteEndObject();
        }
        data.WriteEndArray();
        return null;
    }

    private static Rejection? OneAccount(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.Balances.FirstOrDefault(b => b.AccountId == call.Parameter) is not { } balance)
            return Rejection.Parameter("account not exist");
        data.WriteStartObject();
        data.WriteString("currency"u8, balance.Currency);
        data.WriteDecimal("balance"u8, balance.Total);
        data.WriteDecimal("available"u8, balance.Available);
        data.WriteDecimal("holds"u8, balance.Held);
        data.WriteEndObject();
        return null;
    }

    private Rejection? UserInfo(ApiCall call, Utf8JsonWriter data)
    {
        // There are no sub-accounts of sub-accounts here, so every count but the level is 0.
        data.WriteStartObject();
        data.WriteNumber("level"u8, vipLevel);
        foreach (var count in SubAccountCounts)
            data.WriteNumber(count, 0);
        data.WriteEndObject();
        return null;
    }

    private static Rejection? ApiKey(ApiCall call, Utf8JsonWriter data)
    {
        var settings = call.Account.Settings;
        data.WriteStartObject();
        data.WriteString("remark"u8, "simulator"u8);
        data.WriteString("apiKey"u8, settings.Key);
        data.WriteNumber("apiVersion"u8, 3);
        data.WriteString("permission"u8, string.Join(',', settings.Permissions));
        if (settings.IpWhitelist.Count > 0)
            data.WriteString("ipWhitelist"u8, string.Join(',', settings.IpWhitelist.Select(Masked)));
        data.WriteNumber("createdAt"u8, KeyCreatedAtMs);
        data.WriteNumber("uid"u8, call.Account.Uid);
        data.WriteBoolean("isMaster"u8, settings.IsMaster);
        if (!settings.IsMaster)
            data.WriteString("subName"u8, settings.Key);
        data.WriteEndObject();
        return null;
    }

    private static Rejection? BaseFee(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        WriteRates(data, call.Account.BaseFees);
        data.WriteEndObject();
        return null;
    }

    private Rejection? TradeFees(ApiCall call, Utf8JsonWriter data)
    {
        var symbols = call.Query("symbols")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (symbols.Length is 0 or > MaxFeeSymbols)
            return Rejection.Parameter("symbols takes 1 to 10 pairs.");
        data.WriteStartArray();
        foreach (var symbol in symbols)
        {
            if (floor.Pair(symbol) is null)
                return Rejection.SymbolNotExists;
            data.WriteStartObject();
            data.WriteString("symbol"u8, symbol);
            WriteRates(data, call.Account.FeesOf(symbol));
            data.WriteEndObject();
        }
        data.WriteEndArray();
        return null;
    }

    private static Rejection? AccountMode(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteString("selfAccountMode"u8, "CLASSIC"u8);
        data.WriteEndObject();
        return null;
    }

    private Rejection? MarginSymbols(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteNumber("timestamp"u8, floor.NowMs);
        data.WriteStartArray("items"u8);
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private static Rejection? IsolatedSymbols(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartArray();
        data.WriteEndArray();
        return null;
    }

    private static void WriteRates(Utf8JsonWriter data, FeeRates fees)
    {
        data.WriteDecimal("takerFeeRate"u8, fees.Taker);
        data.WriteDecimal("makerFeeRate"u8, fees.Maker);
    }

    // The exchange shows the first and the last part of an address.
    private static string Masked(string address)
    {
        var parts = address.Split('.');
        return parts.Length == 4 ? $"{parts[0]}.**.{parts[3]}" : "**";
    }
}
