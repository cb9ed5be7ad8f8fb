using Bot.Exchange.Kucoin;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>More topics than one connection, and more changes than one window, may carry.</summary>
public sealed class ManyTopicsTests
{
    private static readonly Symbol[] Pairs = [.. Enumerable.Range(0, 500).Select(i => Symbol.Parse($"C{i:000}-USDT"))];

    private readonly MarketListener _listener = new();

    [Fact]
    public async Task Topics_over_the_limit_of_one_connection_go_to_a_second_one_and_the_two_are_one_to_the_listener()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server, new KucoinStreamOptions { TopicsPerConnection = 300, ReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(1) });
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers(Pairs);

        var sessions = new[] { await server.NextAsync(), await server.NextAsync() };
        foreach (var session in sessions)
            await session.WelcomeAsync();
        var topics = new List<string>[] { [], [] };
        topics[0].AddRange(Symbols(await sessions[0].AckNextAsync()).Concat(Symbols(await sessions[0].AckNextAsync())));
        topics[1].AddRange(Symbols(await sessions[1].AckNextAsync()).Concat(Symbols(await sessions[1].AckNextAsync())));
        var first = Array.FindIndex(topics, t => t.Contains("C000-USDT"));
        topics[first].AddRange(Symbols(await sessions[first].AckNextAsync()));
        Assert.Equal("connected", await _listener.NextAsync());
        Assert.True(stream.IsConnected);
        Assert.Equal([300, 200], [topics[first].Count, topics[1 - first].Count]);
        Assert.Equal(Pairs.Select(p => p.Text), topics[0].Concat(topics[1]).Order(StringComparer.Ordinal));

        foreach (var session in sessions)
            await session.TickerAsync("C000-USDT", 1729757723612);
        Assert.IsType<Ticker>(await _listener.NextAsync());
        Assert.IsType<Ticker>(await _listener.NextAsync());

        // One of the two is enough to be cut off, and both are needed to be whole again.
        sessions[1 - first].Abort();
        Assert.StartsWith("disconnected: ", Assert.IsType<string>(await _listener.NextAsync()), StringComparison.Ordinal);
        Assert.False(stream.IsConnected);
        var again = await server.NextSubscribedAsync(2);
        Assert.Equal("connected", await _listener.NextAsync());

        // Room that was given back is used again.
        stream.UnsubscribeTickers([Pairs[0]]);
        Assert.Equal("/market/ticker:C000-USDT", await sessions[first].AckNextAsync());
        stream.SubscribeTickers([Symbol.Parse("NEW-USDT")]);
        Assert.Equal("/market/ticker:NEW-USDT", await sessions[first].AckNextAsync());
        Assert.True(again.HeardNothing);
    }

    [Fact]
    public async Task Hundreds_of_single_changes_are_few_messages_and_none_is_lost()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server, new KucoinStreamOptions { TopicsPerConnection = 400 });
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());

        foreach (var pair in Pairs.Take(300))
            stream.SubscribeTickers([pair]);
        foreach (var pair in Pairs.Take(50))
            stream.UnsubscribeTickers([pair]);
        var held = new SortedSet<string>(StringComparer.Ordinal);
        var messages = 0;
        while (!held.SetEquals(Pairs.Skip(50).Take(250).Select(p => p.Text)))
        {
            var message = await session.ReadAsync();
            messages++;
            var symbols = Symbols(message.GetProperty("topic").GetString()!);
            if (message.GetProperty("type").GetString() == "subscribe")
                held.UnionWith(symbols);
            else
                held.ExceptWith(symbols);
            await session.SendAsync($$"""{"id":"{{message.GetProperty("id").GetString()}}","type":"ack"}""");
        }
        Assert.True(messages < 90, $"{messages} messages");
    }

    private static string[] Symbols(string topic) => topic["/market/ticker:".Length..].Split(',');

    private static KucoinExchange Client(PushServer server, KucoinStreamOptions streams) =>
        new(TestClient.Options(server.Address) with { Streams = streams }, TestClient.Credentials(), new KucoinRuntime());
}
