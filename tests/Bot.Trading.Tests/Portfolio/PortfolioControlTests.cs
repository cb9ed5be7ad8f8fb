using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Tests.Pairs;

namespace Bot.Trading.Tests.Portfolio;

/// <summary>The account's controls: losses, order rate, size while new, breaches, and the kill switch by scope.</summary>
public class PortfolioControlTests
{
    private const long Day = 86_400_000;
    private static readonly Symbol Abc = PairBench.Rules.Symbol;
    private static readonly Symbol Def = Symbol.Parse("DEF-USDT");
    private readonly Sink<PortfolioEvent, PortfolioEffect> _sink = new();
    private readonly List<PortfolioEffect> _effects = [];
    private readonly List<PortfolioEvent> _journal = [];
    private PortfolioState _state = new();
    private PortfolioMemory _memory = new();
    private PortfolioSettings _settings = new() { Controls = new ControlSettings(), Limits = new RiskLimits { MaxPosition = 0.2m } };
    private long _nowMs = 1_000_000;

    public PortfolioControlTests() => Do(new PortfolioInput.Open("USDT", 10_000));

    [Fact]
    public void A_loss_of_the_day_stops_entries_also_over_a_restart_and_a_new_day_does_not_lift_it()
    {
        Hold(Abc, 100, 100);
        Mark(100, Day);
        Mark(97.1m, Day + 60_000);
        Assert.Equal(TradingMode.Active, _state.Mode);
        Mark(97, Day + 120_000);
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Assert.StartsWith("DAILY_LOSS control=C7", _state.ModeReason, StringComparison.Ordinal);
        Restart();
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Mark(97, 2 * Day);
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Assert.Contains("control=C7", Ask(Def).Decision.Refusal, StringComparison.Ordinal);
        Do(new PortfolioInput.Resume(null, "person", "looked at it"));
        Assert.Equal(TradingMode.Active, _state.Mode);
        Mark(96, (2 * Day) + 60_000);
        Assert.Equal(TradingMode.Active, _state.Mode);
    }

    [Fact]
    public void A_restart_does_not_forget_what_the_day_began_with()
    {
        Hold(Abc, 100, 100);
        Mark(100, Day);
        Mark(98, Day + 60_000);
        Restart();
        Mark(97, Day + 120_000);
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
    }

    [Fact]
    public void A_loss_over_midnight_is_counted_from_the_new_day()
    {
        Hold(Abc, 100, 100);
        Mark(100, Day);
        Mark(98, (2 * Day) - 60_000);
        Mark(98, 2 * Day);
        Mark(96, (2 * Day) + 60_000);
        Assert.Equal(TradingMode.Active, _state.Mode);
        Assert.Equal(2, _journal.OfType<DayBegan>().Count());
    }

    [Fact]
    public void An_entry_is_sized_within_the_value_of_one_order_and_a_tenth_of_it_while_the_configuration_is_new()
    {
        var decision = Ask(Abc).Decision;
        Assert.Equal(1.00m, decision.Size);
        Assert.Equal((1.0m, 0m), (decision.SizeByOrder, decision.Exposure));
        _settings = _settings with { ConfigurationSinceMs = _nowMs };
        Assert.Equal(0.1m, Ask(Def).Decision.Size);
        _nowMs += Day;
        Assert.Equal(1.00m, Ask(Def).Decision.Size);
    }

