using System.Globalization;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Simulation.Actors;

/// <summary>Cheap structural hashes of states: what production hashes through JSON is hashed here field by field.</summary>
internal static class SimHash
{
    /// <summary>Hash of an order's state.</summary>
    public static string Of(OrderState s)
    {
        var hash = new Folder();
        hash.Add((int)s.Status).Add(s.Spec?.ClientOrderId).Add(s.Spec?.Size ?? 0).Add(s.DeadlineMs).Add(s.Epoch).Add(s.SignTimeMs).Add(s.ValidUntilMs)
            .Add(s.OrderId).Add(s.CancelRequested ? 1 : 0).Add(s.FinalDealSize ?? -1).Add(s.Code).Add(s.Message);
        foreach (var fill in s.Fills.Values)
            hash.Add(fill.TradeId).Add(fill.Size).Add(fill.Price).Add(fill.Fee ?? -1);
        return hash.Text;
    }

    /// <summary>Hash of a pair's state.</summary>
    public static string Of(PairState s)
    {
        var hash = new Folder();
        hash.Add((int)s.Phase).Add(s.EntriesPausedReason).Add(s.Epoch).Add(s.Version).Add(s.NextIntent).Add(s.TradeCount)
            .Add(s.Position.Quantity).Add(s.Position.Cost).Add(s.Position.CashFlow).Add(s.Position.RealisedPnl).Add(s.Position.Fees)
            .Add(s.Protection?.StopPrice ?? -1).Add(s.Protection?.HighWater ?? -1).Add(s.Trade?.BoughtSize ?? -1).Add(s.Trade?.SoldSize ?? -1)
            .Add(s.ExitWanted is { } wanted ? (int)wanted : -1);
        foreach (var attempt in s.Attempts)
        {
            hash.Add(attempt.ClientOrderId).Add(attempt.Outcome is { } outcome ? (int)outcome : -1).Add(attempt.FilledSize).Add(attempt.FilledFunds)
                .Add(attempt.Trades.Count).Add(attempt.SettledAtMs);
        }
        return hash.Text;
    }

    /// <summary>Hash of the portfolio's state.</summary>
    public static string Of(PortfolioState s)
    {
        var hash = new Folder();
        hash.Add(s.InitialCash ?? -1).Add((int)s.Mode).Add(s.ModeReason).Add(s.Epoch).Add(s.Peak).Add(s.MaxDrawdown).Add(s.LastMarkMs);
        foreach (var book in s.Books.Values)
            hash.Add(book.Version).Add(book.Position.Quantity).Add(book.NextIntent).Add(book.OpenEntries.Count);
        foreach (var reservation in s.Reservations.Values)
            hash.Add(reservation.IntentNumber).Add(reservation.Quote).Add(reservation.ExpiresMs ?? -1);
        return hash.Text;
    }

    private ref struct Folder()
    {
        private ulong _hash = 14695981039346656037;

        public readonly string Text => _hash.ToString("x16", CultureInfo.InvariantCulture);

        public Folder Add(long value)
        {
            _hash = (_hash ^ (ulong)value) * 0x9E3779B97F4A7C15;
            _hash ^= _hash >> 29;
            return this;
        }

        public Folder Add(decimal value)
        {
            // Equal values of different scale are equal here, as their numbers are in JSON after a round trip.
            var bits = (value / 1.0000000000000000000000000000m, 0);
            Span<int> parts = stackalloc int[4];
            decimal.GetBits(bits.Item1, parts);
            return Add(((long)parts[1] << 32) | (uint)parts[0]).Add(((long)parts[3] << 32) | (uint)parts[2]);
        }

        public Folder Add(string? value)
        {
            if (value is null)
                return Add(-7);
            foreach (var c in value)
                _hash = (_hash ^ c) * 1099511628211;
            return this;
        }
    }
}
