using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Push;

/// <summary>A topic that a client named.</summary>
/// <param name="Topic">What it subscribes to.</param>
/// <param name="Pair">The pair; null for topics of no pair.</param>
internal readonly record struct NamedTopic(Topic Topic, PairMarket? Pair);

/// <summary>Why a topic cannot be had.</summary>
/// <param name="Code">The exchange's code.</param>
/// <param name="Text">The exchange's text.</param>
internal sealed record TopicFault(int Code, string Text);

/// <summary>Finds what a client's topic text means. Used under the floor's gate.</summary>
internal sealed class TopicDirectory(TradingFloor floor)
{
    private const int MaxNames = 100;

    /// <summary>The topics that a text names.</summary>
    /// <param name="text">A topic with one or more pairs.</param>
    /// <param name="account">Whose connection it is; null for a public one.</param>
    /// <param name="topics">Takes the topics.</param>
    /// <returns>What is wrong; null when every topic was found.</returns>
    public TopicFault? Find(string text, Account? account, List<NamedTopic> topics)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return FindPrivate(text, account, topics);
        var kind = text[..colon];
        var names = text[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MaxNames)
            return new TopicFault(509, "exceed max subscription count limitation of 100 per time");
        if (kind == "/market/ticker" && names is ["all"])
        {
            topics.Add(new NamedTopic(floor.MarketFeed.AllTickers, null));
            return null;
        }
        foreach (var name in names)
        {
            if (FindPublic(kind, name) is not { } topic)
                return new TopicFault(404, $"topic {text} is not found");
            topics.Add(topic);
        }
        return names.Length > 0 ? null : new TopicFault(400, $"topic {text} is invalid");
    }

    private static TopicFault? FindPrivate(string text, Account? account, List<NamedTopic> topics)
    {
        if (text is not ("/spotMarket/tradeOrders" or "/spotMarket/tradeOrdersV2" or "/account/balance" or "/spotMarket/advancedOrders"))
            return new TopicFault(404, $"topic {text} is not found");
        if (account is null)
            return new TopicFault(403, "login is required");
        topics.Add(new NamedTopic(text switch
        {
            "/spotMarket/tradeOrders" => account.Topics.Orders,
            "/spotMarket/tradeOrdersV2" => account.Topics.OrdersV2,
            "/account/balance" => account.Topics.Balance,
            _ => account.Topics.StopOrders,
        }, null));
        return null;
    }

    private NamedTopic? FindPublic(string kind, string name)
    {
        if (kind == "/market/candles")
            return FindCandles(name);
        if (kind == "/market/snapshot" && floor.MarketFeed.MarketSnapshots.TryGetValue(name, out var market))
            return new NamedTopic(market, null);
        if (floor.Pair(name) is not { } pair)
            return null;
        Topic? topic = kind switch
        {
            "/market/ticker" => pair.Topics.Ticker,
            "/market/match" => pair.Topics.Match,
            "/market/level2" => pair.Topics.Level2,
            "/market/snapshot" => pair.Topics.Snapshot,
            "/callauction/callauctionData" => pair.Topics.Auction,
            "/callauction/level2Depth50" => pair.Topics.AuctionDepth,
            "/spotMarket/level1" => pair.Topics.Level1,
            "/spotMarket/level2Depth5" => pair.Topics.Depth5,
            "/spotMarket/level2Depth50" => pair.Topics.Depth50,
            _ => null,
        };
        return topic is null ? null : new NamedTopic(topic, pair);
    }

    private NamedTopic? FindCandles(string name)
    {
        var line = name.LastIndexOf('_');
        if (line < 0 || floor.Pair(name[..line]) is not { } pair)
            return null;
        return CandleInterval.All.FirstOrDefault(i => i.Name == name[(line + 1)..]) is { } interval
            ? new NamedTopic(pair.Topics.Candle(interval, pair, floor.NowMs), pair)
            : null;
    }
}
