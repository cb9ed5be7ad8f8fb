namespace Bot.Simulation.Engine;

/// <summary>What is wrong with networks, exchange and journal right now. Times are the instants at which it ends, Unix ms.</summary>
internal sealed class Weather
{
    /// <summary>True: every message takes the same short time.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>The journal answers again from here.</summary>
    public long JournalBackMs { get; set; }

    /// <summary>Until then it refuses; else it stalls.</summary>
    public bool JournalRefuses { get; set; }

    /// <summary>Answers are lost until.</summary>
    public long AnswersLostMs { get; set; }

    /// <summary>Requests are lost until.</summary>
    public long RequestsLostMs { get; set; }

    /// <summary>Requests are late until.</summary>
    public long RequestsLateMs { get; set; }

    /// <summary>By how much at most, ms.</summary>
    public int LateByMs { get; set; }

    /// <summary>Answers are late until.</summary>
    public long AnswersLateMs { get; set; }

    /// <summary>By how much at most, ms.</summary>
    public int AnswersLateByMs { get; set; }

    /// <summary>The exchange errs until.</summary>
    public long ServerErrorsMs { get; set; }

    /// <summary>The exchange takes orders and errs until.</summary>
    public long ServerErrorsAfterMs { get; set; }

    /// <summary>The exchange throttles until.</summary>
    public long ThrottledMs { get; set; }

    /// <summary>The exchange takes orders and throttles until.</summary>
    public long ThrottledAfterMs { get; set; }

    /// <summary>Placements are refused until.</summary>
    public long RefusalsMs { get; set; }

    /// <summary>With which code.</summary>
    public int Refusal { get; set; }

    /// <summary>Reads are stale until.</summary>
    public long StaleMs { get; set; }

    /// <summary>By how much at most, ms.</summary>
    public int StaleByMs { get; set; }

    /// <summary>Reads fail until.</summary>
    public long ReadsFailMs { get; set; }

    /// <summary>Executions are shown late until.</summary>
    public long LateExecutionsMs { get; set; }

    /// <summary>By how much, ms.</summary>
    public int ExecutionsLateByMs { get; set; }

    /// <summary>Messages between nodes are lost until.</summary>
    public long NodesCutMs { get; set; }

    /// <summary>How many of a thousand.</summary>
    public int NodesLoss { get; set; }

    /// <summary>The private stream loses messages until.</summary>
    public long StreamLossMs { get; set; }

    /// <summary>How many of a thousand.</summary>
    public int StreamLoss { get; set; }

    /// <summary>The private stream repeats messages until.</summary>
    public long StreamTwiceMs { get; set; }

    /// <summary>The private stream's messages overtake each other until.</summary>
    public long StreamReorderMs { get; set; }

    /// <summary>Takes it back to the beginning of a run.</summary>
    public void Reset(bool isCalm)
    {
        Heal();
        IsCalm = isCalm;
    }

    /// <summary>Everything is well again.</summary>
    public void Heal()
    {
        IsCalm = true;
        JournalBackMs = AnswersLostMs = RequestsLostMs = RequestsLateMs = AnswersLateMs = ServerErrorsMs = ServerErrorsAfterMs = 0;
        ThrottledMs = ThrottledAfterMs = RefusalsMs = StaleMs = ReadsFailMs = LateExecutionsMs = NodesCutMs = 0;
        StreamLossMs = StreamTwiceMs = StreamReorderMs = 0;
        JournalRefuses = false;
    }
}
