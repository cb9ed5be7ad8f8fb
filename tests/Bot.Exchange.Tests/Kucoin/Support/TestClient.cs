using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Secrets;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin.Support;

/// <summary>Makes clients and what they are asked to send.</summary>
internal static class TestClient
{
    /// <summary>Where the virtual clocks of the tests stand.</summary>
    public const long NowMs = 1_700_000_000_000;

    public static readonly Symbol Btc = Symbol.Parse("BTC-USDT");

    public static KucoinCredentials Credentials(string key = "the-key", string secret = "the-secret", string passphrase = "the-passphrase") =>
        new(Secret.FromText(key), Secret.FromText(secret), Secret.FromText(passphrase));

    /// <summary>Options of a test: the exchange's clock is the test's, no waits between attempts.</summary>
    public static KucoinOptions Options(Uri address) => new()
    {
        BaseAddress = address,
        ClockIsTimeProvider = true,
        RateBudget = null,
        QueryRetryDelay = TimeSpan.Zero,
    };

    public static KucoinExchange At(Uri address, TimeProvider? time = null, KucoinOptions? options = null) => new(
        options ?? Options(address), Credentials(), new KucoinRuntime { Time = time ?? new VirtualTimeProvider(NowMs), Jitter = () => 0.5 });

    public static OrderSpec Limit(string clientOrderId = "b1-abcdef-1-1-E1", Side side = Side.Buy) => new()
    {
        ClientOrderId = clientOrderId,
        Symbol = Btc,
        Side = side,
        Type = OrderType.Limit,
        Price = 50_000m,
        Size = 0.00001m,
    };

    /// <summary>A successful answer.</summary>
    public static string Data(string json) => "{\"code\":\"200000\",\"data\":" + json + "}";

    /// <summary>A successful answer that is a page of rows, with other fields after them.</summary>
    public static string Page(IEnumerable<string> rows, string more = "") => Data("{\"items\":[" + string.Join(",", rows) + "]" + more + "}");
}
