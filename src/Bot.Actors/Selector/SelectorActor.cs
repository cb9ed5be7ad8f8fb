using Akka.Actor;
using Akka.Event;
using Bot.Actors.Collector;
using Bot.Actors.Market;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Selection;

namespace Bot.Actors.Selector;

/// <summary>Run the selection now.</summary>
public sealed record SelectNow : IWireMessage
{
    /// <summary>The only instance.</summary>
    public static readonly SelectNow Instance = new();
}

/// <summary>
/// Chooses the pairs, one in the cluster: reads the market, judges it by <see cref="PairSelection"/>, starts what is chosen, winds down
/// what is not any more, notices what the exchange has delisted.
/// </summary>
public sealed class SelectorActor : DurableActor<SelectionMade, SelectorActor.Announce>
{
    private const string Next = "next";
    private const string Repeat = "repeat";

    /// <summary>A choice is told again this often, ms: a pair or the collector may have been away when it was told.</summary>
    private const long RepeatMs = 60_000;

    /// <summary>So many candidates for each place are looked at closely; the rest is cut by volume.</summary>
    private const int CandidatesPerPlace = 5;

    private const long DayMs = 86_400_000;

    private readonly IActorRef _pairs;
    private readonly IActorRef _collector;
    private readonly SymbolRegistry _registry;
    private readonly PairCatalog _catalog;
    private readonly CancellationTokenSource _stopping = new();
    private SelectionMade? _last;
    private Announce? _announced;
    private MarketRead? _market;

