namespace Bot.Trading.Risk.Controls;

/// <summary>What a node knows about itself when a pair decides; a default says that nothing is wrong.</summary>
/// <param name="StreamSilentMs">C12: how long the price stream has been down, ms; null: not known.</param>
/// <param name="ClockErrorMs">C12: error bound of the exchange's clock, ms; null: not known.</param>
/// <param name="ExchangeOpen">C14: false while the exchange takes no orders; null: not known.</param>
/// <param name="Breaker">C21, C27: the breaker of the node that is open; null: none.</param>
/// <param name="BreakerReason">Why.</param>
public readonly record struct NodeConditions(long? StreamSilentMs, long? ClockErrorMs, bool? ExchangeOpen, Control? Breaker, string? BreakerReason);
