using Bot.Trading.Market;

namespace Bot.Exchange;

/// <summary>What happened to the account's money.</summary>
public interface IAccountHistory
{
    /// <summary>
    /// Every movement of the spot account in [<paramref name="fromMs"/>, <paramref name="toMs"/>), all pages, as the exchange orders them.
    /// </summary>
    /// <param name="currency">One currency; null for all.</param>
    /// <param name="fromMs">Unix ms.</param>
    /// <param name="toMs">Unix ms.</param>
    /// <param name="cancel">Gives it up.</param>
    Task<Answer<IReadOnlyList<LedgerEntry>>> GetLedgerAsync(string? currency, long fromMs, long toMs, CancellationToken cancel);
}

/// <summary>One movement of money.</summary>
/// <param name="Id">The exchange's number.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">How much, above zero; of an incoming trade what is left after the fee.</param>
/// <param name="Fee">Fee in it; null when not told.</param>
/// <param name="Balance">What the account held afterwards; null when not told.</param>
/// <param name="AccountType">As the exchange names it: TRADE_HF, TRADE, MAIN, ...</param>
/// <param name="Reason">As the exchange names it: TRADE_EXCHANGE, TRANSFER, ...</param>
/// <param name="IsIncoming">True for money that came, false for money that went.</param>
/// <param name="TimeMs">Unix ms.</param>
/// <param name="Symbol">The pair, of a trade.</param>
/// <param name="OrderId">The order, of a trade.</param>
/// <param name="TradeId">The trade; unique within its pair, and beyond 2^53.</param>
public sealed record LedgerEntry(
    long Id, string Currency, decimal Amount, decimal? Fee, decimal? Balance, string AccountType, string Reason, bool IsIncoming,
    long TimeMs, Symbol? Symbol, string? OrderId, long? TradeId);
