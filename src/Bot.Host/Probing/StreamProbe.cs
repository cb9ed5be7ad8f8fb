using System.Globalization;
using Bot.Exchange;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Streams;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Host.Probing;

/// <summary>Opens push connections and waits for what must come.</summary>
internal static class StreamProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A public connection: welcome, acknowledgement, first price.</summary>
    public static async Task<string> PublicAsync(KucoinExchange exchange, CancellationToken cancel)
    {
        var listener = new Listener();
        await using var stream = exchange.OpenMarketStream(listener);
        stream.SubscribeTickers([ExchangeProbe.Probed]);
        await WaitAsync(listener.Connected, "no connection with an acknowledged subscription", cancel).ConfigureAwait(false);
        var at = TimeProvider.System.GetTimestamp();
        var ticker = await WaitAsync(listener.FirstTicker, "no price was pushed", cancel).ConfigureAwait(false);
        var waitMs = (long)TimeProvider.System.GetElapsedTime(at).TotalMilliseconds;
        if (((KucoinMarketStream)stream).MalformedFrames is > 0 and var malformed)
            throw new ProbeFault(Text($"{malformed} frames could not be read"));
        var ageMs = exchange.Clock.NowMs - ticker.TimeMs;
        return Math.Abs(ageMs) < 3_600_000
            ? Text($"the first price came {waitMs} ms after the acknowledgement")
            : throw new ProbeFault(Text($"the time of a pushed price is {ageMs} ms off: another unit than assumed"));
    }

    /// <summary>A private connection: the orders' and the balances' topics are acknowledged.</summary>
    public static async Task<string> PrivateAsync(KucoinExchange exchange, CancellationToken cancel)
    {
        var listener = new Listener();
        await using var stream = exchange.OpenAccountStream(listener);
        await WaitAsync(listener.Connected, "no connection with acknowledged subscriptions", cancel).ConfigureAwait(false);
        return "own orders and balances are acknowledged";
    }

    /// <summary>A snapshot and the changes that are pushed have one sequence: some of them follow it without a gap.</summary>
    public static async Task<string> BookAsync(KucoinExchange exchange, CancellationToken cancel)
    {
        var listener = new BookListener();
        await using var stream = exchange.OpenBookStream(listener);
        stream.Subscribe([ExchangeProbe.Probed]);
        await WaitAsync(listener.Followed, Text($"no book that {BookListener.Enough} changes followed"), cancel).ConfigureAwait(false);
        if (listener.Fault is { } fault)
            throw new ProbeFault(fault);
        return Text($"{BookListener.Enough} changes followed a snapshot of {listener.Levels} levels; {listener.Lost} times a change was missed");
    }

    private static async Task<T> WaitAsync<T>(Task<T> happened, string otherwise, CancellationToken cancel)
    {
        try
        {
            return await happened.WaitAsync(Patience, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ProbeFault(Text($"{otherwise} within {Patience.TotalSeconds} s"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class BookListener : IBookStreamListener
    {
        public const int Enough = 3;

        private readonly TaskCompletionSource<bool> _followed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _changes = -1;

        public Task<bool> Followed => _followed.Task;

        public int Levels { get; private set; }

        public int Lost { get; private set; }

        public string? Fault { get; private set; }

        public void OnBook(OrderBook book)
        {
            var copy = book.Copy();
            Fault ??= DetailQuestions.Fault(copy);
            Levels = copy.Bids.Count + copy.Asks.Count;
            if (++_changes >= Enough)
                _followed.TrySetResult(true);
        }

        public void OnBookLost(Symbol symbol, string reason)
        {
            Lost++;
            _changes = -1;
        }

        public void OnConnected()
        {
            // The book follows.
        }

        public void OnDisconnected(string reason) => _changes = -1;
    }

    private sealed class Listener : IMarketStreamListener, IAccountStreamListener
    {
        private readonly TaskCompletionSource<bool> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Ticker> _ticker = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Connected => _connected.Task;

        public Task<Ticker> FirstTicker => _ticker.Task;

        public void OnTicker(in Ticker ticker) => _ticker.TrySetResult(ticker);

        public void OnConnected() => _connected.TrySetResult(true);

        public void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs)
        {
            // Not asked for.
        }

        public void OnOrderUpdate(OrderUpdate update)
        {
            // Whatever the account does meanwhile is none of the probe's business.
        }

        public void OnBalance(Balance balance, long eventTimeMs)
        {
            // As above.
        }

        public void OnDisconnected(string reason)
        {
            // The stream tries again; the probe's patience decides.
        }
    }
}
