namespace Bot.Exchange.Kucoin.Errors;

/// <summary>What a request does, as far as it matters for what its failure means.</summary>
internal enum RequestKind
{
    /// <summary>Reads something other than one order.</summary>
    Read,

    /// <summary>Reads one order: that there is none is an answer.</summary>
    OrderQuery,

    /// <summary>Places an order: whatever is not provably refused is in doubt.</summary>
    Placement,

    /// <summary>Cancels an order.</summary>
    Cancel,
}
