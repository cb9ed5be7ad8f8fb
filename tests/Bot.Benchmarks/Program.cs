using System.Globalization;
using Bot.Benchmarks;

// ./bench [PART]: parse, orders, round-trips; without a part all of them. docs/benchmarks.md says what came out where.
var part = args.FirstOrDefault();
if (args.Length > 1 || part is not (null or "parse" or "orders" or "round-trips"))
{
    Console.Error.WriteLine("Usage: ./bench [parse | orders | round-trips]");
    return 2;
}
if (part is null or "parse")
{
    Say($"| parse | ours | System.Text.Json | ratio | allocated, ours | System.Text.Json |");
    Say($"|---|---|---|---|---|---|");
    foreach (var contest in ParseContests.All(symbols: 1_000))
    {
        var r = Race.Run(contest, rounds: 61, blockMs: 40);
        Say($"| {r.Name} | {Time(r.OursNs)} | {Time(r.BareNs)} | {r.Ratio:0.00} | {r.OursBytes:N0} B | {r.BareBytes:N0} B |");
    }
}
if (part is null or "orders")
{
    const int times = 7;
    var (inside, http) = (new List<double>(), new List<double>());
    for (var i = 0; i < times; i++)
    {
        inside.Add(OrderRuns.InProcess(20_000));
        http.Add(await OrderRuns.OverHttpAsync(4_000, atOnce: 8));
    }
    Say($"orders a second, median of {times}: {Race.Median(inside):N0} in process, {Race.Median(http):N0} through HTTP, 8 at once");
}
if (part is null or "round-trips")
{
    var trips = await OrderRuns.InTurnsAsync(5_000);
    Say($"place and acknowledgement: median {Race.Median(trips.Ours):N0} µs, p99 {Race.Quantile(trips.Ours, 0.99):N0} µs");
    Say($"bare server:               median {Race.Median(trips.Bare):N0} µs, p99 {Race.Quantile(trips.Bare, 0.99):N0} µs");
    Say($"ratio of the medians {Race.Median(trips.Ours) / Race.Median(trips.Bare):0.00}, of the p99 {Race.Quantile(trips.Ours, 0.99) / Race.Quantile(trips.Bare, 0.99):0.00}");
}
return 0;

static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

static string Time(double ns) => ns < 10_000
    ? string.Create(CultureInfo.InvariantCulture, $"{ns:N0} ns")
    : string.Create(CultureInfo.InvariantCulture, $"{ns / 1000:N0} µs");
