using System.Text.Json;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Push;

/// <summary>Builds and queues the frames of public data; what nobody watches is not built.</summary>
internal sealed class MarketFeed(TradingFloor floor)
{
    private const long SnapshotEveryMs = 2000;
    private const long NsPerMs = 1_000_000;

    private readonly JsonScratch _scratch = new();
    private readonly FrameText _text = new();
    private readonly List<BookChange> _bids = [];
    private readonly List<BookChange> _asks = [];

    /// <summary>Best prices of every pair.</summary>
    public Topic AllTickers { get; } = new("/market/ticker:all", FrameClass.Market);

    /// <summary>24-hour figures of every pair of a market, by the market's name.</summary>
    public IReadOnlyDictionary<string, Topic> MarketSnapshots { get; } =
        Markets.All.ToDictionary(m => m, m => new Topic($"/market/snapshot:{m}", FrameClass.Market));

    /// <summary>A pair traded.</summary>
    public void OnTrade(PairMarket pair, in Trade trade, string takerId, string makerId)
    {
        var topic = pair.Topics.Match;
        if (!topic.IsWatched)
            return;
        topic.Publish(Head(topic, "\",\"type\":\"message\",\"subject\":\"trade.l3match\",\"data\":{\"makerOrderId\":\""u8)
            .Add(makerId).Add("\",\"price\":"u8).Quoted(trade.Price)
            .Add(",\"sequence\":\""u8).Number(trade.Id)
            .Add(trade.TakerSide == Side.Buy ? "\",\"side\":\"buy\",\"size\":"u8 : "\",\"side\":\"sell\",\"size\":"u8).Quoted(trade.Size)
            .Add(",\"symbol\":\""u8).Add(pair.Symbol)
            .Add("\",\"takerOrderId\":\""u8).Add(takerId)
            .Add("\",\"time\":\""u8).Number(floor.NowMs * NsPerMs)
            .Add("\",\"tradeId\":\""u8).Number(trade.Id)
            .End("\",\"type\":\"match\"}}"u8));
    }

    /// <summary>Pushes what changed in a pair during an instant.</summary>
    public void Publish(PairMarket pair)
    {
        var topics = pair.Topics;
        if (topics.Level2.IsWatched)
            PublishBook(pair);
        if (topics.Ticker.IsWatched)
            topics.Ticker.Publish(Ticker(pair, topics.Ticker, "trade.ticker"));
        if (AllTickers.IsWatched)
            AllTickers.Publish(Ticker(pair, AllTickers, pair.Symbol));
        if (topics.Level1.IsWatched && topics.Level1.Look(pair))
            topics.Level1.Publish(Level1(pair));
        if (topics.Depth5.IsWatched && topics.Depth5.Look(pair))
            topics.Depth5.Publish(Depth(topics.Depth5));
        if (topics.Depth50.IsWatched && topics.Depth50.Look(pair))
            topics.Depth50.Publish(Depth(topics.Depth50));
        foreach (var candles in topics.Candles)
        {
            if (!candles.IsDirty)
                continue;
            candles.IsDirty = false;
            if (candles.IsWatched)
                candles.Publish(Candle(pair, candles));
        }
        if (topics.Snapshot.IsWatched && floor.NowMs - topics.SnapshotPushedMs >= SnapshotEveryMs)
        {
            topics.SnapshotPushedMs = floor.NowMs;
            topics.Snapshot.Publish(Snapshot(pair, topics.Snapshot));
        }
        var market = MarketSnapshots[Markets.Of(pair.Rules)];
        if (market.IsWatched && floor.NowMs - topics.MarketSnapshotPushedMs >= SnapshotEveryMs)
        {
            topics.MarketSnapshotPushedMs = floor.NowMs;
            market.Publish(Snapshot(pair, market));
        }
    }

    /// <summary>The frame that a new subscriber gets although nothing changed; null where the exchange sends none.</summary>
    public byte[]? First(PairMarket pair, Topic topic)
    {
        var topics = pair.Topics;
        if (pair.LastPrice is null)
            return null;
        if (topic == topics.Ticker)
            return Ticker(pair, topic, "trade.ticker");
        if (topic == topics.Snapshot)
            return Snapshot(pair, topic);
        if (topic is not DepthTopic depth)
            return null;
        depth.Look(pair);
        return depth == topics.Level1 ? Level1(pair) : Depth(depth);
    }

