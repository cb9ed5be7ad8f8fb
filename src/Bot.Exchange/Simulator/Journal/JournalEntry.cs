using System.Text.Json.Serialization;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Journal;

/// <summary>First line of a journal.</summary>
/// <param name="Version">Form of the lines behind it.</param>
/// <param name="Id">Name of this account state, made up once; a bot's database is bound to it.</param>
/// <param name="CreatedMs">When it was begun, Unix ms.</param>
internal sealed record JournalHeader(int Version, string Id, long CreatedMs);

/// <summary>
/// Everything that one instant changed, a line of the journal. Of orders, stop orders, balances and switches it holds the whole state
/// after the change, so the last line that names one tells all of it; executions are told once.
/// </summary>
internal sealed record JournalEntry
{
    /// <summary>Counts the lines, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>Market time, Unix ms.</summary>
    public required long TimeMs { get; init; }

    /// <summary>True on the first line of a run.</summary>
    public bool Begins { get; init; }

    /// <summary>Rules of pairs that were not told of, or have changed.</summary>
    public IReadOnlyList<JournalPair>? Pairs { get; init; }

    /// <summary>Changed orders.</summary>
    public IReadOnlyList<JournalOrder>? Orders { get; init; }

    /// <summary>New executions.</summary>
    public IReadOnlyList<JournalFill>? Fills { get; init; }

    /// <summary>Changed stop orders.</summary>
    public IReadOnlyList<JournalStop>? Stops { get; init; }

    /// <summary>Balances of the currencies that were touched.</summary>
    public IReadOnlyList<JournalBalance>? Balances { get; init; }

    /// <summary>Dead man's switches that were set, put off, switched off or fired.</summary>
    public IReadOnlyList<JournalSwitch>? Switches { get; init; }
}

/// <summary>A pair's rules, for the time when the exchange lists it no more.</summary>
internal sealed record JournalPair(
    string Symbol, string BaseCurrency, string QuoteCurrency, string FeeCurrency, decimal BaseIncrement, decimal QuoteIncrement,
    decimal PriceIncrement, decimal BaseMinSize, decimal BaseMaxSize, decimal QuoteMinSize, decimal QuoteMaxSize, decimal? MinFunds,
    decimal PriceLimitRate, bool EnableTrading)
{
    public static JournalPair Of(SymbolRules rules) => new(
        rules.Symbol.Text, rules.BaseCurrency, rules.QuoteCurrency, rules.FeeCurrency, rules.BaseIncrement, rules.QuoteIncrement,
        rules.PriceIncrement, rules.BaseMinSize, rules.BaseMaxSize, rules.QuoteMinSize, rules.QuoteMaxSize, rules.MinFunds,
        rules.PriceLimitRate, rules.EnableTrading);

    public SymbolRules ToRules() => new()
    {
        Symbol = Bot.Trading.Market.Symbol.Parse(Symbol),
        BaseCurrency = BaseCurrency,
        QuoteCurrency = QuoteCurrency,
        FeeCurrency = FeeCurrency,
        BaseIncrement = BaseIncrement,
        QuoteIncrement = QuoteIncrement,
        PriceIncrement = PriceIncrement,
        BaseMinSize = BaseMinSize,
        BaseMaxSize = BaseMaxSize,
        QuoteMinSize = QuoteMinSize,
        QuoteMaxSize = QuoteMaxSize,
        MinFunds = MinFunds,
        PriceLimitRate = PriceLimitRate,
        EnableTrading = EnableTrading,
    };
}

/// <summary>An order's whole state; the names are those of <see cref="AccountOrder"/>.</summary>
internal sealed record JournalOrder
{
    public required string Account { get; init; }

    public required string OrderId { get; init; }

    public required OrderRequest Request { get; init; }

    public required ulong Chance { get; init; }

    public required decimal MakerFee { get; init; }

    public required decimal TakerFee { get; init; }

    public required long CreatedAtMs { get; init; }

    public required long ReceivedWallUs { get; init; }

    public required long MatchAtMs { get; init; }

    public required long UpdatedAtMs { get; init; }

    public required OrderPhase Phase { get; init; }

    public required bool IsPending { get; init; }

    public required long Stamp { get; init; }

    public required decimal Slice { get; init; }

    public required decimal SizeLeft { get; init; }

    public required decimal FundsLeft { get; init; }

    public required decimal DealSize { get; init; }

    public required decimal DealFunds { get; init; }

    public required decimal Held { get; init; }

    public required decimal Fee { get; init; }

    public required string FeeCurrency { get; init; }

    public required decimal CancelledSize { get; init; }

    public required decimal CancelledFunds { get; init; }

    public required bool CancelExist { get; init; }

    public required int Reductions { get; init; }

    public required long DoneNumber { get; init; }

    public long? ExpiresAtMs { get; init; }

    public required IReadOnlyList<JournalCancel> Asked { get; init; }

