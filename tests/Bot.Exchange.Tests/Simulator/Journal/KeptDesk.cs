using System.Diagnostics;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Server;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Journal;

/// <summary>A desk whose account is kept in a file, and what can be seen of it.</summary>
internal sealed class KeptDesk : IDisposable
{
    private static readonly JsonSerializerOptions Lines = new() { WriteIndented = false };

    private readonly AccountJournal _journal;

    /// <summary>A desk that begins with a file, or goes on with it.</summary>
    public KeptDesk(string file, TestMarket? market = null)
    {
        _journal = AccountJournal.Open(file, TimeProvider.System);
        Desk = new Desk(market ?? new TestMarket(), Desk.Rich("key"));
        FloorJournal.Attach(_journal, Desk.Floor);
    }

    public Desk Desk { get; }

    /// <summary>
    /// What a crash at this moment would leave, taken up by another desk. The file is copied while its writer has it open.
    /// </summary>
    public static KeptDesk AfterCrash(string file, string copy, TestMarket? market = null)
    {
        Copy(file, copy);
        return new KeptDesk(copy, market);
    }

    public static void Copy(string file, string copy)
    {
        // Another program does not ask for the lock.
        using var copying = Process.Start("cp", [file, copy]);
        copying.WaitForExit();
        Assert.Equal(0, copying.ExitCode);
    }

    /// <summary>Everything that the account's owner can ask for, and what the exchange owes the world.</summary>
    public string Picture()
    {
        var account = Desk.Account;
        var clearing = Desk.Floor.Clearing;
        return JsonSerializer.Serialize(
            new
            {
                Ledger = ControlEndpoints.LedgerOf(account, 0),
                Active = account.Active.Select(OrderOf),
                Done = account.Done.Select(OrderOf),
                Fills = account.Fills.Select(f => new { f.Id, f.TradeId, f.Order.OrderId, f.CounterOrderId, f.IsMaker, f.Price, f.Size, f.Fee, f.FeeRate, f.TimeMs }),
                Waiting = account.Stops.Waiting.Select(s => new { s.StopId, s.Request, s.Kind, s.StopPrice, s.CreatedAtMs }),
                account.DeadManSwitch,
                Owed = new[] { "BTC", "USDT" }.Select(c => new { c, World = clearing.Background(c), Fees = clearing.Fees(c) }),
            },
            Lines);
    }

    public void Dispose() => _journal.Dispose();

    private static object OrderOf(AccountOrder o) => new
    {
        o.OrderId, o.Request, o.Phase, o.IsPending, o.SizeLeft, o.FundsLeft, o.DealSize, o.DealFunds, o.Held, o.Fee, o.CancelledSize, o.CancelledFunds,
        o.CancelExist, o.DoneNumber, o.CreatedAtMs, o.UpdatedAtMs, o.MatchAtMs, o.ExpiresAtMs, o.Shown,
        Asked = o.Asked.Select(a => new { a.Kind, a.DueMs, a.Size }),
    };
}
