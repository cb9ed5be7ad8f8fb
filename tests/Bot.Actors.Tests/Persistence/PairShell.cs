using Akka.Actor;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Pairs;

namespace Bot.Actors.Tests.Persistence;

/// <summary>What the test lets the shell decide.</summary>
internal sealed record Decide(IReadOnlyList<PairEvent> Events, IReadOnlyList<string> Effects);

/// <summary>Asks an incarnation what it is; the answer comes once it has recovered.</summary>
internal sealed record Show
{
    public static readonly Show Instance = new();
}

/// <summary>What an incarnation is.</summary>
internal sealed record Shown(long Replayed, string StateHash, long Version);

/// <summary>
/// The shell around a real pair's state, with the test as its machine. Effects call the test back on the actor's thread, so that it can
/// look at the journal at that very moment.
/// </summary>
internal sealed class PairShell(NodeServices services, string id, Action<string> onEffect, int snapshotEvery = 0) : DurableActor<PairEvent, string>(services)
{
    private PairState _state = new();

    public override string PersistenceId => id;

    protected override int SnapshotEvery => snapshotEvery;

    protected override void Apply(PairEvent e) => _state.Apply(e);

    protected override void Run(string effect) => onEffect(effect);

    protected override object TakeSnapshot() => _state.ToSnapshot();

    protected override void Restore(object state) => _state = PairState.From((PairSnapshot)state);

    protected override void OnRecovered()
    {
        // Nothing: what it recovered is asked for.
    }

    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case Decide decide:
                foreach (var e in decide.Events)
                    Sink.Persist(e);
                foreach (var effect in decide.Effects)
                    Sink.Do(effect);
                Commit();
                break;
            case Akka.Persistence.RecoveryCompleted:
                break;
            case Show:
                Sender.Tell(new Shown(Replayed, StateHash.Of(_state), _state.Version));
                break;
        }
    }
}
