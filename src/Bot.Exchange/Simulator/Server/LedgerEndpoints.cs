using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Server;

/// <summary>The account's ledger: what trades and transfers did to its balances. Nothing else changes a balance here.</summary>
internal sealed class LedgerEndpoints(TradingFloor floor)
{
    private const long KeptMs = 7 * 86_400_000L;

    // A trade makes up to three lines, and transfers stand between two trades: their ids leave room for that.
    private const long LinesOfFill = 1_000_000;

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        new("GET", "/api/v1/hf/accounts/ledgers", RequestPool.Spot, 2, Permission.General, HighFrequency),
        new("GET", "/api/v1/accounts/ledgers", RequestPool.Management, 2, Permission.General, Classic),
    ];

    private Rejection? HighFrequency(ApiCall call, Utf8JsonWriter data)
    {
        if (!call.TryQuery("limit", 100, out var limit) || limit is < 1 or > 200)
            return Rejection.Parameter("limit should be between 1 and 200.");
        if (!call.TryQuery("lastId", 0, out var lastId))
            return Rejection.Parameter("lastId takes a whole number.");
        if (Read(call, "TRADE_EXCHANGE", "TRANSFER", out var lines) is { } fault)
            return fault;
        data.WriteStartArray();
        foreach (var line in lines.Where(l => lastId <= 0 || l.Id < lastId).Take((int)limit))
            Write(data, line, "TRADE_HF", line.Fill is null ? "TRANSFER" : "TRADE_EXCHANGE", line.Balance, isClassic: false);
        data.WriteEndArray();
        return null;
    }

    private Rejection? Classic(ApiCall call, Utf8JsonWriter data)
    {
        if (Paging.Read(call, "currentPage", 50, 1, 500, out var paging) is { } wrong)
            return wrong;
        if (Read(call, "Exchange", "Transfer", out var lines) is { } fault)
            return fault;

        // The classic ledger never tells what the balance was.
        paging.Write(data, lines.ToList(), (writer, line) => Write(writer, line, "TRADE", line.Fill is null ? "Transfer" : "Exchange", 0, isClassic: true));
        return null;
    }

    private Rejection? Read(ApiCall call, string trade, string transfer, out IEnumerable<Line> lines)
    {
        lines = [];
        if (!call.TryQuery("startAt", 0, out var startAt) || !call.TryQuery("endAt", long.MaxValue, out var endAt))
            return Rejection.Parameter("startAt and endAt take whole numbers.");
        var currencies = call.Query("currency")?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (currencies?.Length > 10)
            return Rejection.Parameter("currency takes 1 to 10 currencies.");
        var direction = call.Query("direction");
        var wanted = call.Query("bizType");
        lines = Lines(call.Account).Where(l => floor.NowMs - l.TimeMs <= KeptMs
            && (wanted is null || wanted == (l.Fill is null ? transfer : trade))
            && (currencies is null || currencies.Contains(l.Currency))
            && (direction is null || direction == (l.Amount < 0 ? "out" : "in"))
            && l.TimeMs >= startAt && l.TimeMs <= endAt);
        return null;
    }

    // Newest first: the balance behind every line is known from the present one.
    private static IEnumerable<Line> Lines(Account account)
    {
        var balances = account.Balances.ToDictionary(b => b.Currency, b => b.Total);
        var transfers = account.Transfers.Count;
        for (var i = account.Fills.Count - 1; i >= -1; i--)
        {
            // What came after this trade, and before the next.
            for (; transfers > 0 && account.Transfers[transfers - 1].FillsBefore == i + 1; transfers--)
            {
                var t = account.Transfers[transfers - 1];
                var left = balances[t.Currency];
                balances[t.Currency] = left - t.Amount;
                var place = i < 0 ? 0 : (account.Fills[i].Id + 1) * LinesOfFill;
                yield return new Line(place + transfers, t.TimeMs, null, t.Currency, t.Amount, 0, left);
            }
            if (i < 0)
                yield break;
            var fill = account.Fills[i];
            var rules = fill.Order.Pair.Rules;
            var isBuy = fill.Order.Side == Side.Buy;
            var paid = fill.FeeCurrency == rules.QuoteCurrency ? fill.Fee : 0;
            var funds = fill.Price * fill.Size;
            var number = 0;
            if (fill.FeeCurrency != rules.QuoteCurrency)
                yield return Next(fill.FeeCurrency, -fill.Fee, fill.Fee);
            yield return Next(rules.QuoteCurrency, isBuy ? -funds - paid : funds - paid, paid);
            yield return Next(rules.BaseCurrency, isBuy ? fill.Size : -fill.Size, 0);

            Line Next(string currency, decimal amount, decimal fee)
            {
                var after = balances[currency];
                balances[currency] = after - amount;
                return new Line(((fill.Id + 1) * LinesOfFill) - ++number, fill.TimeMs, fill, currency, amount, fee, after);
            }
        }
    }

    private static void Write(Utf8JsonWriter data, Line line, string accountType, string bizType, decimal balance, bool isClassic)
    {
        data.WriteStartObject();
        data.WriteQuoted("id"u8, line.Id);
        data.WriteString("currency"u8, line.Currency);
        data.WriteDecimal("amount"u8, Math.Abs(line.Amount));
        data.WriteDecimal("fee"u8, line.Fee);
        if (!isClassic)
            data.WriteString("tax"u8, "0"u8);
        data.WriteDecimal("balance"u8, balance);
        data.WriteString("accountType"u8, accountType);
        data.WriteString("bizType"u8, bizType);
        data.WriteString("direction"u8, line.Amount < 0 ? "out"u8 : "in"u8);
        if (isClassic)
            data.WriteNumber("createdAt"u8, line.TimeMs);
        else
            data.WriteQuoted("createdAt"u8, line.TimeMs);

        // JSON inside of a text, as the exchange has it; a transfer has none.
        data.WriteString("context"u8, line.Fill is not { } fill ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"symbol":"{{fill.Order.Pair.Symbol}}","orderId":"{{fill.Order.OrderId}}","tradeId":"{{fill.TradeId}}"}"""));
        data.WriteEndObject();
    }

    /// <summary>A line of the ledger.</summary>
    /// <param name="Id">Rising over all accounts; the cursor of the list.</param>
    /// <param name="TimeMs">When, Unix ms.</param>
    /// <param name="Fill">The trade; null for a transfer.</param>
    /// <param name="Currency">Whose balance changed.</param>
    /// <param name="Amount">By how much, the fee included; below zero when it left.</param>
    /// <param name="Fee">The part of it that is a fee.</param>
    /// <param name="Balance">The balance behind it.</param>
    private readonly record struct Line(long Id, long TimeMs, AccountFill? Fill, string Currency, decimal Amount, decimal Fee, decimal Balance);
}
