using Bot.Exchange.Kucoin.Errors;
using Bot.Exchange.Tests.Kucoin.Support;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class ErrorTableTests(ITestOutputHelper output)
{
    /// <summary>What each sample means to a placement, to a query of one order, and to a cancel.</summary>
    private static readonly Dictionary<string, (FailureKind Place, FailureKind Query, FailureKind Cancel)> Expected = new()
    {
        ["http200.200004.balance"] = All(FailureKind.Rejected),
        ["http200.400100.clientoid-required"] = All(FailureKind.Rejected),
        ["http200.400100.order-not-exist-2"] = (FailureKind.Rejected, FailureKind.NotFound, FailureKind.NotFound),
        ["http200.400100.order-not-exist-3"] = (FailureKind.Rejected, FailureKind.NotFound, FailureKind.NotFound),
        ["http200.400100.pair"] = All(FailureKind.Rejected),
        ["http200.400100.quantity-minimum"] = All(FailureKind.Rejected),
        ["http200.400600.symbol"] = All(FailureKind.Rejected),
        ["http200.400760.price-cap"] = All(FailureKind.Rejected),
        ["http200.411100.frozen"] = All(FailureKind.Unauthorised),
        ["http200.600101.funds-minimum-2"] = All(FailureKind.Rejected),
        ["http400.400002.timestamp"] = All(FailureKind.ClockOff),
        ["http401.400003.unknown-key"] = All(FailureKind.Unauthorised),
        ["http401.400004.passphrase"] = All(FailureKind.Unauthorised),
        ["http401.400005.signature"] = All(FailureKind.Unauthorised),
        ["http403.400006.ip-whitelist"] = All(FailureKind.Unauthorised),
        ["http403.400007.permission"] = All(FailureKind.Unauthorised),
        ["http404.404000.url"] = (FailureKind.Rejected, FailureKind.NotFound, FailureKind.NotFound),
        ["http429.429000.rate"] = All(FailureKind.Throttled),
    };

    [Fact]
    public async Task Every_sample_of_an_error_means_what_the_table_says()
    {
        if (Shared.Kucoin(output) is not { } folder)
            return;
        var files = Directory.GetFiles(Path.Combine(folder, "samples"), "error.http*.json");
        Assert.Equal(Expected.Count, files.Length);
        foreach (var file in files)
        {
            var name = Path.GetFileName(file)["error.".Length..^".json".Length];
            var status = int.Parse(name[4..7], System.Globalization.CultureInfo.InvariantCulture);
            await using var server = new RawServer(async e => await e.AnswerAsync(await File.ReadAllTextAsync(file), status));
            using var client = TestClient.At(server.Address);
            var (place, query, cancel) = Expected[name];
            var placed = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
            Assert.Equal((name, place), (name, placed.Failure!.Kind));
            Assert.Equal((name, query), (name, (await client.GetOrderAsync(TestClient.Btc, "b1-x")).Failure!.Kind));
            Assert.Equal((name, cancel), (name, (await client.CancelOrderAsync(TestClient.Btc, "b1-x")).Failure!.Kind));
            Assert.Equal(status, placed.Failure.HttpStatus);
            Assert.Equal(name.Split('.')[1], placed.Failure.Code);
            Assert.NotEmpty(placed.Failure.Message);
        }
    }

    [Theory]
    // A client order id that somebody took, in every spelling seen.
    [InlineData(200, "400100", "validation.createOrder.clientOidDuplicated", "Placement", FailureKind.Duplicate)]
    [InlineData(200, "102426", "Duplicate custom order ID", "Placement", FailureKind.Duplicate)]
    [InlineData(200, "126044", "clientOid duplicate", "Placement", FailureKind.Duplicate)]
    [InlineData(200, "126033", "duplicate order", "Placement", FailureKind.Duplicate)]
    [InlineData(200, "106151", "DuplicateClientOrderId", "Placement", FailureKind.Duplicate)]
    // No such order.
    [InlineData(200, "400100", "order_not_exist_or_not_allow_to_cancel", "Cancel", FailureKind.NotFound)]
    [InlineData(200, "400100", "order not exist.", "OrderQuery", FailureKind.NotFound)]
    [InlineData(200, "order_not_exist", "order_not_exist", "OrderQuery", FailureKind.NotFound)]
    [InlineData(404, "404", "nothing here", "OrderQuery", FailureKind.NotFound)]
    // What resembles it and is something else.
    [InlineData(200, "900001", "symbol not exists", "OrderQuery", FailureKind.Rejected)]
    [InlineData(200, "400100", "symbol not exists", "OrderQuery", FailureKind.Rejected)]
    [InlineData(401, "400003", "KC-API-KEY not exists", "OrderQuery", FailureKind.Unauthorised)]
    [InlineData(200, "400600", "validation.createOrder.symbolNotAvailable", "OrderQuery", FailureKind.Rejected)]
    [InlineData(404, "404000", "Url Not Found", "Read", FailureKind.Rejected)]
    [InlineData(200, "order_not_exist", "order_not_exist", "Placement", FailureKind.Doubt)]
    // Rate limits, by status, by code and by text.
    [InlineData(429, "429000", "Too Many Requests", "Placement", FailureKind.Throttled)]
    [InlineData(200, "400100", "Exceeded the access frequency", "Placement", FailureKind.Throttled)]
    [InlineData(429, "0", "", "Read", FailureKind.Throttled)]
    // Account.
    [InlineData(200, "400100", "Access denied, require more permission", "Read", FailureKind.Unauthorised)]
    [InlineData(200, "400008", "key version", "Placement", FailureKind.Unauthorised)]
    [InlineData(200, "200009", "KYC", "Placement", FailureKind.Unauthorised)]
    [InlineData(401, "777", "who are you", "Placement", FailureKind.Unauthorised)]
    // Inside KuCoin.
    [InlineData(200, "230005", "system busy", "Placement", FailureKind.Doubt)]
    [InlineData(500, "500000", "Internal Server Error", "Placement", FailureKind.Doubt)]
    [InlineData(503, "503000", "Service Unavailable", "Cancel", FailureKind.Doubt)]
    [InlineData(408, "408000", "timeout", "Placement", FailureKind.Doubt)]
    [InlineData(408, "1", "timeout", "Placement", FailureKind.Doubt)]
    [InlineData(502, "200004", "Balance insufficient!", "Placement", FailureKind.Doubt)]
    [InlineData(200, "300000", "The quantity is invalid.", "Placement", FailureKind.Rejected)]
    [InlineData(200, "300000", "something went wrong", "Placement", FailureKind.Doubt)]
    // Nothing is known about the code.
    [InlineData(200, "987654", "new in this release", "Placement", FailureKind.Doubt)]
    [InlineData(200, "987654", "new in this release", "Cancel", FailureKind.Doubt)]
    [InlineData(200, "987654", "new in this release", "Read", FailureKind.Rejected)]
    [InlineData(403, "1", "blocked", "Placement", FailureKind.Doubt)]
    public void A_refusal_means_what_the_table_says(int status, string code, string text, string kind, FailureKind expected) =>
        Assert.Equal(expected, KucoinErrors.Classify(status, code, text, Enum.Parse<RequestKind>(kind)));

    [Theory]
    [InlineData(500, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(520, true)]
    [InlineData(403, true)]
    [InlineData(200, true)]
    [InlineData(404, true)]
    [InlineData(200, false)]
    [InlineData(404, false)]
    [InlineData(302, false)]
    [InlineData(408, false)]
    [InlineData(451, false)]
    public void A_placement_whose_answer_cannot_be_read_is_in_doubt(int status, bool isHtml) =>
        Assert.Equal(FailureKind.Doubt, KucoinErrors.ClassifyUnreadable(status, isHtml, RequestKind.Placement));

    [Fact]
    public void No_answer_to_a_placement_is_ever_taken_for_a_missing_order() => CsCheck.Check.Sample(
        CsCheck.Gen.Select(CsCheck.Gen.Int[100, 599], CsCheck.Gen.Int[0, 999_999], CsCheck.Gen.String),
        (status, code, text) => Assert.NotEqual(
            FailureKind.NotFound,
            KucoinErrors.Classify(status, code.ToString(System.Globalization.CultureInfo.InvariantCulture), text, RequestKind.Placement)));

    [Theory]
    [InlineData("{\"code\":\"200000\",\"data\":null}", 200)]
    [InlineData("{\"data\":null,\"code\":\"200000\"}", 200)]
    [InlineData("{\"code\":\"200000\"}", 200)]
    [InlineData("{\"msg\":\"The order does not exist.\",\"code\":\"400100\"}", 200)]
    [InlineData("{\"code\":\"order_not_exist\",\"msg\":\"order_not_exist\"}", 200)]
    [InlineData("", 404)]
    [InlineData("{\"code\":\"404000\",\"msg\":\"Url Not Found\"}", 404)]
    public async Task A_missing_order_is_recognised_in_all_its_forms(string body, int status)
    {
        await using var server = new RawServer(e => e.AnswerAsync(body, status));
        using var client = TestClient.At(server.Address);
        var answer = await client.GetOrderAsync(TestClient.Btc, "b1-x");
        Assert.Equal(FailureKind.NotFound, answer.Failure!.Kind);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("<html><body>429</body></html>", 429, "", FailureKind.Throttled, null)]
    [InlineData("{\"code\":\"429000\",\"msg\":\"Too Many Requests\"}", 429, "gw-ratelimit-reset: 1234\r\n", FailureKind.Throttled, 1234L)]
    [InlineData("<html>Cloudflare</html>", 503, "", FailureKind.Doubt, null)]
    [InlineData("<!DOCTYPE html>", 403, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":{\"orderId\"", 200, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":{\"orderId\":\"1\"}} trailing", 200, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":{\"clientOid\":\"b1-abcdef-1-1-E1\"}}", 200, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":{\"orderId\":\"1\",\"clientOid\":\"somebody-else\"}}", 200, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":{\"orderId\":\"1\"}}", 500, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"400100\",\"code\":\"200000\",\"data\":{\"orderId\":\"1\"}}", 200, "", FailureKind.Doubt, null)]
    [InlineData("", 200, "", FailureKind.Doubt, null)]
    [InlineData("{\"code\":\"200000\",\"data\":null}", 200, "", FailureKind.Doubt, null)]
    public async Task Whatever_is_not_an_acceptance_of_this_placement_is_none(
        string body, int status, string headers, FailureKind expected, long? retryAfterMs)
    {
        await using var server = new RawServer(e => e.AnswerAsync(body, status, headers));
        using var client = TestClient.At(server.Address);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        Assert.Equal(expected, answer.Failure!.Kind);
        Assert.Equal(retryAfterMs, answer.Failure.RetryAfterMs);
        Assert.Single(server.Requests);
    }

    private static (FailureKind Place, FailureKind Query, FailureKind Cancel) All(FailureKind kind) => (kind, kind, kind);
}