    private byte[] Ticker(PairMarket pair, Topic topic, string subject)
    {
        var ask = pair.Engine.Best(Side.Sell);
        var bid = pair.Engine.Best(Side.Buy);
        return Head(topic, "\",\"type\":\"message\",\"subject\":\""u8).Add(subject)
            .Add("\",\"data\":{\"bestAsk\":"u8).Quoted(ask?.Price)
            .Add(",\"bestAskSize\":"u8).Quoted(ask?.Size)
            .Add(",\"bestBid\":"u8).Quoted(bid?.Price)
            .Add(",\"bestBidSize\":"u8).Quoted(bid?.Size)
            .Add(",\"price\":"u8).Quoted(pair.LastPrice)
            .Add(",\"sequence\":\""u8).Number(pair.Engine.Sequence)
            .Add("\",\"size\":"u8).Quoted(pair.LastSize)
            .Add(",\"time\":"u8).Number(floor.NowMs)
            .End("}}"u8);
    }

    private byte[] Candle(PairMarket pair, CandleTopic topic)
    {
        var candle = topic.Running.Candle;
        return Head(topic, "\",\"type\":\"message\",\"subject\":\"trade.candles.update\",\"data\":{\"symbol\":\""u8)
            .Add(pair.Symbol)
            .Add("\",\"candles\":[\""u8).Number(candle.OpenTimeMs / 1000)
            .Add("\","u8).Quoted(candle.Open)
            .Add(","u8).Quoted(candle.Close)
            .Add(","u8).Quoted(candle.High)
            .Add(","u8).Quoted(candle.Low)
            .Add(","u8).Quoted(candle.Volume)
            .Add(","u8).Quoted(candle.Turnover ?? 0)
            .Add("],\"time\":"u8).Number(floor.NowMs * NsPerMs)
            .End("}}"u8);
    }

    private byte[] Level1(PairMarket pair)
    {
        var topic = pair.Topics.Level1;
        var writer = BeginMessage(topic.Name, "level1"u8);
        writer.WritePropertyName("asks"u8);
        WriteFirst(writer, topic.Asks);
        writer.WritePropertyName("bids"u8);
        WriteFirst(writer, topic.Bids);
        writer.WriteNumber("timestamp"u8, floor.NowMs);
        return EndMessage();
    }

    private byte[] Depth(DepthTopic topic)
    {
        var writer = BeginMessage(topic.Name, "level2"u8);
        writer.WritePropertyName("asks"u8);
        WriteLevels(writer, topic.Asks);
        writer.WritePropertyName("bids"u8);
        WriteLevels(writer, topic.Bids);
        writer.WriteNumber("timestamp"u8, floor.NowMs);
        return EndMessage();
    }

    private void PublishBook(PairMarket pair)
    {
        var topic = pair.Topics.Level2;
        var start = topic.Sequence + 1;
        topic.Update(pair, _bids, _asks);
        if (topic.Sequence < start)
            return;
        var writer = BeginMessage(topic.Name, "trade.l2update"u8);
        var sequence = start;
        writer.WriteStartObject("changes"u8);
        writer.WritePropertyName("asks"u8);
        WriteChanges(writer, _asks, ref sequence);
        writer.WritePropertyName("bids"u8);
        WriteChanges(writer, _bids, ref sequence);
        writer.WriteEndObject();
        writer.WriteNumber("sequenceEnd"u8, topic.Sequence);
        writer.WriteNumber("sequenceStart"u8, start);
        writer.WriteString("symbol"u8, pair.Symbol);
        writer.WriteNumber("time"u8, floor.NowMs);
        topic.Publish(EndMessage(), c => (c.Account is { } owner ? owner.Faults : floor.PublicFaults)?.Misses(pair.Symbol, start) == true);
    }

