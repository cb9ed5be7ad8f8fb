using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Tests.Pairs;
using CsCheck;

namespace Bot.Trading.Tests.Portfolio;

public class PortfolioMachineTests
{
    private static readonly Symbol Abc = PairBench.Rules.Symbol;
    private readonly Sink<PortfolioEvent, PortfolioEffect> _sink = new();
    private readonly PortfolioState _state = new();
    private readonly PortfolioMemory _memory = new();
    private readonly List<PortfolioEffect> _effects = [];
    private readonly PortfolioSettings _settings = new() { Limits = new RiskLimits { MaxExposure = 0.5m, MaxPosition = 0.2m, RiskPerTrade = 0.01m } };
    private long _nowMs = 1_000_000;

    [Fact]
    public void Nothing_is_granted_before_the_books_are_open()
    {
        Assert.Equal("BOOKS_NOT_OPEN", Ask(1).Decision.Refusal);
        Open();
        Assert.Null(Ask(1).Decision.Refusal);
    }

    [Fact]
    public void A_loss_to_the_stop_costs_the_configured_risk_at_most()
    {
        Open();
        var decision = Ask(1, price: 100, stop: 90).Decision;
        Assert.InRange(decision.Size * (10 + 0.001m * 190), 99, 100);
    }

    [Fact]
    public void Asking_twice_for_one_intent_reserves_once()
    {
        Open();
        var first = Ask(1);
        var second = Ask(1);
        Assert.Equal(first.ReservedQuote, second.ReservedQuote);
        Assert.Equal(second.ReservedQuote, _state.Reserved(_nowMs));
    }

    [Fact]
    public void An_unconfirmed_reservation_lapses_and_a_confirmed_one_does_not()
    {
        Open();
        var granted = Ask(1);
        _nowMs += _settings.ReservationMs + 1;
        Assert.Equal(0, _state.Reserved(_nowMs));
        granted = Ask(1);
        Report(version: 5, open: (1, granted.ReservedQuote), next: 2);
        _nowMs += 10 * _settings.ReservationMs;
        Assert.Equal(granted.ReservedQuote, _state.Reserved(_nowMs));
        Report(version: 6, open: null, next: 2);
        Assert.Equal(0, _state.Reserved(_nowMs));
    }

    [Fact]
    public void An_older_report_changes_nothing_and_is_acknowledged()
    {
        Open();
        Report(version: 9, position: new Position(1, 100, -100, 0, 0));
        Report(version: 8, position: new Position(5, 500, -500, 0, 0));
        Assert.Equal(9_900, _state.Cash);
        Assert.Equal(2, _effects.OfType<PortfolioEffect.AcknowledgeBook>().Count());
    }

    [Fact]
    public void Exposure_of_all_pairs_is_limited()
    {
        Open();
        var granted = 0m;
        for (var i = 0; i < 20; i++)
        {
            var answer = Ask(1, symbol: Symbol.Parse($"A{i}-USDT"));
            granted += answer.ReservedQuote;
        }
        Assert.InRange(granted, 4_000, 5_050);
    }

    [Fact]
    public void A_drawdown_at_the_limit_stops_entries_until_a_person_resumes()
    {
        Open();
        Report(version: 1, position: new Position(100, 10_000, -10_000, 0, 0));
        Mark(100, 60_000);
        Mark(91, 120_000);
        Assert.Equal(TradingMode.Active, _state.Mode);
        Mark(90, 180_000);
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Assert.StartsWith("TRADING_MODE", Ask(7).Decision.Refusal, StringComparison.Ordinal);
        Mark(200, 240_000);
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Do(new PortfolioInput.SetMode(TradingMode.Active, "person", "the kill switch is another thing"));
        Assert.Equal(TradingMode.ReduceOnly, _state.Mode);
        Do(new PortfolioInput.Resume(null, "person", "looked at it"));
        Assert.Equal(TradingMode.Active, _state.Mode);

        // The fall that tripped it is not counted again.
        Mark(199, 300_000);
        Assert.Equal(TradingMode.Active, _state.Mode);
    }

    [Fact]
    public void The_curve_has_a_point_an_interval()
    {
        Open();
        for (var minute = 1; minute <= 180; minute++)
            Mark(100, minute * 60_000L);
        Assert.Equal(3, Events<EquityMarked>().Count);
    }

    [Fact]
    public void Reservations_never_exceed_the_cash() =>
        Gen.Select(Gen.Int[0, 5], Gen.Decimal[1, 500], Gen.Int[1, 3]).Array[1, 40].Sample(asks =>
        {
            var test = new PortfolioMachineTests();
            test.Open();
            foreach (var (pair, price, intent) in asks)
            {
                var rounded = Math.Max(1, Math.Round(price, 2));
                test.Ask(intent, rounded, Math.Round(rounded * 0.9m, 2), Symbol.Parse($"A{pair}-USDT"));
                Assert.True(test._state.Reserved(test._nowMs) <= test._state.Cash);
            }
        });

    private List<PortfolioEvent> Journal { get; } = [];

    private List<T> Events<T>() => [.. Journal.OfType<T>()];

    private void Open() => Do(new PortfolioInput.Open("USDT", 10_000));

    private void Mark(decimal price, long marketMs) =>
        Do(new PortfolioInput.Marked(marketMs, new Dictionary<Symbol, decimal> { [Abc] = price }));

    private void Report(long version, Position? position = null, (long Intent, decimal Quote)? open = null, long next = 1) =>
        Do(new PortfolioInput.BookReported(new PairBook(
            Abc, version, position ?? Position.Empty, position is null ? null : 1, next,
            open is { } o ? new Dictionary<long, decimal> { [o.Intent] = o.Quote } : [])));

    private PortfolioEffect.AnswerGrant Ask(long intent, decimal price = 100, decimal stop = 95, Symbol? symbol = null)
    {
        Do(new PortfolioInput.GrantAsked(new GrantRequest(symbol ?? Abc, intent, price, stop, 0.001m, PairBench.Rules)));
        return _effects.OfType<PortfolioEffect.AnswerGrant>().Last();
    }

    private void Do(PortfolioInput input)
    {
        PortfolioDecider.Decide(_state, _memory, new PortfolioContext(_nowMs, _settings, "node", 0, ""), input, _sink);
        foreach (var e in _sink.Events)
        {
            _state.Apply(e);
            Journal.Add(e);
        }
        _effects.AddRange(_sink.Effects);
        _sink.Clear();
    }
}
