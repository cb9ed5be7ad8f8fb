using System.Buffers;
using System.Text.Json;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>An account row: a currency in an account of one type.</summary>
/// <param name="Type"><c>main</c>, <c>trade</c>, <c>trade_hf</c>, ...</param>
/// <param name="Balance">The balance.</param>
internal readonly record struct AccountRow(string Type, Balance Balance);

/// <summary>Where and how to open a push connection.</summary>
/// <param name="Token">Admits one connection; a secret.</param>
/// <param name="Endpoint">Address of the server.</param>
/// <param name="PingInterval">A ping is due this often.</param>
/// <param name="PingTimeout">How much longer the other side may be silent.</param>
internal sealed record BulletToken(string Token, Uri Endpoint, TimeSpan PingInterval, TimeSpan PingTimeout)
{
    private static readonly SearchValues<char> UnsafeCharacters = SearchValues.Create(" #&+%/?");

    /// <summary>The address of a connection with this id.</summary>
    public Uri AddressFor(string connectId)
    {
        // A token holds -_.= beside letters and digits, and travels as it is; anything else in it would change the address's meaning.
        var token = Token.AsSpan().ContainsAny(UnsafeCharacters) ? Uri.EscapeDataString(Token) : Token;
        var separator = Endpoint.Query.Length == 0 ? '?' : '&';
        return new Uri($"{Endpoint}{separator}token={token}&connectId={connectId}");
    }

    /// <summary>Shows no token.</summary>
    public override string ToString() => $"push server {Endpoint.Host}";
}

/// <summary>Reads the answers about keys, accounts and fees.</summary>
internal static class AccountReaders
{
    /// <summary>What a key may do.</summary>
    public static ApiKeyInfo ApiKey(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The key");
        string? permission = null, whitelist = null, userId = null;
        bool? isMaster = null;
        long? createdAtMs = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("permission"u8))
                permission = JsonValues.NextText(ref reader, "permission");
            else if (reader.ValueTextEquals("ipWhitelist"u8))
                whitelist = JsonValues.NextText(ref reader, "ipWhitelist");
            else if (reader.ValueTextEquals("uid"u8))
                userId = JsonValues.NextText(ref reader, "uid");
            else if (reader.ValueTextEquals("isMaster"u8))
                isMaster = JsonValues.NextBoolean(ref reader, "isMaster");
            else if (reader.ValueTextEquals("createdAt"u8))
                createdAtMs = JsonValues.NextTimeMs(ref reader, "createdAt");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new ApiKeyInfo(
            List(JsonValues.Required(permission, "permission")), List(whitelist), JsonValues.Required(isMaster, "isMaster"),
            createdAtMs, JsonValues.Required(userId, "uid"));
    }

    /// <summary>Every account row, of whatever type.</summary>
    public static IReadOnlyList<AccountRow> Accounts(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "The list of accounts");
        var rows = new List<AccountRow>();
        while (JsonValues.NextElement(ref reader))
            rows.Add(Account(ref reader));
        return rows;
    }

    /// <summary>Fee rates.</summary>
    public static IReadOnlyList<FeeRate> FeeRates(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "The list of fees");
        var rows = new List<FeeRate>();
        while (JsonValues.NextElement(ref reader))
            rows.Add(FeeRate(ref reader));
        return rows;
    }

    /// <summary>A push token with the first of its servers.</summary>
    public static BulletToken Bullet(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The token");
        string? token = null;
        (string? Endpoint, long? Interval, long? Timeout)? server = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("token"u8))
                token = JsonValues.NextText(ref reader, "token");
            else if (reader.ValueTextEquals("instanceServers"u8))
            {
                reader.Read();
                JsonValues.RequireArray(reader, "instanceServers");
                while (JsonValues.NextElement(ref reader))
                {
                    var row = Server(ref reader);
                    server ??= row;
                }
            }
            else
                JsonValues.SkipValue(ref reader);
        }
        var (endpoint, interval, timeout) = JsonValues.Required(server, "instanceServers");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address))
            throw new KucoinFormatException("endpoint is not an address.");
        return new BulletToken(
            JsonValues.Required(token, "token"), address, Span(interval, "pingInterval"), Span(timeout, "pingTimeout"));
    }

    private static AccountRow Account(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "An account");
        string? type = null, currency = null;
        decimal? balance = null, available = null, holds = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
                type = JsonValues.NextText(ref reader, "type");
            else if (reader.ValueTextEquals("currency"u8))
                currency = JsonValues.NextText(ref reader, "currency");
            else if (reader.ValueTextEquals("balance"u8))
                balance = JsonValues.NextDecimal(ref reader, "balance");
            else if (reader.ValueTextEquals("available"u8))
                available = JsonValues.NextDecimal(ref reader, "available");
            else if (reader.ValueTextEquals("holds"u8))
                holds = JsonValues.NextDecimal(ref reader, "holds");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new AccountRow(
            JsonValues.Required(type, "type"),
            new Balance(
                JsonValues.Required(currency, "currency"), JsonValues.Required(balance, "balance"),
                JsonValues.Required(available, "available"), JsonValues.Required(holds, "holds")));
    }

    private static FeeRate FeeRate(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "A fee");
        Symbol? symbol = null;
        decimal? taker = null, maker = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("symbol"u8))
                symbol = Columns.NextSymbol(ref reader, "symbol");
            else if (reader.ValueTextEquals("takerFeeRate"u8))
                taker = JsonValues.NextDecimal(ref reader, "takerFeeRate");
            else if (reader.ValueTextEquals("makerFeeRate"u8))
                maker = JsonValues.NextDecimal(ref reader, "makerFeeRate");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new FeeRate(
            JsonValues.Required(symbol, "symbol"), JsonValues.Required(taker, "takerFeeRate"), JsonValues.Required(maker, "makerFeeRate"));
    }

    private static (string? Endpoint, long? Interval, long? Timeout) Server(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "A push server");
        string? endpoint = null;
        long? interval = null, timeout = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("endpoint"u8))
                endpoint = JsonValues.NextText(ref reader, "endpoint");
            else if (reader.ValueTextEquals("pingInterval"u8))
                interval = JsonValues.NextInteger(ref reader, "pingInterval");
            else if (reader.ValueTextEquals("pingTimeout"u8))
                timeout = JsonValues.NextInteger(ref reader, "pingTimeout");
            else
                JsonValues.SkipValue(ref reader);
        }
        return (endpoint, interval, timeout);
    }

    private static TimeSpan Span(long? ms, string field) => JsonValues.Required(ms, field) is >= 10 and <= 3_600_000 and var span
        ? TimeSpan.FromMilliseconds(span)
        : throw new KucoinFormatException($"{field} is out of range.");

    private static string[] List(string? text) =>
        text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