    public static JournalOrder Of(AccountOrder order) => new()
    {
        Account = order.Account.Settings.Key,
        OrderId = order.OrderId,
        Request = order.Request,
        Chance = order.Chance,
        MakerFee = order.Fees.Maker,
        TakerFee = order.Fees.Taker,
        CreatedAtMs = order.CreatedAtMs,
        ReceivedWallUs = order.ReceivedWallUs,
        MatchAtMs = order.MatchAtMs,
        UpdatedAtMs = order.UpdatedAtMs,
        Phase = order.Phase,
        IsPending = order.IsPending,
        Stamp = order.Stamp,
        Slice = order.Slice,
        SizeLeft = order.SizeLeft,
        FundsLeft = order.FundsLeft,
        DealSize = order.DealSize,
        DealFunds = order.DealFunds,
        Held = order.Held,
        Fee = order.Fee,
        FeeCurrency = order.FeeCurrency,
        CancelledSize = order.CancelledSize,
        CancelledFunds = order.CancelledFunds,
        CancelExist = order.CancelExist,
        Reductions = order.Reductions,
        DoneNumber = order.DoneNumber,
        ExpiresAtMs = order.ExpiresAtMs,
        Asked = [.. order.Asked.Select(a => new JournalCancel(a.Kind, a.DueMs, a.Key, a.Size))],
    };

    public AccountOrder ToOrder(Account account, PairMarket pair)
    {
        var order = AccountOrder.Of(
            Request, account, pair, new OrderIdentity(OrderId, Chance, new FeeRates(MakerFee, TakerFee), CreatedAtMs, ReceivedWallUs, MatchAtMs));
        order.Resume(DealSize, DealFunds, SizeLeft, FundsLeft);
        order.UpdatedAtMs = UpdatedAtMs;
        order.Phase = Phase;
        order.IsPending = IsPending;
        order.Stamp = Stamp;
        order.Slice = Slice;
        order.Held = Held;
        order.Fee = Fee;
        order.FeeCurrency = FeeCurrency;
        order.CancelledSize = CancelledSize;
        order.CancelledFunds = CancelledFunds;
        order.CancelExist = CancelExist;
        order.Reductions = Reductions;
        order.DoneNumber = DoneNumber;
        order.ExpiresAtMs = ExpiresAtMs;
        order.Asked.AddRange(Asked.Select(a => new Scheduled(a.Kind, a.DueMs, a.Key, account, order, null, a.Size)));
        return order;
    }
}

/// <summary>A cancel that was taken and has not come to effect.</summary>
/// <param name="Kind">Of the whole or of a part.</param>
/// <param name="DueMs">When it will, Unix ms.</param>
/// <param name="Key">Order within one instant.</param>
/// <param name="Size">Base quantity of a part; 0 for the whole.</param>
internal sealed record JournalCancel(ScheduledKind Kind, long DueMs, ulong Key, decimal Size);

/// <summary>An execution; the names are those of <see cref="AccountFill"/>.</summary>
internal sealed record JournalFill(
    string Account, long Id, long TradeId, string OrderId, string CounterOrderId, bool IsMaker, decimal Price, decimal Size, decimal Fee,
    string FeeCurrency, decimal FeeRate, long TimeMs)
{
    public static JournalFill Of(Account account, AccountFill fill) => new(
        account.Settings.Key, fill.Id, fill.TradeId, fill.Order.OrderId, fill.CounterOrderId, fill.IsMaker, fill.Price, fill.Size,
        fill.Fee, fill.FeeCurrency, fill.FeeRate, fill.TimeMs);

    public AccountFill ToFill(AccountOrder order) =>
        new(Id, TradeId, order, CounterOrderId, IsMaker, Price, Size, Fee, FeeCurrency, FeeRate, TimeMs);
}

/// <summary>A stop order's whole state; the names are those of <see cref="StopOrder"/>.</summary>
internal sealed record JournalStop(
    string Account, string StopId, OrderRequest Request, StopKind Kind, decimal StopPrice, ulong Chance, long CreatedAtMs,
    long ReceivedWallUs, StopPhase Phase, long? TriggeredAtMs, string? ChildId = null, string? Refusal = null, long? CancelledAtMs = null)
{
    public static JournalStop Of(StopOrder stop) => new(
        stop.Account.Settings.Key, stop.StopId, stop.Request, stop.Kind, stop.StopPrice, stop.Chance, stop.CreatedAtMs,
        stop.ReceivedWallUs, stop.Phase, stop.TriggeredAtMs, stop.ChildId, stop.Refusal, stop.CancelledAtMs);

    public StopOrder ToStop(Account account, PairMarket pair) => new()
    {
        Account = account,
        Pair = pair,
        Request = Request,
        StopId = StopId,
        Kind = Kind,
        StopPrice = StopPrice,
        Chance = Chance,
        CreatedAtMs = CreatedAtMs,
        ReceivedWallUs = ReceivedWallUs,
        Phase = Phase,
        TriggeredAtMs = TriggeredAtMs,
        ChildId = ChildId,
        Refusal = Refusal,
        CancelledAtMs = CancelledAtMs,
    };
}

/// <summary>A balance.</summary>
internal sealed record JournalBalance(string Account, string Currency, decimal Initial, decimal Available, decimal Held);

/// <summary>A dead man's switch; off when the time-out is null.</summary>
internal sealed record JournalSwitch(string Account, int? TimeoutSeconds, IReadOnlyList<string> Symbols, long SetAtMs);

/// <summary>Serialisation of the journal, one object a line.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
