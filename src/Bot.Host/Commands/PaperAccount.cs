using System.Globalization;
using Bot.Exchange;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Database;
using Dapper;
using Npgsql;

namespace Bot.Host.Commands;

/// <summary>The account of paper trading: its file, what it pays, and the database that goes with it.</summary>
internal static class PaperAccount
{
    // What an account of the lowest level pays where the exchange does not say.
    private const decimal LowestLevel = 0.001m;

    // The audit's word for the account that a database trades on.
    private const string Binding = "paper account";

    /// <summary>Where it is kept.</summary>
    public static string File => Path.Combine(BotFolders.Data, "paper", "account.jsonl");

    /// <summary>Reads <c>--fees</c>: maker and taker as fractions of the traded value.</summary>
    /// <exception cref="FormatException">It is no such pair.</exception>
    public static FeeRates ParseFees(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 2 && Fraction(parts[0]) is { } maker && Fraction(parts[1]) is { } taker
            ? new FeeRates(maker, taker)
            : throw new FormatException($"'{text}' are no fees: write MAKER,TAKER as fractions of the traded value, for example 0.0008,0.001.");

        static decimal? Fraction(string part) =>
            decimal.TryParse(part, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>Reads <c>--latency</c>: milliseconds, or a range of them.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static (int MinMs, int MaxMs) ParseLatency(string text)
    {
        var parts = text.Split('-');
        return parts.Length <= 2 && parts.All(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= 10_000)
            && parts.Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList() is var range && range[0] <= range[^1]
            ? (range[0], range[^1])
            : throw new FormatException($"'{text}' is no latency: write milliseconds, 40, or a range of them, 20-60; at most 10000.");
    }

    /// <summary>What the account pays on each pair: what is given, else what the key's account pays, else what the exchange tells everybody.</summary>
    /// <param name="given">The command line's; null for none.</param>
    /// <param name="account">The key's account; null without a key. It is asked for its rates and nothing else.</param>
    /// <param name="market">The pairs and their public rates.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The rates by pair, and where they come from.</returns>
    /// <exception cref="ExchangeException">The exchange does not tell.</exception>
    public static async Task<(Dictionary<string, FeeRates> Fees, string Source)> FeesAsync(
        FeeRates? given, IAccount? account, LiveMarket market, CancellationToken cancel)
    {
        var symbols = market.Listings.Select(l => l.Rules.Symbol).ToList();
        if (given is { } rates)
            return (symbols.ToDictionary(s => s.Text, _ => rates), "as given");
        if (account is not null)
        {
            var open = market.Listings.Where(l => l.Rules.EnableTrading).Select(l => l.Rules.Symbol).ToList();
            var told = (await account.GetFeeRatesAsync(open, cancel)).Required;
            return (told.ToDictionary(f => f.Symbol.Text, f => new FeeRates(f.Maker, f.Taker)), "of the key's account");
        }
        return (
            symbols.ToDictionary(s => s.Text, s => market.PublicFees.TryGetValue(s, out var f) ? new FeeRates(f.Maker, f.Taker) : new FeeRates(LowestLevel, LowestLevel)),
            "of the lowest level");
    }

    /// <summary>The rates in a few words.</summary>
    public static string Words(IReadOnlyCollection<FeeRates> fees) => string.Join(
        ", ", fees.Distinct().Take(3).Select(f => FormattableString.Invariant($"maker {f.Maker * 100:0.####} %, taker {f.Taker * 100:0.####} %")))
        + (fees.Distinct().Count() > 3 ? ", ..." : "");

    /// <summary>
    /// The account and the bot's books on it go together or not at all. A new account is bound to a new database; everything else that does
    /// not fit is told.
    /// </summary>
    /// <exception cref="CommandException">One of them is missing, or of another account.</exception>
    public static async Task BindAsync(AccountJournal journal, NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        var bound = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            "SELECT command_id FROM audit WHERE command = @Binding ORDER BY id DESC LIMIT 1", new { Binding }, cancellationToken: cancel));
        if (bound == journal.Id)
            return;
        var isUsed = await connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT EXISTS (SELECT FROM journal)", cancellationToken: cancel));
        var fault = (bound, isUsed, journal.IsUnused) switch
        {
            (null, false, true) => null,
            (null, false, false) => $"{BotFolders.Shown(File)} holds an account with orders, but the bot's database is new: it would not know them",
            (null, true, _) => $"the bot's database holds trading that is not of the account in {BotFolders.Shown(File)}",
            _ => $"the bot's database belongs to another paper account than the one in {BotFolders.Shown(File)}",
        };
        if (fault is not null)
        {
            throw new CommandException(
                $"The paper account and the bot's database do not go together: {fault}.{Environment.NewLine}"
                + "Restore the one that is missing, or begin both anew with --fresh.");
        }
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO audit (actor, command_id, command, reason) VALUES (@actor, @Id, @Binding, 'this database and that account go together')",
            new { actor = Environment.UserName, journal.Id, Binding },
            cancellationToken: cancel));
    }
}
