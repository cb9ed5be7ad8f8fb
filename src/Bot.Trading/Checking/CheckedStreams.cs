using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Trading.Checking;

/// <summary>One stream of the journal as the checker folds it, row by row.</summary>
internal abstract class CheckedStream(string id)
{
    /// <summary>The stream's name.</summary>
    public string Id { get; } = id;

    /// <summary>Rows so far.</summary>
    public long Rows { get; set; }

    /// <summary>A gap or a changed row was reported: what follows from it is not.</summary>
    public bool HasGap { get; set; }

    /// <summary>A row could not be taken in: the state is not one that can be compared.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The incarnation that wrote last.</summary>
    public long Epoch { get; set; }
}

/// <summary>An order's stream.</summary>
internal sealed class CheckedOrder(string id, string clientOrderId) : CheckedStream(id)
{
    /// <summary>The order.</summary>
    public string ClientOrderId { get; } = clientOrderId;

    /// <summary>The parts of its id; null when it is not one of ours.</summary>
    public ClientOrderId? Parts { get; } = Orders.ClientOrderId.TryParse(clientOrderId, out var parts) ? parts : null;

    /// <summary>Its folded state.</summary>
    public OrderState State { get; } = new();

    /// <summary>The first licence to send it.</summary>
    public SubmitAuthorised? Licence { get; set; }

    /// <summary>Licences that were written; more than one is a fault.</summary>
    public int Licences { get; set; }

    /// <summary>When the licence was committed, Unix microseconds.</summary>
    public long? LicensedUs { get; set; }

    /// <summary>The proof of absence.</summary>
    public OrderAbsent? Absent { get; set; }

    /// <summary>Orders of the exchange with this id.</summary>
    public int AtExchange { get; set; }
}

/// <summary>A decision to order, and when it was committed.</summary>
internal readonly record struct CheckedIntent(OrderIntended Intended, long? CommittedUs);

/// <summary>A pair's stream.</summary>
internal sealed class CheckedPair(string id, string symbol) : CheckedStream(id)
{
    /// <summary>The pair.</summary>
    public string Symbol { get; } = symbol;

    /// <summary>Its folded state.</summary>
    public PairState State { get; } = new();

    /// <summary>What it decided to order, by client order id.</summary>
    public Dictionary<string, CheckedIntent> Intents { get; } = new(StringComparer.Ordinal);

    /// <summary>Stops that it decided to give up.</summary>
    public HashSet<string> GivenUp { get; } = new(StringComparer.Ordinal);

    /// <summary>The executions that it applied, in their order.</summary>
    public List<FillApplied> Fills { get; } = [];

    /// <summary>The fees that it applied later.</summary>
    public List<FeeApplied> Fees { get; } = [];
}

/// <summary>The portfolio's stream.</summary>
internal sealed class CheckedPortfolio(string id) : CheckedStream(id)
{
    /// <summary>Its folded state.</summary>
    public PortfolioState State { get; } = new();

    /// <summary>Changes of the account's trading mode, and when each was committed, Unix ms.</summary>
    public List<(ModeChanged Changed, long AtMs)> Modes { get; } = [];
}
