namespace Bot.Exchange.Simulator.Server;

/// <summary>The pools that requests are counted in.</summary>
internal enum RequestPool
{
    /// <summary>Public data, counted by address.</summary>
    Public,

    /// <summary>Trading, counted by account.</summary>
    Spot,

    /// <summary>Account administration, counted by account.</summary>
    Management,
}

/// <summary>What a pool says to a request.</summary>
/// <param name="IsGranted">The request may go on.</param>
/// <param name="Limit">Size of the pool.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="ResetMs">Time until it is full again, ms.</param>
internal readonly record struct Allowance(bool IsGranted, int Limit, int Remaining, long ResetMs);

/// <summary>
/// The exchange's request limits: a pool empties over a window that begins with the first request and is full again when it ends.
/// </summary>
internal sealed class RequestLimits
{
    private const long WindowMs = 30_000;
    private const int PublicSize = 2000;

    // By VIP level.
    private static readonly int[] SpotSizes =
        [4000, 6000, 8000, 10000, 13000, 16000, 20000, 23000, 26000, 30000, 33000, 36000, 40000];

    private static readonly int[] ManagementSizes =
        [2000, 2000, 4000, 5000, 6000, 7000, 8000, 10000, 12000, 14000, 16000, 18000, 20000];

    private readonly Dictionary<(RequestPool Pool, string Who), Window> _windows = [];
    private readonly Lock _gate = new();
    private readonly int _vipLevel;
    private readonly bool _isEnforced;

    /// <summary>Full pools.</summary>
    /// <param name="vipLevel">0 to 12.</param>
    /// <param name="isEnforced">False: every request is granted and none is counted.</param>
    public RequestLimits(int vipLevel, bool isEnforced)
    {
        _vipLevel = vipLevel;
        _isEnforced = isEnforced;
    }

    /// <summary>Asks for a request's weight.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="who">The address or the account.</param>
    /// <param name="weight">What the endpoint costs.</param>
    /// <param name="nowMs">The clock by which the caller is judged, Unix ms.</param>
    public Allowance Take(RequestPool pool, string who, int weight, long nowMs)
    {
        var size = pool switch
        {
            RequestPool.Spot => SpotSizes[_vipLevel],
            RequestPool.Management => ManagementSizes[_vipLevel],
            _ => PublicSize,
        };
        if (!_isEnforced)
            return new Allowance(true, size, size, WindowMs);
        lock (_gate)
        {
            var window = _windows.GetValueOrDefault((pool, who));
            if (window.EndMs <= nowMs)
                window = new Window(nowMs + WindowMs, 0);
            var isGranted = window.Used + weight <= size;
            if (isGranted)
                window = window with { Used = window.Used + weight };
            _windows[(pool, who)] = window;
            return new Allowance(isGranted, size, size - window.Used, window.EndMs - nowMs);
        }
    }

    private readonly record struct Window(long EndMs, int Used);
}
