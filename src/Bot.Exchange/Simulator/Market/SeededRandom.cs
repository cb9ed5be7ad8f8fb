using System.Numerics;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// A generator of our own (xoshiro256**), so that a seed gives the same market on every runtime. Whole numbers only: no result depends
/// on the rounding of a platform's floating-point library.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>A generator whose numbers depend on nothing but the seed.</summary>
    public SeededRandom(ulong seed)
    {
        _a = StableHash.Mix(seed);
        _b = StableHash.Mix(_a);
        _c = StableHash.Mix(_b);
        _d = StableHash.Mix(_c);
    }

    /// <summary>Sixty-four random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A whole number in [0, bound).</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A whole number in [from, to].</summary>
    public long Between(long from, long to) => from + Below(to - from + 1);

    /// <summary>
    /// A value of an almost normal distribution in units of 1/65536 of its standard deviation: the sum of twelve even ones, which needs
    /// no logarithm and never leaves six deviations.
    /// </summary>
    public long Normal()
    {
        var sum = 0L;
        for (var i = 0; i < 3; i++)
        {
            var bits = Next();
            sum += (long)(bits & 0xFFFF) + (long)((bits >> 16) & 0xFFFF) + (long)((bits >> 32) & 0xFFFF) + (long)(bits >> 48);
        }
        return sum - (6 * 65535);
    }
}
