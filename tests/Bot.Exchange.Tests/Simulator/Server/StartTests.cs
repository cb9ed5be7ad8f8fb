using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Server;

public class StartTests
{
    [Fact]
    public void Every_fault_of_the_options_is_told_at_once()
    {
        var faults = new SimulatorOptions
        {
            Host = "somewhere",
            Port = 70_000,
            Speed = null,
            VipLevel = 13,
            MinDelayMs = 5,
            MaxDelayMs = 4,
            Replay = new CandleReplayOptions { Folder = "/no/such/folder", Count = 0 },
            Accounts =
            [
                ApiClient.Account,
                ApiClient.Account,
                ApiClient.Account with { Key = "x", Balances = new Dictionary<string, decimal> { ["BTC"] = -1 } },
            ],
        }.Faults();

        foreach (var part in new[]
        {
            "'somewhere'", "70000", "as fast as possible", "VIP", "processing delay", "/no/such/folder", "0 recorded pairs", "given 2 times",
            "negative balance of BTC",
        })
            Assert.Contains(faults, f => f.Contains(part, StringComparison.Ordinal));
        Assert.Equal(9, faults.Count);
    }

    [Fact]
    public async Task Faulty_options_do_not_start()
    {
        var fault = await Assert.ThrowsAsync<SimulatorOptionsException>(() => SimulatorServer.StartAsync(new SimulatorOptions()));
        Assert.Contains("there is no account", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_told()
    {
        var options = new SimulatorOptions { Accounts = [ApiClient.Account] };
        await using var first = await SimulatorServer.StartAsync(options);
        var fault = await Assert.ThrowsAsync<SimulatorStartException>(
            () => SimulatorServer.StartAsync(options with { Port = first.Address.Port }));
        Assert.Contains($"Port {first.Address.Port} of 127.0.0.1 is taken", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_recording_does_not_start()
    {
        using var files = new CandleFiles();
        files.Write("BTC-USDT", "1min", "1676716260,1,2,1,2,3", "nonsense");
        var fault = await Assert.ThrowsAsync<CandleFileException>(() => SimulatorServer.StartAsync(
            new SimulatorOptions { Accounts = [ApiClient.Account], Replay = files.Options() }));
        Assert.Equal(3, fault.Line);
    }

    [Theory]
    [InlineData("k:s:p:USDT=100000,BTC=2", 2)]
    [InlineData("k:s:p:", 0)]
    [InlineData("k:s:p", 0)]
    public void Accounts_are_read_from_text(string text, int balances)
    {
        var account = SimulatorAccount.Parse(text);
        Assert.Equal(("k", "s", "p", balances), (account.Key, account.Secret, account.Passphrase, account.Balances.Count));
        Assert.DoesNotContain("Secret", account.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("k:s")]
    [InlineData("k::p")]
    [InlineData("k:s:p:USDT")]
    [InlineData("k:s:p:USDT=x")]
    [InlineData("k:s:p:USDT=1,USDT=2")]
    [InlineData("k:s:p:USDT=1:more")]
    public void Other_texts_are_no_accounts(string text) => Assert.Throws<FormatException>(() => SimulatorAccount.Parse(text));

    [Fact]
    public async Task A_recording_on_the_wall_clock_begins_now_and_keeps_to_its_intervals()
    {
        using var files = new CandleFiles();
        files.WriteWalk("BTC-USDT", 200, 100m, 3);
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Replay = files.Options() with { FromMs = CandleFiles.Start + (100 * 60_000) },
        });
        using var api = new ApiClient(server.Address);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var rows = (await api.GetAsync($"/api/v1/market/candles?symbol=BTC-USDT&type=1min&startAt={now - 1800}&endAt={now + 1}")).Data;

        Assert.InRange(rows.GetArrayLength(), 20, 31);
        Assert.All(rows.EnumerateArray(), r => Assert.Equal(0, long.Parse(r[0].GetString()!, null) % 60));
        var height = CandleInterval.OneMinute.OpenTimeMs(server.Floor.NowMs) / 1000;
        Assert.InRange(long.Parse(rows[0][0].GetString()!, null), height - 120, height);
    }

    [Fact]
    public async Task The_market_moves_with_the_wall_clock_and_ends()
    {
        using var files = new CandleFiles();
        files.WriteWalk("BTC-USDT", 30, 100m, 4);
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Replay = files.Options(),
            Speed = 5000m,
        });
        await server.Completed.WaitAsync(TimeSpan.FromSeconds(30));

        var file = CandleFile.Read(files.PathOf("BTC-USDT", "1min"), CandleInterval.OneMinute);
        lock (server.Floor.Gate)
            Assert.Equal(file.Count, server.Floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 100).Count);
    }
}
