using Bot.Simulation.Actors;
using Bot.Simulation.Exchange;

namespace Bot.Simulation.Engine;

/// <content>Networks: to the exchange, from it, between the nodes.</content>
internal sealed partial class World
{
    private const int TimeoutMs = 10_000;
    private const int FirstSweepsMs = 1_950;

    /// <summary>How long a message to or from the exchange takes: 90 % 20-220 ms, 7 % 0.2-4.2 s, 3 % 4-64 s.</summary>
    public int Delay()
    {
        if (Weather.IsCalm)
            return 25;
        var draw = _noise.Below(1000);
        return draw < 900 ? 20 + _noise.Below(200) : draw < 970 ? 200 + _noise.Below(4_000) : 4_000 + _noise.Below(60_000);
    }

    // The first sweeps of a run are quick: a story begins when the start-up gate is open, and without that most entries would be missed.
    private int DelayOf(Ask ask) => ask is SweepAsk && NowMs < StartMs + FirstSweepsMs ? 5 + _noise.Below(20) : Delay();

    /// <summary>A small chance of the network's own.</summary>
    public int Draw(int limit) => _noise.Below(limit);

    /// <summary>Sends a request to the exchange; the asker gets exactly one answer, or a timeout.</summary>
    public void Send(Ask request)
    {
        request.SentMs = NowMs;
        request.IssuedMs = NowMs + request.Asker.Node.SkewMs;
        Figures.Requests++;
        var delay = DelayOf(request);
        if (Weather.RequestsLateMs > NowMs)
            delay += _noise.Below(Weather.LateByMs);
        var isLost = Weather.RequestsLostMs > NowMs;
        if (!isLost)
            Queue.Add(NowMs + delay, Happening.Arrive, payload: request);
        if (isLost || delay >= TimeoutMs)
        {
            request.IsAnswered = true;
            Queue.Add(NowMs + TimeoutMs, Happening.Message, request.Asker, request.TimedOut());
        }
        if (Is(Mutant.HandlerRetries) && request is Request { Kind: RequestKind.Place, IsCopy: false } placed && (isLost || delay > 1_000))
            Queue.Add(NowMs + 1_000 + Delay(), Happening.Arrive, payload: placed.Copy());
    }

    /// <summary>Sends the exchange's answer back.</summary>
    public void Answer(Ask request, object answer)
    {
        if (request.IsAnswered)
            return;
        request.IsAnswered = true;
        var at = NowMs + DelayOf(request);
        if (Weather.AnswersLateMs > NowMs)
            at += _noise.Below(Weather.AnswersLateByMs);
        if (Weather.AnswersLostMs > NowMs || at >= request.SentMs + TimeoutMs)
            Queue.Add(Math.Max(NowMs, request.SentMs + TimeoutMs), Happening.Message, request.Asker, request.TimedOut());
        else
            Queue.Add(at, Happening.Message, request.Asker, answer);
    }

    /// <summary>Sends a message between a pair and the portfolio, who may live on two nodes.</summary>
    public void Between(Node from, Seat to, object message, int number = 0)
    {
        if (Weather.NodesCutMs > NowMs && _noise.Below(1000) < Weather.NodesLoss)
            return;
        var delay = from == to.Home ? 0 : 1 + _noise.Below(5);
        if (!Weather.IsCalm && from != to.Home && _noise.Below(100) < 2)
            delay += _noise.Below(6_000);
        if (to.Current is { IsAlive: true } actor)
            Queue.Add(NowMs + delay, Happening.Message, actor, message, number);
    }

    /// <summary>The exchange pushes a message of the private stream to every node that listens.</summary>
    public void Push(object update)
    {
        foreach (var node in _nodes)
        {
            if (!node.IsUp || !node.IsConnected)
                continue;
            if (Weather.StreamLossMs > NowMs && _noise.Below(1000) < Weather.StreamLoss)
                continue;
            Push(node, update);
            if (Weather.StreamTwiceMs > NowMs && _noise.Permille(500))
                Push(node, update);
        }
    }

    private void Push(Node node, object update)
    {
        var at = NowMs + Delay();
        if (Weather.StreamReorderMs <= NowMs)
            node.LastPushMs = at = Math.Max(at, node.LastPushMs);
        Queue.Add(at, Happening.Pushed, null, new Pushed(node, update), node.Connection);
    }

    private void OnPushed(in Event e)
    {
        var (node, update) = (Pushed)e.Payload!;
        if (!node.IsUp || node.Connection != e.Number)
            return;
        for (var i = 0; i < _actors.Count; i++)
        {
            if (_actors[i] is PairHost { IsAlive: true } pair && pair.Node == node)
                Deliver(new Event { Kind = Happening.Message, Actor = pair, Payload = update });
        }
    }

    /// <summary>The private stream of a node comes up or goes down.</summary>
    public void Connect(Node node, bool isUp)
    {
        if (!node.IsUp || node.IsConnected == isUp)
            return;
        node.IsConnected = isUp;
        node.Gateway.OnStream(NowMs, isUp);
        node.Connection++;
        node.LastPushMs = NowMs;
        Trace?.Line(null, $"the private stream of {node.Name} is {(isUp ? "up" : "down")}");
        foreach (var actor in _actors)
        {
            if (actor is PairHost { IsAlive: true } pair && pair.Node == node)
                Queue.Add(NowMs, Happening.Message, pair, isUp ? Word.Connected : Word.Disconnected);
        }
    }

    private void OnTicked(int ticks)
    {
        var price = ticks > 0 ? ticks : Exchange.LastTicks;
        for (var i = 0; i < _actors.Count; i++)
        {
            if (_actors[i] is PairHost { IsAlive: true, Node.IsPaused: false } pair)
                pair.Take(new Event { Kind = Happening.Ticked, TimeMs = NowMs, Number = price });
        }
        Exchange.Expose();

        // Prices come all the time; so does this one, though nothing has changed.
        if (ticks < 0)
            Queue.Add(NowMs + 5_000, Happening.Ticked, number: -1);
    }

    private sealed record Pushed(Node Node, object Update);
}
