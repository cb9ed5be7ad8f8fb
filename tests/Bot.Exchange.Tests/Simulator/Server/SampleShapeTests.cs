using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Exchange.Tests.Simulator.Support;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>
/// What the simulator writes has the shape of what the exchange wrote: where a recorded answer or frame has a text the simulator has a
/// text, and where it has a number a number. One run asks every endpoint and watches every topic, with orders in every state. What a
/// sample has and the simulator does not is in a list with the reason, so that a new sample cannot be overlooked.
/// </summary>
public sealed partial class SampleShapeTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const string Pair = "BTC-USDT";

    private readonly Dictionary<string, JsonShape> _shapes = new(StringComparer.Ordinal);
    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account with { IpWhitelist = ["127.0.0.1"] }],
            Source = new TestMarket(),
        });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Every_answer_has_the_shape_of_its_samples()
    {
        if (Files() is not { } files)
            return;
        await AskMarketAsync();
        await AskAccountAsync();
        await AskOrdersAsync();
        await AskClassicAsync();
        await AskStopsAsync();
        await Compare(files, "rest.", root => root.GetProperty("data"), "data");
    }

    [Fact]
    public async Task Every_frame_has_the_shape_of_its_samples()
    {
        if (Files() is not { } files)
            return;
        await WatchConnectionAsync();
        await WatchMarketAsync();
        await WatchAccountAsync();
        await Compare(files, "ws.", root => root, "frame");
    }

    [Fact]
    public void Every_sample_is_an_answer_a_frame_or_says_what_it_is()
    {
        if (Files() is not { } files)
            return;
        var names = files.Select(f => Path.GetFileName(f)!).ToList();
        var listed = NotServed.SelectMany(reason => reason.Files).ToList();
        Assert.Empty(listed.Except(names));
        Assert.Equal(listed.Count, listed.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(names.Where(n => !n.StartsWith(Refusals, StringComparison.Ordinal) && !IsOfClient(n))
            .Where(n => !IsOfKind(n, "rest.") && !IsOfKind(n, "ws.")).Except(listed));
    }

    /// <summary>The samples' files; null when there are none here, which is said.</summary>
    private string[]? Files() => Shared.Kucoin(output) is { } shared ? Directory.GetFiles(Path.Combine(shared, "samples")) : null;

    private async Task Compare(string[] files, string kind, Func<JsonElement, JsonElement> part, string root)
    {
        var faults = new List<string>();
        var unused = Gaps.Where(g => g.Files.Any(f => IsOfKind(f, kind))).ToHashSet();
        var compared = 0;
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (!IsOfKind(name, kind) || NotServed.Any(reason => reason.Files.Contains(name)))
                continue;
            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
            var key = KeyOf(name, json.RootElement);
            if (!_shapes.TryGetValue(key, out var told))
            {
                faults.Add($"{name}: nothing was told that is {key}");
                continue;
            }
            compared++;
            var sample = new JsonShape();
            sample.Add(root, part(json.RootElement));
            foreach (var (path, kinds) in name == RowInList ? OutOfList(sample) : sample.Paths)
            {
                if (kinds.Count == 0 ? told.Has(path) : kinds.SetEquals(told.At(path)))
                    continue;
                if (Gaps.FirstOrDefault(g => g.Covers(name, path)) is { } gap)
                    unused.Remove(gap);
                else
                    faults.Add($"{name}: {path} is {Text(kinds)} in the sample, {Text(told.At(path))} here");
            }
        }
        faults.AddRange(unused.Select(g => $"nothing is amiss any more with {string.Join(", ", g.Paths)} of {string.Join(", ", g.Files)}"));
        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.NotEqual(0, compared);
        output.WriteLine($"{compared} samples compared, {_shapes.Count} answers or frames");
    }

    private static bool IsOfKind(string file, string kind) => Plain(file).StartsWith(kind, StringComparison.Ordinal) && !IsOfClient(file);

    /// <summary>Whether a file is what a client writes.</summary>
    private static bool IsOfClient(string file) =>
        file.Contains(".request.", StringComparison.Ordinal) || file.Contains(".subscribe.", StringComparison.Ordinal);

    /// <summary>A file's name without its variant; for the life of orders, with the step that it tells of.</summary>
    private static string KeyOf(string file, JsonElement sample)
    {
        var key = string.Join('.', Plain(file).Split('.').Take(3));
        return key.StartsWith("ws.", StringComparison.Ordinal) ? key + StepOf(sample) : key;
    }

    private static IEnumerable<(string Path, IReadOnlySet<string> Kinds)> OutOfList(JsonShape sample) =>
        sample.Paths.Where(p => p.Path != "frame.data.data")
            .Select(p => (p.Path.Replace("data.data[]", "data.data", StringComparison.Ordinal), p.Kinds));

    private static string Plain(string file) => file.StartsWith("edge.", StringComparison.Ordinal) ? file["edge.".Length..] : file;

    private static string StepOf(JsonElement frame) =>
        frame.TryGetProperty("subject", out var subject) && subject.GetString() is "orderChange" or "stopOrder"
            ? "." + frame.GetProperty("data").GetProperty("type").GetString()
            : "";

    private static string Text(IReadOnlySet<string> kinds) => kinds.Count == 0 ? "nothing" : string.Join(" or ", kinds.Order(StringComparer.Ordinal));

    private JsonShape Shape(string key)
    {
        if (!_shapes.TryGetValue(key, out var shape))
            _shapes[key] = shape = new JsonShape();
        return shape;
    }

    /// <summary>The market trades at a price, as if a source had told it.</summary>
    private void Trade(decimal price, decimal volume)
    {
        lock (_server.Floor.Gate)
        {
            _server.Floor.Pairs[0].Apply(TestMarket.At(0, price, volume));
            _server.Floor.Publish();
        }
        _ = _server.Hub.FlushAsync();
    }

    private static object Limit(string clientOid, string side, string price, string size) => new
    {
        clientOid,
        symbol = Pair,
        side,
        type = "limit",
        price,
        size,
        stp = "CN",
        remark = "a remark",
        tags = "a tag",
    };
}