    /// <summary>The selector.</summary>
    /// <param name="services">The node.</param>
    /// <param name="pairs">The shard region of the pairs.</param>
    /// <param name="collector">The collector.</param>
    public SelectorActor(NodeServices services, IActorRef pairs, IActorRef collector)
        : base(services)
    {
        (_pairs, _collector) = (pairs, collector);
        _registry = new SymbolRegistry(services.Database);
        _catalog = new PairCatalog(services.Database);
        PersistenceId = PersistenceIdOf(services.Settings.Account);
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override int SnapshotEvery => 20;

    private SelectionRules Rules => Services.Settings.Selection;

    /// <summary>The journal stream of an account's selector.</summary>
    public static string PersistenceIdOf(string account) => $"selector-{account}";

    /// <inheritdoc/>
    protected override void Apply(SelectionMade e) => _last = e;

    /// <inheritdoc/>
    protected override object? TakeSnapshot() => _last;

    /// <inheritdoc/>
    protected override void Restore(object state) => _last = (SelectionMade)state;

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        // The last incarnation may have died before it told them; those that were chosen are told by the next choice.
        if (_last is { } last)
        {
            TellGone(last.Delisted);
            TellDropped((last.Dropped ?? []).Select(s => (s, last.Judgements.FirstOrDefault(j => j.Symbol == s)?.Rejection)));
        }
        Self.Tell(SelectNow.Instance);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case SelectNow:
                Start();
                break;
            case MarketRead { Failure: { } failure }:
                Log.Warning("the market could not be read for the selection: {Failure}; again in a moment", failure);
                Timers.After(Next, 5_000, SelectNow.Instance);
                break;
            case MarketRead read:
                _market = read;
                Timers.After(Next, 120_000, SelectNow.Instance); // should the collector move while it is asked
                _collector.Tell(new RequestBars([.. read.Candidates.Select(c => c.Rules.Symbol)], CandlesOfADay()));
                break;
            case TellAgain when _announced is { } announced:
                Tell(announced);
                break;
            case BarsReady bars when _market is { } market:
                _market = null;
                Choose(market, bars);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(Announce effect)
    {
        var made = effect.Made;
        var selected = made.Selected().ToList();
        Log.Info("selected {Count} of {Considered} pairs: {Pairs}", selected.Count, made.Judgements.Count, string.Join(' ', selected.Select(j => j.Symbol.Text)));
        Services.Gate.Expect(selected.Select(j => j.Symbol));
        foreach (var gone in made.Delisted)
            Log.Error("{Symbol} ALERT is not listed any more: wound down", gone.Text);
        _announced = effect;
        Tell(effect);
    }

    private void Tell(Announce announced)
    {
        var made = announced.Made;
        var selected = made.Selected().ToList();
        _collector.Tell(new CollectCandles([.. selected.Select(j => j.Symbol)]));
        foreach (var judgement in selected)
        {
            var (id, rules) = announced.Registered[judgement.Symbol];
            _pairs.Tell(new StartPair(judgement.Symbol, id, rules.BaseCurrency, rules.QuoteCurrency, judgement.RiskLevel));
        }
        TellGone(made.Delisted);
        TellDropped(announced.Dropped);

        // In a replay nobody is away, and its clock would have to stop for this.
        if (Services.Grants is null)
            Timers.After(Repeat, RepeatMs, new TellAgain());
    }

    private void TellGone(IEnumerable<Symbol> delisted)
    {
        foreach (var gone in delisted)
            _pairs.Tell(new WindDownPair(gone, PairPhase.Delisted, Flatten: true, "not listed any more"));
    }

    private void TellDropped(IEnumerable<(Symbol Symbol, string? Rejection)> dropped)
    {
        foreach (var (symbol, rejection) in dropped)
            _pairs.Tell(new WindDownPair(symbol, PairPhase.WindingDown, Flatten: false, rejection ?? "not selected any more"));
    }

    private int CandlesOfADay() => (int)Math.Clamp(DayMs / Services.Settings.Interval.Milliseconds, 60, 1_500);

    private void Start()
    {
        Services.InFlight.Enter();
        _ = ReadAsync(Self, _stopping.Token);

        async Task ReadAsync(IActorRef self, CancellationToken cancel)
        {
            MarketRead read;
            try
            {
                read = await ReadMarketAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                read = new MarketRead([], new HashSet<Symbol>(), e.Message);
            }
            catch (OperationCanceledException)
            {
                read = new MarketRead([], new HashSet<Symbol>(), "stopping");
            }
            self.Tell(read, ActorRefs.NoSender);
            Services.InFlight.Exit();
        }
    }

    private async Task<MarketRead> ReadMarketAsync(CancellationToken cancel)
    {
        var rules = (await Services.InFlight.LeaveForAsync(Services.Exchange.GetSymbolsAsync(cancel)).ConfigureAwait(false)).Required;
        var tickers = (await Services.InFlight.LeaveForAsync(Services.Exchange.GetAllTickersAsync(cancel)).ConfigureAwait(false)).Required
            .ToDictionary(t => t.Ticker.Symbol);
        var pinned = Services.Settings.PinnedPairs.ToHashSet();
        var wanted = rules.Where(r => pinned.Contains(r.Symbol) || r.Symbol == Rules.Benchmark).ToList();
        var unknown = pinned.Except(rules.Select(r => r.Symbol)).ToList();
        foreach (var symbol in unknown)
            Log.Error("{Symbol} ALERT is configured, but the exchange does not list it", symbol.Text);

        if (pinned.Count == 0)
        {
            wanted.AddRange(rules
                .Where(r => r.QuoteCurrency == Rules.QuoteCurrency && r.EnableTrading && r.Symbol != Rules.Benchmark)
                .Where(r => tickers.TryGetValue(r.Symbol, out var t) && t.QuoteVolume24h >= Rules.MinQuoteVolume24h)
                .OrderByDescending(r => tickers[r.Symbol].QuoteVolume24h)
                .ThenBy(r => r.Symbol)
                .Take(Rules.MaxPairs * CandidatesPerPlace));
        }
        var candidates = new List<Candidate>();
        foreach (var r in wanted.OrderBy(r => r.Symbol))
        {
            var id = await _registry.IdOfAsync(r.Symbol, r.BaseCurrency, r.QuoteCurrency, cancel).ConfigureAwait(false);
            tickers.TryGetValue(r.Symbol, out var t);
            var spread = t?.Ticker is { BestBid: { } bid, BestAsk: { } ask } && bid + ask > 0 ? (double)(2 * (ask - bid) / (ask + bid)) : (double?)null;
            candidates.Add(new Candidate(id, r, t?.QuoteVolume24h, spread));
        }
        await _catalog.SaveRulesAsync([.. candidates.Select(c => (c.SymbolId, c.Rules))], Services.ExchangeNowMs(), cancel).ConfigureAwait(false);
        return new MarketRead(candidates, rules.Select(r => r.Symbol).ToHashSet(), null);
    }

    private void Choose(MarketRead market, BarsReady bars)
    {
        var candles = bars.Bars.ToDictionary(b => b.Symbol, b => b.Candles);
        var facts = market.Candidates.Select(c => new PairFacts(c.Rules, c.QuoteVolume24h, c.Spread, [.. candles[c.Rules.Symbol].Select(x => x.ToBar())])).ToList();
        var pinned = Services.Settings.PinnedPairs.ToHashSet();
        var judgements = PairSelection.Select(Rules, facts, Services.Settings.Interval, pinned)
            .Select(j => pinned.Count > 0 && !pinned.Contains(j.Symbol) ? j with { Rank = null, Rejection = "NOT_CONFIGURED" } : j)
            .ToList();

        var before = _last?.Selected().Select(j => j.Symbol).ToList() ?? [];
        var delisted = before.Where(s => !market.Listed.Contains(s)).ToList();
        var now = judgements.Where(j => j.Rank is not null).Select(j => j.Symbol).ToHashSet();
        var dropped = before.Where(s => !now.Contains(s) && !delisted.Contains(s))
            .Select(s => (s, judgements.FirstOrDefault(j => j.Symbol == s)?.Rejection))
            .ToList();
        var made = new SelectionMade(Services.ExchangeNowMs(), bars.MarketMs, Rules, Services.Settings.Version, judgements, delisted)
        {
            Dropped = dropped.Count > 0 ? [.. dropped.Select(d => d.s)] : null,
        };

        Timers.After(Next, Services.Settings.SelectionIntervalMs, SelectNow.Instance);
        Services.InFlight.Enter();
        _ = SaveMetricsAsync(made);
        Sink.Persist(made);
        Sink.Do(new Announce(made, market.Candidates.ToDictionary(c => c.Rules.Symbol, c => (c.SymbolId, c.Rules)), dropped));
        Commit();
    }

    private async Task SaveMetricsAsync(SelectionMade made)
    {
        try
        {
            await _catalog.SaveMetricsAsync(made, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.Error(e, "the metrics of the selection could not be stored; the next selection writes them anew");
        }
        finally
        {
            Services.InFlight.Exit();
        }
    }

    /// <summary>Tell everybody concerned of a choice.</summary>
    /// <param name="Made">The choice.</param>
    /// <param name="Registered">Number and rules of every candidate.</param>
    /// <param name="Dropped">Pairs of the last choice that are not in this one, with the reason.</param>
    public sealed record Announce(
        SelectionMade Made,
        IReadOnlyDictionary<Symbol, (int SymbolId, SymbolRules Rules)> Registered,
        IReadOnlyList<(Symbol Symbol, string? Rejection)> Dropped);

    private sealed record Candidate(int SymbolId, SymbolRules Rules, decimal? QuoteVolume24h, double? Spread);

    private sealed record TellAgain;

    private sealed record MarketRead(IReadOnlyList<Candidate> Candidates, IReadOnlySet<Symbol> Listed, string? Failure);
}
