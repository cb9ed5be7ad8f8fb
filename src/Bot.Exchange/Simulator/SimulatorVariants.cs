namespace Bot.Exchange.Simulator;

/// <summary>What is told of an order that there is not.</summary>
public enum UnknownOrderForm
{
    /// <summary>400100 with a text.</summary>
    Refusal,

    /// <summary>Success without data.</summary>
    NullData,

    /// <summary>HTTP status 404.</summary>
    NotFound,
}

/// <summary>
/// Where it is unsettled what the real exchange does: each of these was seen, or is in somebody's client. A client must bear them all.
/// </summary>
public sealed record SimulatorVariants
{
    private const int MostOrders = 20;

    /// <summary>What is told of an order that there is not.</summary>
    public UnknownOrderForm UnknownOrder { get; init; }

    /// <summary>
    /// The accounts are not high-frequency ones: clients take to the classic endpoints, and rows of balances are called <c>trade</c>.
    /// </summary>
    public bool IsClassic { get; init; }

    /// <summary>A candle that opens at <c>endAt</c> is told of too.</summary>
    public bool IncludesEnd { get; init; }

    /// <summary>How many orders a batch may have, up to 20; the documents say 5.</summary>
    public int MaxBatch { get; init; } = MostOrders;

    /// <summary>The endpoints of stop and OCO orders answer that they were retired.</summary>
    public bool RetiresStops { get; init; }

    /// <summary>The order that comes of a stop order does not carry the stop order's client order id.</summary>
    public bool StopOrdersLeaveNoName { get; init; }

    /// <summary>Names that <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["unknown-order-null", "unknown-order-404", "classic", "end-inclusive", "batch-5", "stops-retired", "stop-child-nameless"];

    /// <summary>Reads names, apart by commas: <c>classic,batch-5</c>.</summary>
    /// <exception cref="FormatException">A name is none of <see cref="Names"/>.</exception>
    public static SimulatorVariants Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var variants = new SimulatorVariants();
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            variants = name switch
            {
                "unknown-order-null" => variants with { UnknownOrder = UnknownOrderForm.NullData },
                "unknown-order-404" => variants with { UnknownOrder = UnknownOrderForm.NotFound },
                "classic" => variants with { IsClassic = true },
                "end-inclusive" => variants with { IncludesEnd = true },
                "batch-5" => variants with { MaxBatch = 5 },
                "stops-retired" => variants with { RetiresStops = true },
                "stop-child-nameless" => variants with { StopOrdersLeaveNoName = true },
                _ => throw new FormatException($"'{name}' is no variant: write {string.Join(", ", Names)}."),
            };
        }
        return variants;
    }

    /// <summary>Adds what is wrong to a list.</summary>
    internal void AddFaults(ICollection<string> faults)
    {
        if (MaxBatch is < 1 or > MostOrders)
            faults.Add($"a batch of {MaxBatch} orders is not one of 1 to {MostOrders}");
    }
}
