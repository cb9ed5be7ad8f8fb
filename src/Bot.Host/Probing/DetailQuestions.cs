using System.Globalization;
using Bot.Exchange;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;

namespace Bot.Host.Probing;

/// <summary>Questions about what the client can do beyond what every trade needs: books, trades, stop orders, the dead man's switch.</summary>
/// <param name="exchange">Asked; with stop orders switched on.</param>
internal sealed class DetailQuestions(KucoinExchange exchange)
{
    /// <summary>Whether the exchange as a whole takes orders, in a word that the client knows.</summary>
    public async Task<string> StatusAsync(CancellationToken cancel)
    {
        var status = (await exchange.GetServiceStatusAsync(cancel).ConfigureAwait(false)).Required;
        return status.Message is { } message ? $"{status.State}: {message}" : $"{status.State}";
    }

    /// <summary>The last trades: their numbers rise with their times, or the client would put them into another order than they had.</summary>
    public async Task<string> TradesAsync(CancellationToken cancel)
    {
        var trades = (await exchange.GetTradesAsync(ExchangeProbe.Probed, cancel).ConfigureAwait(false)).Required;
        if (trades.Zip(trades.Skip(1), (one, next) => next.TimeMs < one.TimeMs).Any(isBack => isBack))
            throw new ProbeFault("the sequence of the trades is not the order of their times");
        return trades.Count == 0
            ? "no trade is told: not settled"
            : Text($"{trades.Count} trades of the last {(exchange.Clock.NowMs - trades[0].TimeMs) / 1000} s, in order");
    }

    /// <summary>The two public depths tell one book: sorted, not crossed, numbered by one sequence.</summary>
    public async Task<string> BooksAsync(CancellationToken cancel)
    {
        var small = (await exchange.GetOrderBookAsync(ExchangeProbe.Probed, BookDepth.Best20, cancel: cancel).ConfigureAwait(false)).Required;
        var large = (await exchange.GetOrderBookAsync(ExchangeProbe.Probed, BookDepth.Best100, cancel: cancel).ConfigureAwait(false)).Required;
        foreach (var book in (BookSnapshot[])[small, large])
            if (Fault(book) is { } fault)
                throw new ProbeFault(fault);
        return large.Sequence < small.Sequence
            ? throw new ProbeFault(Text($"the later book has the smaller sequence: {large.Sequence} after {small.Sequence}"))
            : Text($"{small.Bids.Count} and {large.Bids.Count} levels, sequence {small.Sequence} and {large.Sequence - small.Sequence} changes later");
    }

    /// <summary>Whether stop orders can be listed still: the exchange marks parts of their interface as deprecated.</summary>
    public async Task<string> StopOrdersAsync(CancellationToken cancel)
    {
        var answer = await exchange.StopOrders!.GetStopOrdersAsync(ExchangeProbe.Probed, cancel: cancel).ConfigureAwait(false);
        return answer.Failure is { } failure
            ? throw new ProbeFault($"stop orders must not be used here, for they cannot be listed: {failure}")
            : Text($"alive; {answer.Required.Count} of {ExchangeProbe.Probed} wait for their price");
    }

    /// <summary>How the exchange tells that no dead man's switch is set.</summary>
    public async Task<string> DeadManSwitchAsync(CancellationToken cancel)
    {
        var answer = await exchange.GetDeadManSwitchAsync(cancel).ConfigureAwait(false);
        return answer.Failure switch
        {
            { Kind: FailureKind.NotFound } none => $"none is set, told as {none.Code}",
            { } other => throw new ProbeFault($"that none is set is told as something else: {other}"),
            null => Text($"one is set, of {answer.Required.TimeoutSeconds} s: orders of the account may be cancelled by it"),
        };
    }

    /// <summary>Says what is wrong with a book; null when nothing is.</summary>
    internal static string? Fault(BookSnapshot book)
    {
        if (book.Bids.Count == 0 || book.Asks.Count == 0)
            return "a side of the book is empty";
        if (book.Bids[0].Price >= book.Asks[0].Price)
            return Text($"the book is crossed: {book.Bids[0].Price} and {book.Asks[0].Price}");
        return book.Bids.Zip(book.Bids.Skip(1), (better, worse) => better.Price > worse.Price).All(isSorted => isSorted)
            && book.Asks.Zip(book.Asks.Skip(1), (better, worse) => better.Price < worse.Price).All(isSorted => isSorted)
                ? null
                : "the levels are not in the order of their prices";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
