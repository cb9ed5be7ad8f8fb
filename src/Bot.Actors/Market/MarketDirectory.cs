using Akka.Actor;
using Akka.Event;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Trading.Market;

namespace Bot.Actors.Market;

/// <summary>A pair of this node wants the exchange's rules and the account's fee for it; the answers are <see cref="PairRules"/>.</summary>
/// <param name="Symbol">The pair.</param>
public sealed record SubscribeRules(Symbol Symbol) : INoSerializationVerificationNeeded;

/// <summary>What the exchange asks of orders of a pair.</summary>
/// <param name="Rules">The rules; null when the exchange does not list the pair.</param>
/// <param name="TakerFee">The account's taker fee, fraction; null when unknown.</param>
/// <param name="ReadAtMs">When the rules were read, Unix ms of the exchange's clock; 0: not known.</param>
public sealed record PairRules(SymbolRules? Rules, decimal? TakerFee, long ReadAtMs = 0) : INoSerializationVerificationNeeded;

/// <summary>The exchange's rules are older than allowed (a reject said so): read them now.</summary>
public sealed record RefreshRules : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly RefreshRules Instance = new();
}

/// <summary>
/// Keeps the rules and fees of the pairs that this node hosts no older than the configuration allows (C15). Rules are told as soon as they are
/// known, because nothing can be sold without them; fees follow, ten pairs a request.
/// </summary>
public sealed class MarketDirectory : UntypedActor
{
    private const string Refresh = "refresh";

    private readonly NodeServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<Symbol, IActorRef> _pairs = [];
    private readonly ActorTimers _timers;
    private readonly CancellationTokenSource _stopping = new();
    private Dictionary<Symbol, SymbolRules>? _rules;
    private readonly Dictionary<Symbol, decimal> _fees = [];
    private long _readAtMs;
    private bool _isReading;
    private bool _isDue;
    private bool _isAllDue;

    /// <summary>The directory of a node.</summary>
    public MarketDirectory(NodeServices services)
    {
        _services = services;
        _timers = new ActorTimers(services.Time, Self);
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Read(all: true);
        Context.System.EventStream.Publish(new NodeServiceStarted(NodeService.Directory));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _timers.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SubscribeRules subscribe:
                _pairs[subscribe.Symbol] = Sender;
                Context.WatchWith(Sender, new PairGone(subscribe.Symbol, Sender));
                if (_rules is not null)
                    Tell(subscribe.Symbol, Sender);
                if (_rules is null || !_fees.ContainsKey(subscribe.Symbol))
                    Read(all: false);
                break;
            case PairGone gone when _pairs.TryGetValue(gone.Symbol, out var current) && current.Equals(gone.Pair):
                _pairs.Remove(gone.Symbol);
                break;
            case RefreshRules:
                Read(all: true);
                break;
            case RulesRead read:
                OnRulesRead(read);
                break;
            case FeesRead read:
                OnFeesRead(read);
                break;
        }
    }

    private void OnRulesRead(RulesRead read)
    {
        (_rules, _readAtMs) = (read.Rules, _services.ExchangeNowMs());
        foreach (var (symbol, pair) in _pairs)
            Tell(symbol, pair);
    }

    /// <summary>A reading has ended, whatever came of it.</summary>
    private void OnFeesRead(FeesRead read)
    {
        _isReading = false;
        foreach (var fee in read.Fees)
        {
            _fees[fee.Symbol] = fee.Taker;
            if (_pairs.TryGetValue(fee.Symbol, out var pair))
                Tell(fee.Symbol, pair);
        }
        if (read.Failure is { } failure)
            _log.Warning("the exchange's rules could not be read: {Failure}; the last known ones stay", failure);
        if (_isDue)
        {
            var all = _isAllDue;
            (_isDue, _isAllDue) = (false, false);
            Read(all);
            return;
        }
        _timers.After(Refresh, read.Failure is null ? _services.Settings.RulesRefreshMs : Math.Min(5_000, _services.Settings.RulesRefreshMs), RefreshRules.Instance);
    }

    private void Tell(Symbol symbol, IActorRef pair) =>
        pair.Tell(new PairRules(_rules!.GetValueOrDefault(symbol), _fees.TryGetValue(symbol, out var fee) ? fee : null, _readAtMs));

    /// <summary>Reads everything anew, or what is not known yet.</summary>
    private void Read(bool all)
    {
        if (_isReading)
        {
            (_isDue, _isAllDue) = (true, _isAllDue || all);
            return;
        }
        _isReading = true;
        IEnumerable<Symbol> symbols = all ? _pairs.Keys : _pairs.Keys.Where(s => !_fees.ContainsKey(s));
        _ = ReadAsync(all ? null : _rules, [.. symbols.Order()], Self, _stopping.Token);
    }

    // Enters no work of its own: it goes on inside the units of the requests that it waits for (docs/lockstep.md).
    private async Task ReadAsync(Dictionary<Symbol, SymbolRules>? listed, IReadOnlyList<Symbol> symbols, IActorRef self, CancellationToken cancel)
    {
        IReadOnlyList<FeeRate> fees = [];
        string? failure = null;
        try
        {
            if (listed is null)
            {
                var rules = await _services.Exchange.GetSymbolsAsync(cancel).ConfigureAwait(false);
                failure = rules.Failure?.ToString();
                if (failure is null)
                    self.Tell(new RulesRead(listed = rules.Required.ToDictionary(r => r.Symbol)), ActorRefs.NoSender);
            }
            if (listed is not null && symbols.Where(listed.ContainsKey).ToList() is { Count: > 0 } known)
            {
                var read = await _services.Exchange.GetFeeRatesAsync(known, cancel).ConfigureAwait(false);
                failure = read.Failure?.ToString();
                fees = read.IsSuccess ? read.Required : [];
            }
        }
        catch (Exception e)
        {
            failure = $"{e.GetType().Name} inside the client";
        }
        self.Tell(new FeesRead(fees, failure), ActorRefs.NoSender);
    }

    private sealed record RulesRead(Dictionary<Symbol, SymbolRules> Rules);

    private sealed record FeesRead(IReadOnlyList<FeeRate> Fees, string? Failure);

    private sealed record PairGone(Symbol Symbol, IActorRef Pair);
}
