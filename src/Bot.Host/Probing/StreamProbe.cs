using System.Globalization;
using Bot.Exchange;
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
