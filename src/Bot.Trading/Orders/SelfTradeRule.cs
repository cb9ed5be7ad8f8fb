namespace Bot.Trading.Orders;

/// <summary>What the exchange does when an order would trade with another one of the account (C17).</summary>
public enum SelfTradeRule
{
    /// <summary>The order that comes is cancelled: right for entries.</summary>
    CancelNewest,

    /// <summary>The order that rests is cancelled: right for exits, which must not be held up.</summary>
    CancelOldest,
}
