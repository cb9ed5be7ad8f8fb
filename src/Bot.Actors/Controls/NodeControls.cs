using System.Collections.Concurrent;
using Bot.Trading.Market;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Actors.Controls;

/// <summary>
/// What a node knows for its risk controls: the kill switch as files and rows tell it, its breakers, the state of the exchange, and how
/// often controls tripped. Written by gateway, price feed and watches, read by pairs and gateway; safe for all threads.
/// </summary>
public sealed class NodeControls
{
    private readonly Lock _lock = new();
    private readonly NodeBreakers _breakers = new();
    private readonly ConcurrentDictionary<Symbol, SymbolRules> _rules = new();
    private readonly ConcurrentDictionary<Symbol, bool> _holding = new();
    private SwitchBoard _board = SwitchBoard.Clear;
    private Action? _moved;
    private volatile string? _openWord;

    /// <summary>Parameters; null: no controls, as in tests of something else.</summary>
    public ControlSettings? Settings { get; init; }

    /// <summary>Limits of the account.</summary>
    public RiskLimits Limits { get; init; } = new();

    /// <summary>The kill switch's files; null: none are read.</summary>
    public KillSwitchFile? File { get; init; }

    /// <summary>Error bound of the exchange's clock, ms; null: not known.</summary>
    public Func<long?> ClockErrorMs { get; init; } = () => null;

    /// <summary>How often controls tripped.</summary>
    public ControlTrips Trips { get; } = new();

    /// <summary>The kill switch as files and rows last told it.</summary>
    public SwitchBoard Board => Volatile.Read(ref _board);

    /// <summary>What the node knows about itself now.</summary>
    public NodeConditions Conditions(long nowMs)
    {
        if (Settings is not { } settings)
            return default;
        lock (_lock)
        {
            var open = _breakers.Open(nowMs, settings);
            return new NodeConditions(
                _breakers.StreamSilentMs(nowMs), ClockErrorMs(), _openWord is null ? null : _openWord == "open", open.Passes ? null : open.Control, open.Reason);
        }
    }

    /// <summary>Feeds the breakers.</summary>
    public void Note(Action<NodeBreakers, ControlSettings> what)
    {
        if (Settings is not { } settings)
            return;
        lock (_lock)
            what(_breakers, settings);
    }

    /// <summary>Whether the exchange as a whole takes orders (C14).</summary>
    public void SetExchangeOpen(bool isOpen) => _openWord = isOpen ? "open" : "closed";

    /// <summary>The exchange's rules of a pair that this node hosts.</summary>
    public void SetRules(Symbol symbol, SymbolRules rules) => _rules[symbol] = rules;

    /// <summary>The exchange's rules of a pair; null when it is not hosted here.</summary>
    public SymbolRules? RulesOf(Symbol symbol) => _rules.GetValueOrDefault(symbol);

    /// <summary>Whether a pair that this node hosts holds something, or has an order that could fill.</summary>
    public void SetHolding(Symbol symbol, bool holds) => _holding[symbol] = holds;

    /// <summary>C25: whether a pair may hold something; one that is not hosted here may.</summary>
    public bool MayHold(Symbol symbol) => !_holding.TryGetValue(symbol, out var holds) || holds;

    /// <summary>The gateway wants to know when the kill switch is moved.</summary>
    public void OnMoved(Action moved) => Volatile.Write(ref _moved, moved);

    /// <summary>The kill switch was read.</summary>
    public void SetBoard(SwitchBoard board)
    {
        if (Board.SaysTheSame(board))
            return;
        Volatile.Write(ref _board, board);
        Volatile.Read(ref _moved)?.Invoke();
    }
}
