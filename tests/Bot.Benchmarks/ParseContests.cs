using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Trading.Market;

namespace Bot.Benchmarks;

/// <summary>
/// The production readers against the generated serializer of System.Text.Json, both from the same bytes to the same fields. The readers
/// do more: they know symbols, take null, "" and missing for nothing, numbers with and without quotes, times of any unit, and refuse what
/// follows an answer.
/// </summary>
internal static class ParseContests
{
    /// <summary>Every parse contest.</summary>
    /// <param name="symbols">Rows of the allTickers answer.</param>
    public static IReadOnlyList<Contest> All(int symbols) => [Tickers(symbols), Ticker(), Level2(), Order()];

    private static Contest Tickers(int symbols)
    {
        var body = Inputs.AllTickers(symbols);
        var options = BareJson.Default.BareTickersAnswer;
        return new Contest(
            $"allTickers, {symbols} symbols",
            () => Envelope.Read(body, MarketReaders.AllTickers),
            () => JsonSerializer.Deserialize(body, options),
            () => Same(
                Envelope.Read(body, MarketReaders.AllTickers).Data!.Select(r => Text(
                    r.Ticker.Symbol, r.Ticker.TimeMs, r.Ticker.Last, r.Ticker.BestBid, r.Ticker.BestBidSize, r.Ticker.BestAsk,
                    r.Ticker.BestAskSize, r.QuoteVolume24h, r.ChangeRate24h)),
                Rows(JsonSerializer.Deserialize(body, options)!.Data)));

        static IEnumerable<string> Rows(BareTickers data) => data.Ticker.Select(r => Text(
            r.Symbol, data.Time, r.Last, r.Buy, r.BestBidSize, r.Sell, r.BestAskSize, r.VolValue, r.ChangeRate));
    }

    private static Contest Ticker()
    {
        var frame = Inputs.Ticker();
        var names = new TopicNames();
        var options = BareJson.Default.BareFrameBareTicker;
        return new Contest(
            "push of a ticker", () => Read(), () => JsonSerializer.Deserialize(frame, options),
            () =>
            {
                var (ours, bare) = (Read(), JsonSerializer.Deserialize(frame, options)!);
                var d = bare.Data;
                Same(
                    [Text(ours.Symbol, ours.TimeMs, ours.Last, ours.BestBid, ours.BestBidSize, ours.BestAsk, ours.BestAskSize)],
                    [Text(SymbolOf(bare.Topic), d.Time, d.Price, d.BestBid, d.BestBidSize, d.BestAsk, d.BestAskSize)]);
            });

        Ticker Read()
        {
            var read = PushFrame.Read(frame);
            return PushReaders.Ticker(read.Data, names.Symbol(read.Topic["/market/ticker:"u8.Length..]), 0);
        }
    }

    private static Contest Level2()
    {
        var frame = Inputs.Level2(changes: 5);
        var names = new TopicNames();
        var options = BareJson.Default.BareFrameBareDelta;
        return new Contest(
            "push of a book's change, 10 levels", () => Read(), () => JsonSerializer.Deserialize(frame, options),
            () =>
            {
                var (ours, bare) = (Read(), JsonSerializer.Deserialize(frame, options)!);
                Same(
                    [Text(ours.Symbol, ours.FirstSequence, ours.LastSequence), .. ours.Bids.Concat(ours.Asks).Select(c => Text(c.Price, c.Size, c.Sequence))],
                    [
                        Text(SymbolOf(bare.Topic), bare.Data.SequenceStart, bare.Data.SequenceEnd),
                        .. bare.Data.Changes.Bids.Concat(bare.Data.Changes.Asks).Select(c => Text(c[0], c[1], c[2])),
                    ]);
            });

        BookDelta Read()
        {
            var read = PushFrame.Read(frame);
            return BookReaders.Delta(read.Data, names.Symbol(read.Topic["/market/level2:"u8.Length..]));
        }
    }

    private static Contest Order()
    {
        var frame = Inputs.Order();
        var options = BareJson.Default.BareFrameBareOrder;
        return new Contest(
            "push of an order's fill", () => PushReaders.OrderUpdate(PushFrame.Read(frame).Data),
            () => JsonSerializer.Deserialize(frame, options),
            () =>
            {
                var (ours, bare) = (PushReaders.OrderUpdate(PushFrame.Read(frame).Data)!, JsonSerializer.Deserialize(frame, options)!.Data);
                var fill = ours.Fill!;
                Same(
                    [
                        Text(
                            ours.Symbol, ours.Kind.ToString().ToLowerInvariant(), fill.Side.ToString().ToLowerInvariant(), ours.OrderId,
                            ours.ClientOrderId, ours.FilledSize, fill.Price, fill.Size, fill.Maker == true ? "maker" : "taker",
                            fill.TradeId, ours.TimeMs),
                    ],
                    [
                        Text(
                            bare.Symbol, bare.Type, bare.Side, bare.OrderId, bare.ClientOid, bare.FilledSize, bare.MatchPrice, bare.MatchSize,
                            bare.Liquidity, bare.TradeId, bare.Ts / 1_000_000),
                    ]);
            });
    }

    private static string SymbolOf(string topic) => topic[(topic.IndexOf(':', StringComparison.Ordinal) + 1)..];

    // Decimals are compared as numbers: their trailing zeros may differ.
    private static string Text(params object?[] values) => string.Join(' ', values.Select(v => v switch
    {
        null => "nothing",
        decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{v}"),
    }));

    private static void Same(IEnumerable<string> ours, IEnumerable<string> bare)
    {
        foreach (var (left, right) in ours.Zip(bare, (l, r) => (l, r)))
            if (left != right)
                throw new InvalidOperationException($"The two sides read different values: {left} and {right}.");
        if (ours.Count() != bare.Count())
            throw new InvalidOperationException("The two sides read different numbers of rows.");
    }
}
