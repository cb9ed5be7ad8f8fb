using System.Globalization;
using System.IO.Compression;
using System.Text;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Tests.Kucoin;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using CsCheck;

namespace Bot.Exchange.Tests.Fuzz;

/// <summary>
/// Whatever an exchange sends over a real socket, every method of the client ends with a value or a typed failure, and a stream goes on
/// with the next frame it can read. (What the parsers do with bytes alone is in <see cref="ParserFuzzTests"/>.)
/// </summary>
public sealed class ClientFuzzTests
{
    private static readonly int[] Statuses = [200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 408, 415, 429, 500, 502, 503, 599];

    private static readonly string[] Headers =
    [
        "", "", "gw-ratelimit-reset: -1\r\n", "gw-ratelimit-limit: 99999999999999999999\r\ngw-ratelimit-remaining: x\r\n", "Location: http://127.0.0.1:1/\r\n",
        "Content-Type: text/html\r\n", "Content-Encoding: gzip\r\n", "Set-Cookie: a=b\r\n", "X-\u00e4: \u00f6\r\n",
    ];

    [Fact]
    public async Task Every_method_ends_with_a_value_or_a_typed_failure_whatever_is_answered()
    {
        var answer = "";
        await using var server = new RawServer(e => AnswerAndCloseAsync(e, answer));
        using var client = Client(server.Address);
        await Gen.Select(Mutation.Of(ParserFuzzTests.Seeds), Gen.OneOf(Statuses), Gen.OneOf(Headers)).SampleAsync(
            async (body, status, headers) =>
            {
                answer = $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n{headers}\r\n{Encoding.Latin1.GetString(body)}";
                await CallEverythingAsync(client);
            },
            iter: 150,
            threads: 1);
    }

