using System.Diagnostics;
using System.Globalization;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Simulator.Lockstep;

public class LockstepSpeed(ITestOutputHelper output)
{
    [Fact]
    public async Task Steps_of_a_replay_of_ten_recorded_pairs_are_counted()
    {
        if (SharedData.Kucoin is not { } folder)
        {
            output.WriteLine("Skipped: there are no recorded prices beside the repository (BOT_SHARED).");
            return;
        }
        const long from = 1_676_800_020_000;
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Replay = new CandleReplayOptions { Folder = folder, Count = 10, FromMs = from, ToMs = from + 86_400_000 },
            Clock = SimulatorClock.Lockstep,
            Speed = null,
            RateLimits = false,
        });
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var market = await PushClient.ConnectAsync(api, isPrivate: false, "market");
        var symbols = server.Floor.Pairs.Select(p => p.Symbol).ToList();
        await market.SubscribeAsync($"/market/ticker:{string.Join(',', symbols)}");
        await market.SubscribeAsync($"/market/candles:{string.Join(',', symbols.Select(s => $"{s}_1min"))}");
        await using var bot = await LockstepBot.ConnectAsync(server.Address);

        var watch = Stopwatch.StartNew();
        var frames = market.Frames;
        var steps = 0;
        for (var step = bot.Hello; step.Type != "end"; steps++)
        {
            step = await bot.StepAsync();
            while (market.Frames < step.Frames!["market"])
                await market.SkipAsync();
        }
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{steps} steps of ten pairs, {(market.Frames - frames) / (decimal)steps:F1} frames each: "
            + $"{steps / watch.Elapsed.TotalSeconds:F0} steps a second"));
        Assert.Equal(server.Floor.EndMs, server.Floor.NowMs);
    }
}
