namespace Bot.Exchange.Simulator.Accounts;

/// <summary>What an account owns of one currency.</summary>
internal sealed class AccountBalance(string currency, string accountId, decimal initial)
{
    /// <summary>The currency.</summary>
    public string Currency { get; } = currency;

    /// <summary>The exchange's id of this account and currency.</summary>
    public string AccountId { get; } = accountId;

    /// <summary>What was brought in: what the account began with, and every transfer since.</summary>
    public decimal Initial { get; private set; } = initial;

    /// <summary>Free for new orders.</summary>
    public decimal Available { get; private set; } = initial;

    /// <summary>Frozen by orders.</summary>
    public decimal Held { get; private set; }

    /// <summary>Available plus held.</summary>
    public decimal Total => Available + Held;

    /// <summary>Money comes from outside, or leaves.</summary>
    public void Transfer(decimal amount)
    {
        Initial += amount;
        Available += amount;
    }

    /// <summary>Changes both parts.</summary>
    public void Change(decimal available, decimal held)
    {
        Available += available;
        Held += held;
    }
}
