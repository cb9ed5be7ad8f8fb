using System.Globalization;

namespace Bot.Trading.Risk.Controls;

/// <summary>What became of a request, as far as the breakers of a node care.</summary>
public enum RequestResult
{
    /// <summary>An answer that makes sense.</summary>
    Answered,

    /// <summary>The exchange failed: 5xx, time-out, no connection.</summary>
    Failed,
}

/// <summary>
/// C21 and C27: breakers of a node, fed by its gateway. Refusals and doubts of placements, failing requests, and push connections that are
/// down close the node for entries. Not journaled: after a restart the start-up gate has to see the exchange work first.
/// </summary>
public sealed class NodeBreakers
{
    // Above every limit that the settings allow.
    private const int Capacity = 1_024;

    private readonly EventWindow _rejects = new(Capacity);
    private readonly EventWindow _doubts = new(Capacity);
    private readonly EventWindow _requests = new(8 * Capacity);
    private readonly EventWindow _failures = new(8 * Capacity);
    private long _stormFromMs = long.MaxValue;
    private long _stormUntilMs = long.MinValue;
    private string _storm = "";
    private long? _accountDownMs;
    private long? _pricesDownMs;

    /// <summary>The exchange refused a placement.</summary>
    public void Rejected(long nowMs, ControlSettings c)
    {
        _rejects.Add(nowMs);
        if (_rejects.UpTo(nowMs, c.RejectWindowMs) is var count && count >= c.MaxRejects)
            Storm(nowMs, c.StormPauseMs, $"REJECT_STORM control=C21 rejects={count} window_ms={c.RejectWindowMs}");
    }

    /// <summary>Nobody knows what became of a placement.</summary>
    public void Doubted(long nowMs, ControlSettings c)
    {
        _doubts.Add(nowMs);
        if (_doubts.UpTo(nowMs, c.DoubtWindowMs) is var count && count >= c.MaxDoubts)
            Storm(nowMs, c.StormPauseMs, $"DOUBT_STORM control=C21 doubts={count} window_ms={c.DoubtWindowMs}");
    }

    /// <summary>A request of any kind came to its end.</summary>
    public void Ended(long nowMs, RequestResult result)
    {
        _requests.Add(nowMs);
        if (result == RequestResult.Failed)
            _failures.Add(nowMs);
    }

    /// <summary>The push connection of the account is up or down.</summary>
    public void AccountStream(long nowMs, bool isUp) => _accountDownMs = isUp ? null : _accountDownMs ?? nowMs;

    /// <summary>The push connection of prices is up or down.</summary>
    public void PriceStream(long nowMs, bool isUp) => _pricesDownMs = isUp ? null : _pricesDownMs ?? nowMs;

    /// <summary>How long prices have been silent because their connection is down, ms; 0 while it is up. A quiet pair is not silence (C12).</summary>
    public long StreamSilentMs(long nowMs) => _pricesDownMs is { } since ? Math.Max(0, nowMs - since) : 0;

    /// <summary>The breaker that is open; a pass when none is.</summary>
    public ControlVerdict Open(long nowMs, ControlSettings c)
    {
        if (nowMs > _stormFromMs && nowMs <= _stormUntilMs)
            return new ControlVerdict(Control.RejectStorm, _storm);
        var failures = _failures.Before(nowMs, c.ErrorWindowMs);
        if (failures > 0)
        {
            var requests = _requests.Before(nowMs, c.ErrorWindowMs);
            if (requests >= c.ErrorMinimum && failures > c.MaxErrorRate * requests)
                return Incident($"ERROR_RATE control=C27 failed={failures} of={requests} limit={c.MaxErrorRate}");
        }
        if (_accountDownMs is { } account && nowMs - account > c.MaxStreamDownMs)
            return Incident($"STREAM_DOWN control=C27 stream=account down_ms={nowMs - account} limit={c.MaxStreamDownMs}");
        if (_pricesDownMs is { } prices && nowMs - prices > c.MaxStreamDownMs)
            return Incident($"STREAM_DOWN control=C27 stream=prices down_ms={nowMs - prices} limit={c.MaxStreamDownMs}");
        return ControlVerdict.Pass;
    }

    private static ControlVerdict Incident(FormattableString reason) => new(Control.ExchangeIncident, reason.ToString(CultureInfo.InvariantCulture));

    private void Storm(long nowMs, long pauseMs, FormattableString reason)
    {
        // A storm that goes on moves its end only; it counts from the ms after it began, as every event here.
        if (nowMs > _stormUntilMs)
            _stormFromMs = nowMs;
        _stormUntilMs = Math.Max(_stormUntilMs, nowMs + pauseMs);
        _storm = reason.ToString(CultureInfo.InvariantCulture);
    }
}
