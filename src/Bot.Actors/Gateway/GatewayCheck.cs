using Bot.Actors.Controls;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Exchange.Books;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Gateway;

/// <summary>
/// The last line of the risk controls (RELIABILITY.md §6): the same check as the pair's, with this node's own counters, the order book, and
/// the kill switch read anew from file and row. What it refuses was never sent. Nothing is looked up for a sell that reduces a position.
/// </summary>
internal sealed class GatewayCheck
{
    private readonly NodeServices _services;
    private readonly NodeControls _controls;
    private readonly Lock _lock = new();
    private readonly EventWindow _entries = new(1_024);
    private readonly Dictionary<Symbol, List<(long AtMs, decimal Size)>> _recent = [];
    private readonly Dictionary<Symbol, int> _working = [];

    public GatewayCheck(NodeServices services) => (_services, _controls) = (services, services.Controls);

    /// <summary>The code of a refusal, beside the exchange's own.</summary>
    public const string Code = "control";

    /// <summary>Whether the node has controls at all.</summary>
    public bool IsOn => _controls.Settings is not null;

    /// <summary>
    /// The order book that an entry is compared with (C3); null when none is asked. It waits for the exchange, so the caller holds no unit
    /// of work of its own here (docs/lockstep.md).
    /// </summary>
    public async Task<Answer<BookSnapshot>?> BookAsync(GatewayRequest.Place place, CancellationToken cancel) =>
        place.Leg == IntentLeg.Entry && _services.Books is { } books
            ? await books.GetOrderBookAsync(place.Order.Spec.Symbol, BookDepth.Best100, RequestLane.Entry, cancel).ConfigureAwait(false)
            : null;

    /// <summary>Why the order must not be sent; null when it may, and then it is counted as under way.</summary>
    public async Task<string?> RefusalAsync(GatewayRequest.Place place, Answer<BookSnapshot>? book, CancellationToken cancel)
    {
        var settings = _controls.Settings!;
        var spec = place.Order.Spec;
        var order = ControlOrder.Of(spec, place.Leg);
        var rules = _controls.RulesOf(spec.Symbol);
        if (order.Reduces)
            return Counted(PreTrade.Check(order, default, rules, settings, _controls.Limits).Reason, spec.Symbol);

        var word = await SwitchAsync(spec.Symbol, place.Intent?.Strategy ?? _services.Settings.Strategy, cancel).ConfigureAwait(false);
        if (book is { Failure: { } failure })
            return Counted($"BOOK_UNKNOWN control=C3 because={failure.Kind} code={failure.Code}", spec.Symbol);
        var now = _services.ExchangeNowMs();
        var node = _controls.Conditions(now);
        lock (_lock)
        {
            var facts = new PreTradeFacts
            {
                NowMs = now,
                Mode = word?.Mode ?? TradingMode.Active,
                ModeReason = word?.Reason,
                Breaker = node.Breaker,
                BreakerReason = node.BreakerReason,
                ExchangeOpen = node.ExchangeOpen,
                StreamSilentMs = node.StreamSilentMs,
                ClockErrorMs = node.ClockErrorMs,
                Equity = place.Intent?.Risk?.Equity,
                Available = place.Intent?.Risk?.Available,
                Exposure = place.Intent?.Risk?.Exposure,
                StopPrice = place.Intent?.Plan?.StopPrice,
                TakerFee = place.Intent?.Facts?.TakerFee ?? 0,
                BookAgeMs = book is null ? null : Math.Max(0, now - book.IssuedAtMs),
                Depth = book is null ? null : Depth(book.Required, order.Side, settings.BookDistance),
                Bid = book is { Value.Bids: [var bid, ..] } ? bid.Price : null,
                Ask = book is { Value.Asks: [var ask, ..] } ? ask.Price : null,
                EntriesOfPair = _working.GetValueOrDefault(spec.Symbol),
                TwinAgeMs = TwinAgeMs(spec, now, settings),
                EntriesInSecond = _entries.UpTo(now, 1_000),
                EntriesInMinute = _entries.UpTo(now, 60_000),
            };
            var refusal = PreTrade.Check(order, facts, rules, settings, _controls.Limits).Reason;
            if (refusal is null)
                Remember(spec, now);
            return Counted(refusal, spec.Symbol);
        }
    }

