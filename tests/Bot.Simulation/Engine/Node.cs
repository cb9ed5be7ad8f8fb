using Bot.Simulation.Actors;

namespace Bot.Simulation.Engine;

/// <summary>A machine that runs a part of the bot.</summary>
internal sealed class Node(int index)
{
    /// <summary>Its number.</summary>
    public int Index { get; } = index;

    /// <summary>Its address in the records of ownership.</summary>
    public string Name { get; } = $"node-{index}";

    /// <summary>False after a kill, until it is back.</summary>
    public bool IsUp { get; set; }

    /// <summary>True while its process is stopped.</summary>
    public bool IsPaused { get; set; }

    /// <summary>When it runs again, virtual ms.</summary>
    public long ResumesMs { get; set; }

    /// <summary>True when the others have given it up: it ends itself soon after it runs again.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>How far its estimate of the exchange's clock is off, ms.</summary>
    public long SkewMs { get; set; }

    /// <summary>Rises with every kill and every connection of the private stream: what was on its way before is lost.</summary>
    public int Connection { get; set; }

    /// <summary>Whether its private stream is up.</summary>
    public bool IsConnected { get; set; }

    /// <summary>When the last message of the stream arrives: a stream keeps its order.</summary>
    public long LastPushMs { get; set; }

    /// <summary>Its gateway.</summary>
    public GatewayHost Gateway { get; } = new();

    /// <summary>What waits for a paused process, in order.</summary>
    public List<Event> Waiting { get; } = [];

    /// <summary>Takes it back to the beginning of a run.</summary>
    public void Reset()
    {
        IsUp = true;
        IsPaused = false;
        ResumesMs = 0;
        IsGivenUp = false;
        SkewMs = 0;
        Connection = 0;
        IsConnected = true;
        LastPushMs = 0;
        Waiting.Clear();
        Gateway.Reset();
    }
}
