using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <content>Whether it may open: the kill switch, the start-up gate, what has to be known first.</content>
public sealed partial class PairActor
{
    private void SetMode(TradingMode mode, string? reason)
    {
        if (_acknowledged >= 0)
            Timers.Cancel(ReportTimer);
        (_portfolioMode, _portfolioReason) = (mode, reason);
        _isModeKnown = true;
        ApplyMode();
        CheckGate();
    }

    /// <summary>The strictest word of the portfolio and of this node's files and rows (C1).</summary>
    private void ApplyMode()
    {
        var word = Services.Controls.Board.Strictest(_context.Symbol, Services.Settings.Strategy);
        var (mode, reason) = word is not null && word.Mode > _portfolioMode ? (word.Mode, $"{word.Reason} ({word.By})") : (_portfolioMode, _portfolioReason);
        var isNew = mode != _context.Mode || (_isModeKnown && !_isModeDecided);
        _isModeDecided |= _isModeKnown;
        (_context.Mode, _context.ModeReason) = (mode, reason);
        if (isNew && _state.Version > 0)
            Decide(new PairInput.ModeChanged());
    }

    private string? EntryBlock()
    {
        LookAtNode();
        return PairDecider.EntryBlock(_state, _memory, _context, _memory.LastTick.TimeMs);
    }

    /// <summary>Entries wait until history, rules, prices, order events and the portfolio's word are all here (RELIABILITY.md R14).</summary>
    private void CheckGate()
    {
        _context.GateOpen = _isWarm && _isAccountConnected && _isModeKnown && IsSwept && _context.Rules is not null && !_isEnding;
        if (_context.GateOpen)
            Services.Gate.Ready(_context.Symbol);
    }
}
