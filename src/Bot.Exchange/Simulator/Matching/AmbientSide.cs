using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Matching;

/// <summary>
/// One side of the background book. A level is a function of its number and the last refresh, computed when somebody looks at it; what was
/// consumed is a position in that ladder, since takers always eat from the best level outwards.
/// </summary>
internal sealed class AmbientSide(Side side, SymbolRules rules)
{
    /// <summary>Levels of a generated ladder.</summary>
    public const int Levels = 128;

    private readonly decimal _tick = rules.PriceIncrement;
    private readonly decimal _lot = rules.BaseIncrement;
    private readonly int _direction = side == Side.Buy ? -1 : 1;
    private ulong _key;
    private long _anchor;
    private long _step;
    private long _lots;
    private readonly Dictionary<decimal, Taken> _taken = [];
    private IReadOnlyList<DepthLevel>? _real;
    private int _cursor;
    private DepthLevel _best;
    private bool _known;

    /// <summary>The best level with what is left of it; null when the side is used up.</summary>
    public DepthLevel? Best
    {
        get
        {
            if (!_known)
            {
                _known = true;
                _best = Level(_cursor) ?? default;
            }
            return _best.Size > 0 ? _best : null;
        }
    }

    /// <summary>Puts a generated ladder up.</summary>
    /// <param name="key">Chance of this refresh.</param>
    /// <param name="anchorTicks">Price of the best level in price increments; at or below zero the side is empty.</param>
    /// <param name="stepTicks">Distance of the first levels in price increments, above zero.</param>
    /// <param name="depthLots">Typical size of a level in base increments, above zero.</param>
    public void Refresh(ulong key, long anchorTicks, long stepTicks, long depthLots)
    {
        _key = key;
        _anchor = anchorTicks;
        _step = stepTicks;
        _lots = depthLots;
        _real = null;
        _taken.Clear();
        _cursor = 0;
        _known = false;
    }

    /// <summary>
    /// Puts a real ladder up. What users took of a level stays gone until the level changes: the real book knows nothing of them.
    /// </summary>
    /// <param name="levels">Best level first.</param>
    /// <param name="bound">Best price of the users' orders on the other side: real levels that would cross it are left out.</param>
    public void Refresh(IReadOnlyList<DepthLevel> levels, decimal? bound)
    {
        _cursor = 0;
        _known = false;
        _real = _taken.Count > 0 ? Remaining(levels) : levels;
        while (_cursor < _real.Count && Crosses(_real[_cursor].Price, bound))
            _cursor++;
    }

    /// <summary>Takes the side down.</summary>
    public void Clear() => Refresh([], null);

    /// <summary>Consumes part or all of the best level.</summary>
    public void Take(decimal size)
    {
        if (_real is not null)
            _taken[_best.Price] = _taken.TryGetValue(_best.Price, out var before) ? before with { Size = before.Size + size } : new Taken(_best.Size, size);
        _best = _best with { Size = _best.Size - size };
        if (_best.Size > 0)
            return;
        _cursor++;
        _known = false;
    }

    /// <summary>A level counted from the best one that is left; null behind the last.</summary>
    public DepthLevel? Ahead(int index) => index == 0 ? Best : Level(_cursor + index);

    private DepthLevel? Level(int index)
    {
        if (_real is not null)
            return index < _real.Count ? _real[index] : null;
        if (index >= Levels || _lots <= 0)
            return null;
        var chance = StableHash.Mix(_key + (ulong)index);

        // Distances grow with the square, so that 128 levels reach about as far as the price protection band.
        var offset = _step * (index + ((long)index * index / 16));
        if (index > 0 && _step > 1)
            offset += StableHash.Between(chance, 0, _step - 1);
        var ticks = _anchor + (_direction * offset);
        if (ticks <= 0)
            return null;
        var lots = (Int128)_lots * StableHash.Between(StableHash.Mix(chance), 200, 1800) * (8 + index) / 8000;
        return new DepthLevel(ticks * _tick, (lots > 0 ? (long)lots : 1) * _lot);
    }

    private List<DepthLevel> Remaining(IReadOnlyList<DepthLevel> levels)
    {
        var left = new List<DepthLevel>(levels.Count);
        var stillTaken = new Dictionary<decimal, Taken>();
        foreach (var level in levels)
        {
            if (_taken.TryGetValue(level.Price, out var taken) && taken.Of == level.Size)
                stillTaken.Add(level.Price, taken);
            else
                taken = default;
            if (level.Size > taken.Size)
                left.Add(level with { Size = level.Size - taken.Size });
        }
        _taken.Clear();
        foreach (var (price, taken) in stillTaken)
            _taken.Add(price, taken);
        return left;
    }

    private bool Crosses(decimal price, decimal? bound) => bound is { } best && (side == Side.Sell ? price <= best : price >= best);

    /// <summary>What users took of a real level.</summary>
    /// <param name="Of">The level's size when they did.</param>
    /// <param name="Size">How much of it.</param>
    private readonly record struct Taken(decimal Of, decimal Size);
}