    /// <summary>An order that was let pass is answered.</summary>
    public void Answered(GatewayRequest.Place place, OrderInput.SubmitAnswered answer)
    {
        if (!IsOn)
            return;
        if (place.Leg == IntentLeg.Entry)
        {
            lock (_lock)
                _working[place.Order.Spec.Symbol] = Math.Max(0, _working.GetValueOrDefault(place.Order.Spec.Symbol) - 1);
        }
        var now = _services.ExchangeNowMs();
        if (answer.Outcome == SubmitOutcome.Refused)
            _controls.Note((b, c) => b.Rejected(now, c));
        else if (answer.Outcome == SubmitOutcome.Doubt)
            _controls.Note((b, c) => b.Doubted(now, c));
    }

    /// <summary>A request of any kind came to its end (C27).</summary>
    public void Ended(OrderInput reply)
    {
        if (!IsOn)
            return;
        var now = _services.ExchangeNowMs();
        var failed = reply is OrderInput.LookFailed or OrderInput.SubmitAnswered { Outcome: SubmitOutcome.Doubt };
        _controls.Note((b, _) => b.Ended(now, failed ? RequestResult.Failed : RequestResult.Answered));
    }

    /// <summary>The strictest word of file, row and what was last heard. What cannot be read counts as halted: an entry can wait.</summary>
    private async Task<SwitchEntry?> SwitchAsync(Symbol symbol, string strategy, CancellationToken cancel)
    {
        var account = _services.Settings.Account;
        var board = _controls.Board;
        if (_controls.File is { } file)
            board = board.With(file.Read(account));
        var word = board.Strictest(symbol, strategy);
        if (word is { Mode: TradingMode.Halted })
            return word;
        try
        {
            var rows = await KillSwitchRows.ReadAsync(_services.Database, account, cancel).ConfigureAwait(false);
            return rows.With(board).Strictest(symbol, strategy);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new SwitchEntry(SwitchEntry.Everything, TradingMode.Halted, $"the rows cannot be read: {e.GetType().Name}", "gateway");
        }
    }

    /// <summary>Base quantity that an order of this side would find within a distance from the mid price.</summary>
    internal static decimal Depth(BookSnapshot book, Side side, decimal distance)
    {
        if (book is not { Bids: [var bid, ..], Asks: [var ask, ..] })
            return 0;
        var mid = (bid.Price + ask.Price) / 2;
        var sum = 0m;
        foreach (var level in side == Side.Buy ? book.Asks : book.Bids)
        {
            if (Math.Abs(level.Price - mid) > mid * distance)
                break;
            sum += level.Size;
        }
        return sum;
    }

    private long? TwinAgeMs(OrderSpec spec, long now, ControlSettings settings)
    {
        long? age = null;
        foreach (var (at, size) in _recent.GetValueOrDefault(spec.Symbol) ?? [])
        {
            if (Math.Abs(size - spec.Size) <= settings.DuplicateTolerance * spec.Size)
                age = Math.Min(age ?? long.MaxValue, now - at);
        }
        return age;
    }

    private void Remember(OrderSpec spec, long now)
    {
        _entries.Add(now);
        _working[spec.Symbol] = _working.GetValueOrDefault(spec.Symbol) + 1;
        if (!_recent.TryGetValue(spec.Symbol, out var recent))
            _recent[spec.Symbol] = recent = [];
        if (recent.Count == 16)
            recent.RemoveAt(0);
        recent.Add((now, spec.Size));
    }

    private string? Counted(string? refusal, Symbol symbol)
    {
        if (refusal is not null)
            _controls.Trips.Add(refusal, symbol);
        return refusal;
    }
}
