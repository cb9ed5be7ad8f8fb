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

/// <summary>Keeps the rules and fees of the pairs that this node hosts no older than the configuration allows (C15).</summary>
public sealed class MarketDirectory : UntypedActor
{
    private const string Refresh = "refresh";

    private readonly NodeServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<Symbol, IActorRef> _pairs = [];
    private readonly ActorTimers _timers;
    private readonly CancellationTokenSource _stopping = new();
    private Dictionary<Symbol, SymbolRules>? _rules;
    private Dictionary<Symbol, decimal> _fees = [];
    private long _readAtMs;
    private bool _isReading;
    private bool _readAgain;

    /// <summary>The directory of a node.</summary>
    public MarketDirectory(NodeServices services)
    {
        _services = services;
        _timers = new ActorTimers(services.Time, Self);
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Read();
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
                if (_rules is not null && _fees.ContainsKey(subscribe.Symbol))
                    Tell(subscribe.Symbol, Sender);
                else
                    Read();
                break;
            case PairGone gone when _pairs.TryGetValue(gone.Symbol, out var current) && current.Equals(gone.Pair):
                _pairs.Remove(gone.Symbol);
                break;
            case RefreshRules:
                Read();
                break;
            case RulesRead read:
                OnRead(read);
                break;
        }
    }

    private void OnRead(RulesRead read)
    {
        _isReading = false;
        if (read.Rules is not null)
            (_rules, _readAtMs) = (read.Rules, _services.ExchangeNowMs());
        if (read.Fees is not null)
            _fees = read.Fees;
        if (read.Failure is { } failure)
            _log.Warning("the exchange's rules could not be read: {Failure}; the last known ones stay", failure);
        if (_readAgain)
        {
            _readAgain = false;
            Read();
            return;
        }
        _timers.After(Refresh, read.Failure is null ? _services.Settings.RulesRefreshMs : Math.Min(5_000, _services.Settings.RulesRefreshMs), RefreshRules.Instance);
        if (_rules is null)
            return;
        foreach (var (symbol, pair) in _pairs)
            Tell(symbol, pair);
    }

    private void Tell(Symbol symbol, IActorRef pair) =>
        pair.Tell(new PairRules(_rules!.GetValueOrDefault(symbol), _fees.TryGetValue(symbol, out var fee) ? fee : null, _readAtMs));

    private void Read()
    {
        if (_isReading)
        {
            _readAgain = true;
            return;
        }
        _isReading = true;
        _ = ReadAsync([.. _pairs.Keys.Order()], Self, _stopping.Token);
    }

    // Enters no work of its own: it goes on inside the units of the requests that it waits for (docs/lockstep.md).
    private async Task ReadAsync(IReadOnlyList<Symbol> symbols, IActorRef self, CancellationToken cancel)
    {
        RulesRead read;
        try
        {
            var rules = await _services.Exchange.GetSymbolsAsync(cancel).ConfigureAwait(false);
            var listed = rules.IsSuccess ? rules.Required.ToDictionary(r => r.Symbol) : null;
            Answer<IReadOnlyList<FeeRate>>? fees = null;
            if (listed is not null && symbols.Any(listed.ContainsKey))
                fees = await _services.Exchange.GetFeeRatesAsync([.. symbols.Where(listed.ContainsKey)], cancel).ConfigureAwait(false);
            read = new RulesRead(
                listed,
                fees is { IsSuccess: true } ? fees.Required.ToDictionary(f => f.Symbol, f => f.Taker) : null,
                (rules.Failure ?? fees?.Failure)?.ToString());
        }
        catch (Exception e)
        {
            read = new RulesRead(null, null, $"{e.GetType().Name} inside the client");
        }
        self.Tell(read, ActorRefs.NoSender);
    }

    private sealed record RulesRead(Dictionary<Symbol, SymbolRules>? Rules, Dictionary<Symbol, decimal>? Fees, string? Failure);

    private sealed record PairGone(Symbol Symbol, IActorRef Pair);
}