    [Fact]
    public void Entries_wait_for_their_turn_and_are_dropped_when_it_does_not_come()
    {
        for (var i = 0; i < 5; i++)
            Assert.Null(Ask(Symbol.Parse($"A{i}-USDT")).Decision.Refusal);
        var answers = _effects.OfType<PortfolioEffect.AnswerGrant>().Count();
        Do(new PortfolioInput.GrantAsked(Request(Def)));
        var later = _effects.OfType<PortfolioEffect.AskLater>().Single();
        Assert.Equal((Def, _nowMs), (later.Request.Symbol, later.SinceMs));
        Assert.Equal(answers, _effects.OfType<PortfolioEffect.AnswerGrant>().Count());
        _nowMs += 999;
        Do(new PortfolioInput.GrantAsked(later.Request, later.SinceMs));
        Assert.Equal(2, _effects.OfType<PortfolioEffect.AskLater>().Count());
        _nowMs += 1;
        Do(new PortfolioInput.GrantAsked(later.Request, later.SinceMs));
        Assert.Null(_effects.OfType<PortfolioEffect.AnswerGrant>().Last().Decision.Refusal);
    }

    [Fact]
    public void An_entry_that_waited_as_long_as_it_may_is_refused()
    {
        _settings = _settings with { Controls = new ControlSettings { EntriesPerSecond = 1, EntriesPerMinute = 2 } };
        Assert.Null(Ask(Abc).Decision.Refusal);
        _nowMs += 1_000;
        Assert.Null(Ask(Def).Decision.Refusal);
        _nowMs += 2_000;
        Do(new PortfolioInput.GrantAsked(Request(Symbol.Parse("GHI-USDT")), _nowMs - 1_000));
        Assert.StartsWith("ENTRY_RATE control=C10 minute=2", _effects.OfType<PortfolioEffect.AnswerGrant>().Last().Decision.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_entries_under_way_refuse_the_next()
    {
        _settings = _settings with { Controls = new ControlSettings { MaxEntries = 2 } };
        Ask(Abc);
        Ask(Def);
        Assert.StartsWith("ENTRIES control=C6 open=2", Ask(Symbol.Parse("GHI-USDT")).Decision.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kill_switch_is_for_everything_a_pair_or_a_strategy_and_the_strictest_word_counts()
    {
        Do(new PortfolioInput.SetMode(TradingMode.ReduceOnly, "me", "because", "ABC-USDT"));
        Assert.Equal((TradingMode.ReduceOnly, TradingMode.Active, TradingMode.Active), (Mode(Abc), Mode(Def), _state.Mode));
        Do(new PortfolioInput.SetMode(TradingMode.Halted, "me", "because", "strategy:ema"));
        Assert.Equal((TradingMode.Halted, TradingMode.Halted), (Mode(Abc), Mode(Def)));
        Do(new PortfolioInput.SetMode(TradingMode.Active, "me", "done", "strategy:ema"));
        Restart();
        Assert.Equal((TradingMode.ReduceOnly, TradingMode.Active), (Mode(Abc), Mode(Def)));
        Assert.StartsWith("TRADING_MODE control=C1 mode=ReduceOnly reason=because", Ask(Abc).Decision.Refusal, StringComparison.Ordinal);
        Assert.Null(Ask(Def).Decision.Refusal);
        var events = _journal.Count;
        Do(new PortfolioInput.SetMode(TradingMode.ReduceOnly, "me", "again", "ABC-USDT"));
        Assert.Equal(events, _journal.Count);
    }

    [Fact]
    public void A_breach_of_a_pair_pauses_the_pair_and_one_of_the_account_all_of_it()
    {
        Do(new PortfolioInput.Breached(Control.ReconciliationBreak, Abc, "POSITION_DIFFERS ours=1 theirs=2"));
        Assert.Equal("POSITION_DIFFERS ours=1 theirs=2 control=C20", _effects.OfType<PortfolioEffect.PausePair>().Single().Reason);
        Assert.Equal(TradingMode.Active, _state.Mode);
        Do(new PortfolioInput.Breached(Control.ReconciliationBreak, null, "UNEXPLAINED currency=USDT"));
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Do(new PortfolioInput.Breached(Control.Exclusivity, null, "FOREIGN_ORDER id=x"));
        Assert.Equal((TradingMode.Halted, Control.Exclusivity), (_state.Mode, _state.Breaker!.Control));
        var events = _journal.Count;
        Do(new PortfolioInput.Breached(Control.Exclusivity, null, "FOREIGN_ORDER id=x"));
        Assert.Equal(events, _journal.Count);
        Hold(Abc, 1, 100);
        Do(new PortfolioInput.Resume(null, "me", "it was me"));
        Assert.Equal(TradingMode.Active, _state.Mode);
        Assert.Equal([Abc], _effects.OfType<PortfolioEffect.ResumePair>().Select(r => r.Symbol));
    }

    [Fact]
    public void A_resume_does_not_lift_the_kill_switch_and_the_kill_switch_does_not_lift_a_breaker()
    {
        Do(new PortfolioInput.SetMode(TradingMode.Halted, "me", "fire"));
        Do(new PortfolioInput.Breached(Control.ReconciliationBreak, null, "UNEXPLAINED"));
        Do(new PortfolioInput.Resume(null, "me", "explained"));
        Assert.Equal((TradingMode.Halted, "fire"), (_state.Mode, _state.ModeReason));
        Do(new PortfolioInput.Breached(Control.ReconciliationBreak, null, "UNEXPLAINED"));
        Do(new PortfolioInput.SetMode(TradingMode.Active, "me", "no fire"));
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
    }

    [Fact]
    public void Foreign_orders_may_be_allowed_and_then_only_alarm()
    {
        _settings = _settings with { Controls = new ControlSettings { HaltOnForeign = false } };
        Do(new PortfolioInput.Breached(Control.Exclusivity, null, "FOREIGN_ORDER id=x"));
        Assert.Equal(TradingMode.Active, _state.Mode);
        Assert.Single(_effects.OfType<PortfolioEffect.Alert>());
    }

    [Fact]
    public void Any_break_while_the_configuration_is_new_stops_it_as_a_whole()
    {
        _settings = _settings with { ConfigurationSinceMs = _nowMs };
        Do(new PortfolioInput.Breached(Control.ReconciliationBreak, Abc, "POSITION_DIFFERS"));
        Assert.Equal((TradingMode.ReduceOnly, Control.Canary), (_state.Mode, _state.Breaker!.Control));
    }

    private TradingMode Mode(Symbol symbol) => _state.ModeOf(symbol, "ema");

    private void Restart()
    {
        var snapshot = PortfolioState.From(_state.ToSnapshot());
        (_state, _memory) = (new PortfolioState(), new PortfolioMemory());
        _journal.ForEach(_state.Apply);
        Assert.Equal((snapshot.Mode, snapshot.BreakerPeak, snapshot.DayMs, snapshot.DayEquity), (_state.Mode, _state.BreakerPeak, _state.DayMs, _state.DayEquity));
        Do(new PortfolioInput.Recovered());
    }

    private void Hold(Symbol symbol, decimal quantity, decimal price) => Do(new PortfolioInput.BookReported(
        new PairBook(symbol, 1, new Position(quantity, quantity * price, -quantity * price, 0, 0), price - 5, 1, new Dictionary<long, decimal>())));

    private void Mark(decimal price, long marketMs) => Do(new PortfolioInput.Marked(marketMs, new Dictionary<Symbol, decimal> { [Abc] = price }));

    private static GrantRequest Request(Symbol symbol) => new(symbol, 1, 100, 95, 0.001m, PairBench.Rules);

    private PortfolioEffect.AnswerGrant Ask(Symbol symbol)
    {
        Do(new PortfolioInput.GrantAsked(Request(symbol)));
        return _effects.OfType<PortfolioEffect.AnswerGrant>().Last();
    }

    private void Do(PortfolioInput input)
    {
        PortfolioDecider.Decide(_state, _memory, new PortfolioContext(_nowMs, _settings, "node", 0, "", "ema"), input, _sink);
        foreach (var e in _sink.Events)
        {
            _state.Apply(e);
            _journal.Add(e);
        }
        _effects.AddRange(_sink.Effects);
        _sink.Clear();
    }
}
