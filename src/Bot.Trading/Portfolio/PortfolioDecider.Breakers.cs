using Bot.Trading.Machines;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Portfolio;

/// <content>When nobody may open anything: kill switch, losses, breaches, and what a person says about them.</content>
public static partial class PortfolioDecider
{
    private const long DayMs = 24L * 3_600_000;

    /// <summary>C7: drawdown from the highest equity, and the loss of the day.</summary>
    private static void CheckLosses(
        PortfolioState s, PortfolioMemory m, PortfolioContext c, long marketMs, decimal equity, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        m.BreakerPeak = Math.Max(Math.Max(m.BreakerPeak, s.BreakerPeak), equity);
        var drawdown = m.BreakerPeak > 0 ? (m.BreakerPeak - equity) / m.BreakerPeak : 0;
        if (drawdown >= c.Settings.Limits.MaxDrawdown)
            Trip(s, c, Control.Loss, TradingMode.ReduceOnly, $"DRAWDOWN control=C7 drawdown={drawdown:0.####} limit={c.Settings.Limits.MaxDrawdown}", sink);
        if (c.Settings.Controls is not { } controls)
            return;
        if (s.DayMs is not { } day || marketMs / DayMs > day / DayMs)
        {
            sink.Persist(new DayBegan(c.NowMs, marketMs, equity));
            return;
        }
        var loss = s.DayEquity > 0 ? (s.DayEquity - equity) / s.DayEquity : 0;
        if (loss >= controls.MaxDailyLoss)
            Trip(s, c, Control.Loss, TradingMode.ReduceOnly, $"DAILY_LOSS control=C7 loss={loss:0.####} limit={controls.MaxDailyLoss}", sink);
    }

    private static void OnSetMode(PortfolioState s, PortfolioContext c, PortfolioInput.SetMode set, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        var known = TradingMode.Active;
        foreach (var entry in s.Switch.Entries)
        {
            if (entry.Scope == set.Scope)
                known = entry.Mode;
        }
        if (known != set.Mode)
        {
            sink.Persist(new ModeChanged(c.NowMs, set.Mode, set.By, set.Reason) { Scope = set.Scope == SwitchEntry.Everything ? null : set.Scope });
            var word = set.Scope == SwitchEntry.Everything ? set.Mode : s.Mode;
            sink.Do(new PortfolioEffect.PublishMode(s.Breaker is { } b && b.Mode > word ? b.Mode : word));
        }
    }

    private static void OnBreached(PortfolioState s, PortfolioContext c, PortfolioInput.Breached breached, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        var controls = c.Settings.Controls ?? new ControlSettings();
        if (breached.Control == Control.Exclusivity && !controls.HaltOnForeign)
        {
            sink.Do(new PortfolioEffect.Alert(Named(breached.Control, breached.Reason)));
            return;
        }
        var reason = Named(breached.Control, breached.Reason);
        if (breached.Symbol is { } symbol)
        {
            sink.Do(new PortfolioEffect.PausePair(symbol, reason));
            sink.Do(new PortfolioEffect.ControlTripped(symbol, reason));

            // What is new and breaks something is stopped as a whole.
            if (Canary.IsNew(c.Settings.ConfigurationSinceMs, c.NowMs, controls))
                Trip(s, c, Control.Canary, TradingMode.ReduceOnly, $"CANARY control=C24 pair={symbol} because={breached.Reason}", sink);
            return;
        }
        Trip(s, c, breached.Control, breached.Control == Control.Exclusivity ? TradingMode.Halted : TradingMode.ReduceOnly, reason, sink);
    }

    private static void OnResume(PortfolioState s, PortfolioMemory m, PortfolioContext c, PortfolioInput.Resume resume, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        if (resume.Symbol is { } one)
        {
            sink.Do(new PortfolioEffect.ResumePair(one, resume.By, resume.Reason));
            return;
        }
        if (s.Breaker is not null)
        {
            var equity = Equity(s, m);
            sink.Persist(new BreakerReset(c.NowMs, resume.By, resume.Reason, equity));

            // Otherwise the next mark would trip it again, for the same fall.
            m.BreakerPeak = equity;
            var word = TradingMode.Active;
            foreach (var entry in s.Switch.Entries)
            {
                if (entry.Scope == SwitchEntry.Everything)
                    word = entry.Mode;
            }
            sink.Do(new PortfolioEffect.PublishMode(word));
        }
        foreach (var symbol in s.Books.Keys)
            sink.Do(new PortfolioEffect.ResumePair(symbol, resume.By, resume.Reason));
    }

    private static void Trip(PortfolioState s, PortfolioContext c, Control control, TradingMode mode, string reason, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        if (!IsNews(s, mode, sink))
            return;
        sink.Persist(new BreakerTripped(c.NowMs, control, mode, reason));
        sink.Do(new PortfolioEffect.PublishMode(mode > s.Mode ? mode : s.Mode));
        sink.Do(new PortfolioEffect.ControlTripped(null, reason));
        sink.Do(new PortfolioEffect.Alert(reason));
    }

    /// <summary>A breaker that has tripped stays as it is, unless another one is stricter.</summary>
    private static bool IsNews(PortfolioState s, TradingMode mode, Sink<PortfolioEvent, PortfolioEffect> sink)
    {
        if (s.Breaker is { } known && known.Mode >= mode)
            return false;
        for (var i = 0; i < sink.Events.Count; i++)
        {
            if (sink.Events[i] is BreakerTripped decided && decided.Mode >= mode)
                return false;
        }
        return true;
    }

    private static string Named(Control control, string reason) =>
        ControlCatalog.In(reason) is null ? $"{reason} control={ControlCatalog.NumberOf(control)}" : reason;
}
