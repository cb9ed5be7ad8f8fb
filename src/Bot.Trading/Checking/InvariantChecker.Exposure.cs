namespace Bot.Trading.Checking;

/// <content>What is held and not covered, over time: I13 with the lengths of its intervals, and I14.</content>
public sealed partial class InvariantChecker
{
    /// <summary>A stop that protects nothing may wait for so long, ms (I14).</summary>
    private const long OrphanMs = 60_000;

    private static readonly long[] Bounds = [100, 300, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, long.MaxValue];

    private readonly HashSet<string> _planted = new(StringComparer.Ordinal);
    private readonly long[] _intervals = new long[Bounds.Length];
    private long _bareSinceMs;
    private long _orphanSinceMs;
    private long _calmSinceMs;
    private long _protectMs;

    /// <summary>Upper ends of <see cref="Unprotected"/>, ms.</summary>
    public static IReadOnlyList<long> UnprotectedBounds => Bounds;

    /// <summary>How many intervals without protection were so long, by <see cref="UnprotectedBounds"/>.</summary>
    public IReadOnlyList<long> Unprotected => _intervals;

    /// <summary>From now on nothing goes wrong: what is bare has to be covered within a time.</summary>
    /// <param name="sinceMs">Since when, Unix ms.</param>
    /// <param name="protectMs">The time, ms.</param>
    public void Calm(long sinceMs, long protectMs) => (_calmSinceMs, _protectMs) = (sinceMs, protectMs);

    /// <summary>The exchange's books have changed, or time has passed.</summary>
    /// <param name="nowMs">The exchange's clock, Unix ms.</param>
    /// <param name="held">Base quantity that the account holds.</param>
    /// <param name="stops">Base quantity of its stops that wait.</param>
    /// <param name="sales">Base quantity of its sales that can still fill.</param>
    /// <param name="price">The price, quote per base.</param>
    public void Exposed(long nowMs, decimal held, decimal stops, decimal sales, decimal price)
    {
        var rules = _settings.Rules;
        var bare = held - stops - sales;
        var isBare = bare > (rules?.BaseIncrement ?? 0) && rules?.IsDust(bare, price) != true;
        if (isBare && _bareSinceMs == 0)
            _bareSinceMs = nowMs;
        if (_bareSinceMs > 0)
            OnBare(nowMs, bare, isBare);

        var isOrphan = stops > 0 && (held <= 0 || rules?.IsDust(held, price) == true);
        if (!isOrphan)
            _orphanSinceMs = 0;
        else if (_orphanSinceMs == 0)
            _orphanSinceMs = nowMs;
        if (_orphanSinceMs > 0 && _calmSinceMs > 0 && nowMs - Math.Max(_orphanSinceMs, _calmSinceMs + _protectMs) > OrphanMs)
        {
            Violate("I14", "exchange", $"stops of {stops} wait although {held} is held");
            _orphanSinceMs = nowMs;
        }
    }

    /// <summary>So many orders and stops work on a pair now.</summary>
    /// <param name="count">How many.</param>
    public void Working(int count)
    {
        if (count > _settings.MostWorking)
            Violate("I24", "exchange", $"{count} orders and stops work on one pair, at most {_settings.MostWorking} are wanted");
    }

    private void OnBare(long nowMs, decimal bare, bool isBare)
    {
        if (_calmSinceMs > 0 && nowMs - Math.Max(_bareSinceMs, _calmSinceMs) > _protectMs)
        {
            Violate("I13", "exchange", $"{Math.Max(0, bare)} was covered by nothing for {nowMs - _bareSinceMs} ms");
            _calmSinceMs = nowMs;
        }
        if (isBare)
            return;
        var at = 0;
        while (Bounds[at] < nowMs - _bareSinceMs)
            at++;
        _intervals[at]++;
        _bareSinceMs = 0;
    }

    /// <summary>An order that this journal cannot know: it was placed under our name by rows that are lost. What becomes of it is checked all the same.</summary>
    /// <param name="clientOrderId">Its id.</param>
    public void Planted(string clientOrderId) => _planted.Add(clientOrderId);

    private void ResetExposure()
    {
        Array.Clear(_intervals);
        _planted.Clear();
        _bareSinceMs = _orphanSinceMs = _calmSinceMs = _protectMs = 0;
    }
}