    [Fact]
    public async Task Every_method_ends_with_a_value_or_a_typed_failure_when_the_answer_is_no_http()
    {
        const string good = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{\"code\":\"200000\",\"data\":1729100692873   }";
        const string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"code\":\"200000\"\r\n1\r\n}\r\n0\r\n\r\n";
        var answer = "";
        await using var server = new RawServer(e => AnswerAndCloseAsync(e, answer));
        using var client = Client(server.Address);
        await Mutation.OfText(good, chunked).SampleAsync(
            async text =>
            {
                answer = text;
                await CallEverythingAsync(client);
            },
            iter: 100,
            threads: 1);
    }

    [Theory]
    [InlineData(10, "unreadable")]
    [InlineData(17, "too-large")]
    public async Task An_answer_of_many_megabytes_is_a_typed_failure(int megabytes, string code)
    {
        var body = new string('[', megabytes << 20);
        await using var server = new RawServer(e => e.AnswerAsync(body));
        using var client = Client(server.Address);
        var answer = await client.GetSymbolsAsync(default);
        Assert.Equal((FailureKind.Doubt, code), (answer.Failure!.Kind, answer.Failure.Code));
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_many_megabytes_is_a_typed_failure()
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await zip.WriteAsync(new byte[64 << 20]);
        var answer = $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n{Encoding.Latin1.GetString(packed.ToArray())}";
        await using var server = new RawServer(e => AnswerAndCloseAsync(e, answer));
        using var client = Client(server.Address);
        Assert.Equal("too-large", (await client.GetSymbolsAsync(default)).Failure!.Code);
    }

    [Fact]
    public async Task A_deep_answer_is_a_typed_failure()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Data(Mutation.Deep("{\"a\":[", 100_000))));
        using var client = Client(server.Address);
        Assert.Equal((FailureKind.Doubt, "unreadable"), ((await client.GetServerTimeAsync(default)).Failure!.Kind, (await client.GetServerTimeAsync(default)).Failure!.Code));
        await CallEverythingAsync(client);
    }

    [Fact]
    public async Task The_market_stream_goes_on_after_any_frame()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server.Address);
        var listener = new MarketListener();
        await using var stream = client.OpenMarketStream(listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await listener.NextAsync());
        var time = TestClient.NowMs;
        await Frames.SampleAsync(
            async frames =>
            {
                foreach (var (frame, piece) in frames)
                    await session.SendInPiecesAsync(frame, piece);
                await session.TickerAsync("BTC-USDT", ++time);
                while (await listener.NextAsync() is not Ticker ticker || ticker.TimeMs != time)
                {
                    // Some mutated frames are still tickers.
                }
            },
            iter: 400,
            threads: 1);
        Assert.True(stream.IsConnected);
        Assert.True(((KucoinMarketStream)stream).MalformedFrames > 100);

        await session.SendAsync(Mutation.Deep("{\"data\":[", 50_000));
        await session.SendAsync(new string('[', 10 << 20));
        await session.TickerAsync("BTC-USDT", ++time);
        Assert.Equal(time, Assert.IsType<Ticker>(await listener.NextAsync()).TimeMs);
    }

    [Fact]
    public async Task The_account_stream_goes_on_after_any_frame()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server.Address);
        var listener = new AccountListener();
        await using var stream = client.OpenAccountStream(listener);
        var session = await server.NextSubscribedAsync(2);
        Assert.Equal("connected", await listener.NextAsync());
        var total = 1_000_000L;
        await Frames.SampleAsync(
            async frames =>
            {
                foreach (var (frame, piece) in frames)
                    await session.SendInPiecesAsync(frame, piece);
                total++;
                await session.SendAsync(
                    $$$"""{"type":"message","topic":"/account/balance","subject":"account.balance","data":{"currency":"USDT","total":"{{{total.ToString(CultureInfo.InvariantCulture)}}}","available":"1","hold":"0","relationEvent":"trade.hold","time":"1545743136994"}}""");
                while (await listener.NextAsync() is not ValueTuple<Balance, long> { Item1: var balance } || balance.Total != total)
                {
                    // Some mutated frames are still events.
                }
            },
            iter: 400,
            threads: 1);
        Assert.True(stream.IsConnected);
    }

    /// <summary>A few mutated frames, each with the length of the pieces that it travels in.</summary>
    private static Gen<(string Frame, int Piece)[]> Frames
    {
        get
        {
            // Not the seed of an error: the stream is right to begin anew after some of them.
            var seeds = ParserFuzzTests.Seeds.Select(Encoding.UTF8.GetString).Where(s => s.Contains("\"topic\"", StringComparison.Ordinal)).ToArray();
            return Gen.Select(Mutation.OfText(seeds).Where(f => f.Length > 0), Gen.Int[1, 400]).Array[1, 5];
        }
    }

    private static async Task AnswerAndCloseAsync(RawServer.Exchange exchange, string answer)
    {
        await exchange.WriteAsync(Encoding.Latin1.GetBytes(answer));
        exchange.Close();
    }

    private static async Task CallEverythingAsync(KucoinExchange client)
    {
        var btc = TestClient.Btc;
        Check(await client.GetServerTimeAsync(default).Soon());
        Check(await client.GetSymbolsAsync(default).Soon());
        Check(await client.GetAllTickersAsync(default).Soon());
        Check(await client.GetTickerAsync(btc).Soon());
        Check(await client.GetCandlesAsync(btc, CandleInterval.OneMinute, TestClient.NowMs - 600_000, TestClient.NowMs, default).Soon());
        Check(await client.GetApiKeyAsync(default).Soon());
        Check(await client.GetBalancesAsync().Soon());
        Check(await client.GetFeeRatesAsync([btc], default).Soon());
        Check(await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs)).Soon());
        Check(await client.CancelOrderAsync(btc, "a").Soon());
        Check(await client.GetOrderAsync(btc, "a").Soon());
        Check(await client.GetActiveOrdersAsync(btc).Soon());
        Check(await client.GetDoneOrdersAsync(btc, TestClient.NowMs).Soon());
        Check(await client.GetFillsOfOrderAsync(btc, "a").Soon());
        Check(await client.GetFillsAsync(btc, TestClient.NowMs).Soon());
        await CallDetailsAsync(client);
        await CallToolsAsync(client);
        await CallStopsAsync(client.StopOrders!);
    }

    private static async Task CallDetailsAsync(KucoinExchange client)
    {
        var btc = TestClient.Btc;
        Check(await client.GetServiceStatusAsync(default).Soon());
        foreach (var depth in Enum.GetValues<BookDepth>())
            Check(await client.GetOrderBookAsync(btc, depth).Soon());
        Check(await client.GetTradesAsync(btc, default).Soon());
        Check(await client.GetDayStatsAsync(btc, default).Soon());
        Check(await client.GetLedgerAsync(null, TestClient.NowMs - 600_000, TestClient.NowMs, default).Soon());
    }

    private static async Task CallToolsAsync(KucoinExchange client)
    {
        var btc = TestClient.Btc;
        Check(await client.PlaceOrderSyncAsync(client.Pin(TestClient.Limit(), TestClient.NowMs)).Soon());
        Check(await client.CancelOrderSyncAsync(TestClient.Btc, "a").Soon());
        Check(await client.TestOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs), default).Soon());
        Check(await client.PlaceOrdersAsync(client.PinBatch([TestClient.Limit()], TestClient.NowMs)).Soon());
        Check(await client.AlterOrderAsync(btc, "a", 1m, null, default).Soon());
        Check(await client.CancelPartAsync(btc, "a", 1m).Soon());
        Check(await client.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [btc], default).Soon());
        Check(await client.GetDeadManSwitchAsync(default).Soon());
    }

    private static async Task CallStopsAsync(IStopOrders stops)
    {
        var btc = TestClient.Btc;
        var spec = new StopOrderSpec(TestClient.Limit(), StopDirection.Loss, 40_000m);
        Check(await stops.PlaceStopOrderAsync(stops.PinStop(spec, TestClient.NowMs)).Soon());
        Check(await stops.CancelStopOrderAsync(btc, "a").Soon());
        Check(await stops.CancelStopOrderByClientIdAsync(btc, "a").Soon());
        Check(await stops.GetStopOrderAsync("a").Soon());
        Check(await stops.GetStopOrderByClientIdAsync(btc, "a").Soon());
        Check(await stops.GetStopOrdersAsync(btc).Soon());
    }

    private static KucoinExchange Client(Uri address) =>
        TestClient.At(address, options: TestClient.Options(address) with { StopOrders = true });

    private static void Check<T>(Answer<T> answer)
    {
        if (answer.Failure is { } failure)
        {
            Assert.True(Enum.IsDefined(failure.Kind));
            Assert.NotEqual("", failure.Code + failure.Message);
        }
        else
        {
            Assert.NotNull(answer.Value);
        }
    }
}
