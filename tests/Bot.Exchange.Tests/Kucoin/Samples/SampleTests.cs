using System.Globalization;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin.Samples;

/// <summary>
/// Walks every sample of the exchange's answers, frames and requests. Each file has an expectation, or a reason why nobody reads it;
/// a file with neither fails the walk, so that a new sample cannot be overlooked.
/// </summary>
public sealed partial class SampleTests(ITestOutputHelper output)
{
    /// <summary>Samples of refusals; <see cref="ErrorTableTests"/> knows each of them and counts them.</summary>
    private const string Refusals = "error.http";

    private static readonly Symbol Btc = TestClient.Btc;

    private delegate Task Check(byte[] sample);

    [Fact]
    public void Every_sample_is_read_by_somebody_or_says_why_not()
    {
        if (Folder() is not { } folder)
            return;
        var known = Expectations().Keys.Concat(NotCovered.SelectMany(reason => reason.Files)).ToList();
        Assert.Equal(known.Count, known.Distinct(StringComparer.Ordinal).Count());
        Assert.All(NotCovered, reason => Assert.NotEmpty(reason.Why));
        var files = Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!)
            .Where(f => !f.StartsWith(Refusals, StringComparison.Ordinal)).ToList();
        Assert.Empty(files.Except(known));
        Assert.Empty(known.Except(files));
        output.WriteLine($"{files.Count} samples beside the refusals, {Expectations().Count} of them read");
    }

    [Fact]
    public async Task Every_sample_that_is_read_is_read_to_the_right_values()
    {
        if (Folder() is not { } folder)
            return;
        var faults = new List<string>();
        foreach (var (file, check) in Expectations().OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            try
            {
                await check(await File.ReadAllBytesAsync(Path.Combine(folder, file)));
            }
            // One wrong sample must not hide what the others say.
#pragma warning disable CA1031
            catch (Exception e)
#pragma warning restore CA1031
            {
                faults.Add($"{file}: {e.GetType().Name} {e.Message}");
            }
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    private static Dictionary<string, Check> Expectations() => MarketAnswers().Concat(AccountAnswers()).Concat(OrderAnswers())
        .Concat(Frames()).Concat(Requests()).ToDictionary(e => e.File, e => e.Check, StringComparer.Ordinal);

    private string? Folder() => Shared.Kucoin(output) is { } shared ? Path.Combine(shared, "samples") : null;

    /// <summary>An answer with data, which are checked.</summary>
    private static Check Answer<T>(DataReader<T> read, Action<T> check) => sample =>
    {
        var answer = Envelope.Read(sample, read);
        Assert.True(answer.HasData);
        check(answer.Data!);
        return Task.CompletedTask;
    };

    /// <summary>An answer with exactly these data.</summary>
    private static Check Is<T>(DataReader<T> read, T expected) => Answer(read, actual => Assert.Equal(expected, actual));

    /// <summary>An answer of success without data.</summary>
    private static Check HasNoData<T>(DataReader<T> read) => sample =>
    {
        Assert.False(Envelope.Read(sample, read).HasData);
        return Task.CompletedTask;
    };

    /// <summary>A pushed frame.</summary>
    private static Check Frame(Action<byte[]> check) => sample =>
    {
        check(sample);
        return Task.CompletedTask;
    };

    /// <summary>
    /// A request: what the client sends holds every parameter of the sample with the sample's value, in its path, its query or its body.
    /// </summary>
    /// <param name="call">Makes the client send it.</param>
    /// <param name="otherwise">Parameters that the client does not send, or sends with another value on purpose.</param>
    private static Check Sends(Func<KucoinExchange, Task> call, params string[] otherwise) => async sample =>
    {
        await using var server = new RawServer(e => e.AnswerAsync("""{"code":"400100","msg":"a test"}"""));
        using var client = TestClient.At(server.Address, options: TestClient.Options(server.Address) with { StopOrders = true });
        await call(client);
        var request = server.Requests.First();
        var target = request.Split(' ')[1];
        var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var sent = body.Length > 0
            ? JsonElement.Parse(Encoding.UTF8.GetBytes(body)).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString())
            : target.Split('?').Skip(1).SelectMany(q => q.Split('&')).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        foreach (var parameter in JsonElement.Parse(sample).EnumerateObject().Where(p => !otherwise.Contains(p.Name)))
        {
            var value = parameter.Value.ToString();
            if (sent.TryGetValue(parameter.Name, out var actual))
                Assert.Equal((parameter.Name, value), (parameter.Name, actual));
            else
                Assert.Contains(value, target.Split('?')[0].Split('/').Append(Size(target)));
        }
    };

    /// <summary>The number in a path such as <c>level2_20</c>, which the samples call a parameter.</summary>
    private static string Size(string target) => string.Create(
        CultureInfo.InvariantCulture, $"{target.Split('?')[0].Split('_').Last()}");
}