    private byte[] Snapshot(PairMarket pair, Topic topic)
    {
        var day = pair.Candles.Day(floor.NowMs);
        var writer = BeginMessage(topic.Name, "trade.snapshot"u8);
        writer.WriteQuoted("sequence"u8, pair.Engine.Sequence);
        writer.WriteStartObject("data"u8);
        writer.WriteBareDecimal("averagePrice"u8, day?.Average ?? 0);
        writer.WriteString("baseCurrency"u8, pair.Rules.BaseCurrency);
        writer.WriteNumber("board"u8, 0);
        WriteBareBest(writer, pair.Engine.Best(Side.Buy), "buy"u8, "bidSize"u8);
        WriteBareBest(writer, pair.Engine.Best(Side.Sell), "sell"u8, "askSize"u8);
        writer.WriteBareDecimal("changePrice"u8, day?.Change ?? 0);
        writer.WriteBareDecimal("changeRate"u8, day?.ChangeRate ?? 0);
        writer.WriteBareDecimal("close"u8, pair.LastPrice ?? 0);
        writer.WriteNumber("datetime"u8, floor.NowMs);
        writer.WriteBareDecimal("high"u8, day?.High ?? 0);
        writer.WriteBareDecimal("lastTradedPrice"u8, pair.LastPrice ?? 0);
        writer.WriteBareDecimal("low"u8, day?.Low ?? 0);
        writer.WriteBareDecimal("makerCoefficient"u8, 1);
        writer.WriteBareDecimal("makerFeeRate"u8, 0.001m);
        writer.WriteBoolean("marginTrade"u8, false);
        writer.WriteNumber("mark"u8, 0);
        writer.WriteString("market"u8, Markets.Of(pair.Rules));
        writer.WriteBareDecimal("open"u8, day?.Open ?? 0);
        writer.WriteString("quoteCurrency"u8, pair.Rules.QuoteCurrency);
        writer.WriteNumber("sort"u8, 100);
        writer.WriteString("symbol"u8, pair.Symbol);
        writer.WriteString("symbolCode"u8, pair.Symbol);
        writer.WriteBareDecimal("takerCoefficient"u8, 1);
        writer.WriteBareDecimal("takerFeeRate"u8, 0.001m);
        writer.WriteBoolean("trading"u8, pair.Rules.EnableTrading);
        writer.WriteBareDecimal("vol"u8, day?.Volume ?? 0);
        writer.WriteBareDecimal("volValue"u8, day?.Turnover ?? 0);
        writer.WriteEndObject();
        return EndMessage();
    }

    private Utf8JsonWriter BeginMessage(string topic, ReadOnlySpan<byte> subject)
    {
        var writer = _scratch.Begin();
        writer.WriteStartObject();
        writer.WriteString("topic"u8, topic);
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("subject"u8, subject);
        writer.WriteStartObject("data"u8);
        return writer;
    }

    private FrameText Head(Topic topic, ReadOnlySpan<byte> next) => _text.Begin("{\"topic\":\""u8).Add(topic.Name).Add(next);

    private byte[] EndMessage()
    {
        var writer = _scratch.Writer;
        writer.WriteEndObject();
        writer.WriteEndObject();
        return _scratch.Finish();
    }

    /// <summary>Writes a candle as the exchange orders its columns: the close before the high.</summary>
    public static void WriteCandle(Utf8JsonWriter writer, in Candle candle)
    {
        writer.WriteStartArray();
        writer.WriteQuotedValue(candle.OpenTimeMs / 1000);
        writer.WriteDecimalValue(candle.Open);
        writer.WriteDecimalValue(candle.Close);
        writer.WriteDecimalValue(candle.High);
        writer.WriteDecimalValue(candle.Low);
        writer.WriteDecimalValue(candle.Volume);
        writer.WriteDecimalValue(candle.Turnover ?? 0);
        writer.WriteEndArray();
    }

    /// <summary>Writes levels as pairs of price and size.</summary>
    public static void WriteLevels(Utf8JsonWriter writer, IReadOnlyList<DepthLevel> levels)
    {
        writer.WriteStartArray();
        foreach (var level in levels)
        {
            writer.WriteStartArray();
            writer.WriteDecimalValue(level.Price);
            writer.WriteDecimalValue(level.Size);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteFirst(Utf8JsonWriter writer, IReadOnlyList<DepthLevel> levels)
    {
        writer.WriteStartArray();
        if (levels.Count > 0)
        {
            writer.WriteDecimalValue(levels[0].Price);
            writer.WriteDecimalValue(levels[0].Size);
        }
        writer.WriteEndArray();
    }

    private static void WriteChanges(Utf8JsonWriter writer, List<BookChange> changes, ref long sequence)
    {
        writer.WriteStartArray();
        foreach (var change in changes)
        {
            writer.WriteStartArray();
            writer.WriteDecimalValue(change.Price);
            writer.WriteDecimalValue(change.Size);
            writer.WriteQuotedValue(sequence++);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteBareBest(Utf8JsonWriter writer, DepthLevel? best, ReadOnlySpan<byte> price, ReadOnlySpan<byte> size)
    {
        writer.WriteBareDecimal(price, best?.Price ?? 0);
        writer.WriteBareDecimal(size, best?.Size ?? 0);
    }
}
