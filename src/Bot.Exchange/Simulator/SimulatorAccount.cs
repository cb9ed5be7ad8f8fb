using System.Globalization;

namespace Bot.Exchange.Simulator;

/// <summary>An account of the simulator and the key that opens it.</summary>
public sealed record SimulatorAccount
{
    /// <summary>The key: what <c>KC-API-KEY</c> carries.</summary>
    public required string Key { get; init; }

    /// <summary>The secret that requests are signed with.</summary>
    public required string Secret { get; init; }

    /// <summary>The passphrase in clear; requests carry it signed.</summary>
    public required string Passphrase { get; init; }

    /// <summary>What the account owns at the start, by currency.</summary>
    public IReadOnlyDictionary<string, decimal> Balances { get; init; } = new Dictionary<string, decimal>();

    /// <summary>What the key may do, as the exchange names it: General reads, Spot trades.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = ["General", "Spot"];

    /// <summary>Addresses the key is bound to; empty: any.</summary>
    public IReadOnlyList<string> IpWhitelist { get; init; } = [];

    /// <summary>True for a master account, false for a sub-account.</summary>
    public bool IsMaster { get; init; }

    /// <summary>Fee for taking liquidity, as a fraction of the traded value.</summary>
    public decimal TakerFeeRate { get; init; } = 0.001m;

    /// <summary>Fee for resting liquidity, as a fraction of the traded value; negative is a rebate.</summary>
    public decimal MakerFeeRate { get; init; } = 0.001m;

    /// <summary>Rates of single pairs, by the pair's name; the others have the two above.</summary>
    public IReadOnlyDictionary<string, FeeRates> PairFees { get; init; } = new Dictionary<string, FeeRates>();

    /// <summary>The rates of a pair.</summary>
    public FeeRates FeesOf(string symbol) => PairFees.TryGetValue(symbol, out var fees) ? fees : new FeeRates(MakerFeeRate, TakerFeeRate);

    /// <summary>Reads <c>KEY:SECRET:PASSPHRASE:USDT=100000,BTC=2</c>; the balances may be left out.</summary>
    /// <exception cref="FormatException">The text has another form; the message does not repeat the secrets.</exception>
    public static SimulatorAccount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts.Length is < 3 or > 4 || parts.Take(3).Any(string.IsNullOrWhiteSpace))
            throw new FormatException("An account has the form KEY:SECRET:PASSPHRASE:USDT=100000,BTC=2.");
        var balances = new Dictionary<string, decimal>();
        foreach (var item in parts.Length == 4 ? parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var pair = item.Split('=');
            if (pair.Length != 2 || pair[0].Length == 0
                || !decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                || !balances.TryAdd(pair[0], amount))
                throw new FormatException($"'{item}' of account {parts[0]} is not a balance: write CURRENCY=AMOUNT, each currency once.");
        }
        return new SimulatorAccount { Key = parts[0], Secret = parts[1], Passphrase = parts[2], Balances = balances };
    }

    /// <summary>Without the secret and the passphrase.</summary>
    public override string ToString() => $"SimulatorAccount {Key}";

    /// <summary>Adds what is wrong to a list.</summary>
    internal void AddFaults(ICollection<string> faults)
    {
        if (string.IsNullOrWhiteSpace(Key) || string.IsNullOrEmpty(Secret) || string.IsNullOrEmpty(Passphrase))
            faults.Add($"account '{Key}' lacks its key, secret or passphrase");
        foreach (var (currency, amount) in Balances)
        {
            if (amount < 0)
                faults.Add($"account '{Key}' starts with a negative balance of {currency}");
        }
        foreach (var fees in PairFees.Values.Append(new FeeRates(MakerFeeRate, TakerFeeRate)).Distinct())
        {
            if (Math.Abs(fees.Taker) >= 1 || Math.Abs(fees.Maker) >= 1)
                faults.Add($"account '{Key}' has a fee rate of 100 % or more");
            if (fees.Taker < 0 || fees.Taker + fees.Maker < 0)
                faults.Add($"account '{Key}' has a rebate that no taker pays for");
        }
    }
}

/// <summary>What trading costs, as fractions of the traded value; a negative maker rate is a rebate.</summary>
/// <param name="Maker">For resting liquidity.</param>
/// <param name="Taker">For taking liquidity.</param>
public readonly record struct FeeRates(decimal Maker, decimal Taker)
{
    /// <summary>The dearer one: what is frozen when it is not known yet whether an order takes or makes.</summary>
    public decimal Dearer => Math.Max(Maker, Taker);
}
