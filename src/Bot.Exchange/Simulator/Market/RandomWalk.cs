namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// A random walk with moods: it trends, chops around a level or sleeps, and jumps now and then. Everything is counted in billionths, in
/// whole numbers.
/// </summary>
internal sealed class RandomWalk
{
    private const long Billion = 1_000_000_000;
    private const int JumpEverySeconds = 4 * 3600;

    private readonly SeededRandom _random;
    private readonly long _volatility;
    private Mood _mood;
    private long _moodSeconds;
    private long _drift;
    private long _anchor;
    private long _level;

    /// <summary>A walk.</summary>
    /// <param name="random">Its own chance.</param>
    /// <param name="volatility">Standard deviation of one second's move, billionths.</param>
    public RandomWalk(SeededRandom random, long volatility)
    {
        _random = random;
        _volatility = volatility;
    }

    private enum Mood
    {
        Chop,
        Trend,
        Calm,
    }

    /// <summary>True when the last move held a jump.</summary>
    public bool Jumped { get; private set; }

    /// <summary>The relative move of the next seconds, billionths.</summary>
    /// <param name="seconds">Their number.</param>
    /// <param name="scale">A thousand times the square root of <paramref name="seconds"/>.</param>
    public long Move(int seconds, long scale)
    {
        _moodSeconds -= seconds;
        if (_moodSeconds <= 0)
            ChangeMood();
        var volatility = _mood switch { Mood.Calm => _volatility / 3, Mood.Trend => _volatility * 5 / 4, _ => _volatility };
        var move = _random.Normal() * volatility / 65_536 * scale / 1000;
        move += _drift * seconds;
        if (_mood == Mood.Chop)
            move -= (_level - _anchor) / 900 * seconds;

        // A weak pull towards the start keeps a long run's prices plausible.
        move -= _level / (10 * 86_400) * seconds;
        Jumped = _random.Below(JumpEverySeconds) < seconds;
        if (Jumped)
            move += _random.Between(3, 20) * (Billion / 1000) * (_random.Below(2) == 0 ? 1 : -1);
        _level += move;
        return Math.Clamp(move, -Billion / 20, Billion / 20);
    }

    private void ChangeMood()
    {
        _mood = (Mood)_random.Below(3);
        _moodSeconds = _random.Between(600, 7200);
        _anchor = _level;
        _drift = _mood == Mood.Trend ? _random.Between(_volatility / 50, _volatility / 20) * (_random.Below(2) == 0 ? 1 : -1) : 0;
    }
}
