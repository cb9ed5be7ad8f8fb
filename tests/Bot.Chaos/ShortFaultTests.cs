using System.Runtime.Versioning;
using Bot.Chaos.Deployments;
using Bot.Chaos.Evidence;
using Bot.Actors.Runtime;
using Npgsql;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>The deployment that the short forms share: two nodes, a Postgres of its own, an exchange, a proxy on each way.</summary>
[SupportedOSPlatform("linux")]
public sealed class SharedDeployment : IAsyncLifetime
{
    internal ChaosDeployment Deployment { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Deployment = await ChaosDeployment.StartAsync(new DeploymentOptions { Nodes = 2, Pairs = 12, Seed = 4, MaxConnections = 60 });
        await Deployment.WhenTradedAsync(3, TimeSpan.FromMinutes(3), CancellationToken.None);
    }

    public async Task DisposeAsync() => await Deployment.DisposeAsync();
}

/// <summary>
/// The faults of RELIABILITY.md §2 in their shortest form on real processes; <c>./bot chaos</c> runs them long. After each the deployment has to
/// trade again, the checker has to find nothing, and no row that was acknowledged may be gone.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ShortFaultTests(SharedDeployment shared, ITestOutputHelper output) : IClassFixture<SharedDeployment>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly ChaosDeployment _deployment = shared.Deployment;

    [Fact]
    public async Task F2_A_node_that_stood_still_for_longer_than_the_others_wait_does_no_harm_when_it_goes_on()
    {
        var zombie = _deployment.Nodes[1];
        var process = zombie.ProcessId;
        zombie.Stop();
        await Task.Delay(TimeSpan.FromSeconds(13));
        await _deployment.WhenTradedAsync(2, Patience, CancellationToken.None);
        zombie.Continue();
        await JudgeAsync();
        if (zombie.ProcessId == process && !await zombie.EndsWithinAsync(TimeSpan.FromSeconds(15), CancellationToken.None))
            await zombie.KillAsync();
        await JudgeAsync();
    }

    [Fact]
    public async Task F3_A_cluster_whose_nodes_hear_each_other_now_and_then_goes_on()
    {
        foreach (var (inwards, outwards) in new[] { (true, true), (false, false), (true, false), (false, false), (false, true) })
        {
            _deployment.Part(1, inwards, outwards);
            await Task.Delay(TimeSpan.FromSeconds(1.5));
        }
        await JudgeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task F4_Nodes_that_do_not_reach_the_database_send_nothing(bool silently)
    {
        foreach (var node in _deployment.Nodes)
            node.Setup.Database.Set(silently ? Weather.Cut : Weather.Down);

        // What was licensed before the cut may still be on its way.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var before = (await _deployment.Venue.ReceivedAsync()).Count;
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.Equal(before, (await _deployment.Venue.ReceivedAsync()).Count);
        await JudgeAsync();
    }

    [Fact]
    public async Task F5_Nodes_that_do_not_reach_the_exchange_go_on_when_they_do()
    {
        foreach (var node in _deployment.Nodes)
            node.Setup.Exchange.Set(Weather.Down);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var before = (await _deployment.Venue.ReceivedAsync()).Count;
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.Equal(before, (await _deployment.Venue.ReceivedAsync()).Count);
        await JudgeAsync();
    }

    [Fact]
    public async Task F6_Slow_links_slow_trading_down_and_do_nothing_else()
    {
        _deployment.Nodes[0].Setup.Exchange.Set(new Weather(Latency: TimeSpan.FromMilliseconds(300)));
        _deployment.Nodes[1].Setup.Database.Set(new Weather(Latency: TimeSpan.FromMilliseconds(50)));
        await _deployment.WhenTradedAsync(2, Patience, CancellationToken.None);
        await JudgeAsync();
    }

    [Theory]
    [InlineData("Immediate")]
    [InlineData("Postmaster")]
    [InlineData("Session")]
    public async Task F7_A_database_that_crashes_keeps_what_it_acknowledged(string how)
    {
        await _deployment.Postgres.CrashAsync(Enum.Parse<PostgresCrash>(how));
        await JudgeAsync();
    }

    [Fact]
    public async Task F8_A_write_whose_answer_did_not_come_is_found_out_about_and_not_repeated()
    {
        // Longer than the journal's breaker waits: the actor is told that the write failed, and the row may be there.
        Assert.True(await _deployment.Postgres.StallAsync(TimeSpan.FromSeconds(12), CancellationToken.None) > 0);
        await JudgeAsync();
    }

    [Fact]
    public async Task F10_Without_sessions_and_with_a_locked_journal_the_bot_waits_and_goes_on()
    {
        await using (var connection = new NpgsqlConnection(_deployment.Postgres.AdminConnection))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var locking = new NpgsqlCommand("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE", connection))
                await locking.ExecuteNonQueryAsync();
            await Task.Delay(TimeSpan.FromSeconds(4));
        }
        await _deployment.Postgres.ExecuteAsync("ALTER ROLE bot_app_login CONNECTION LIMIT 1");
        await _deployment.Postgres.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bot_app_login'");
        await Task.Delay(TimeSpan.FromSeconds(4));
        await _deployment.Postgres.ExecuteAsync("ALTER ROLE bot_app_login CONNECTION LIMIT -1");
        await JudgeAsync();
    }

    [Theory]
    [InlineData("Silence")]
    [InlineData("Reset")]
    public async Task F12_Orders_whose_acceptance_was_lost_on_the_way_are_found_and_not_sent_again(string fate)
    {
        foreach (var node in _deployment.Nodes)
            node.Setup.Exchange.LoseAnswers("POST /api/v1/hf/orders ", Enum.Parse<AnswerFate>(fate));
        var lost = Lost();
        await Waiting.UntilAsync(() => Task.FromResult(Lost() > lost + 1), Patience, () => "no order was sent");
        await JudgeAsync();

        int Lost() => _deployment.Nodes.Sum(n => n.Setup.Exchange.Lost);
    }

    [Fact]
    public async Task F13_Orders_that_were_held_on_the_way_for_longer_than_they_are_valid_are_refused()
    {
        foreach (var node in _deployment.Nodes)
            node.Setup.Exchange.Set(new Weather(HoldsRequests: true));
        await Task.Delay(TimeSpan.FromSeconds(8));
        await JudgeAsync();
    }

    [Fact]
    public async Task F20_Wall_clocks_that_step_by_seconds_and_hours_do_no_harm()
    {
        foreach (var error in new[] { TimeSpan.FromSeconds(10), TimeSpan.FromHours(-1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(-10) })
        {
            await _deployment.Nodes[0].SetClockAsync(error);
            await Task.Delay(TimeSpan.FromSeconds(1.5));
        }
        await JudgeAsync();
    }

    [Fact]
    public async Task F27_A_cluster_that_was_lost_as_a_whole_goes_on_where_it_was()
    {
        await Task.WhenAll(_deployment.Nodes.Select(n => n.KillAsync(staysDown: true)));
        await JudgeAsync();
    }

    private async Task JudgeAsync()
    {
        await _deployment.HealAsync();
        var recovered = await _deployment.WhenTradedAsync(2, Patience, CancellationToken.None);
        var check = await _deployment.CheckAsync(settleSeconds: 90);
        var acknowledged = await AcknowledgedRows.CompareAsync(
            _deployment.Witnesses(ChaosHooks.AcknowledgedFile), _deployment.Postgres.Reader);
        output.WriteLine(
            $"traded again after {recovered.TotalSeconds:0.0} s; {check.Orders} orders, {check.Fills} fills, {acknowledged.Acknowledged} rows acknowledged, {acknowledged.Lost.Count} lost, "
            + $"{check.Violations.Count} violations of {string.Join(' ', check.Checked)}");
        Assert.Empty(check.Violations.Select(v => $"{v.Invariant} {v.Subject}: {v.What}"));
        Assert.Empty(acknowledged.Lost);
        Assert.True(acknowledged.Acknowledged > 0, "the witness has seen nothing");
    }
}
