using Bot.Exchange.Simulator.Accounts;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Time;

/// <summary>Moves the floor's clock, and says by which clock whom is judged.</summary>
internal interface IMarketClock : IAsyncDisposable
{
    /// <summary>Completes when the market's prices are used up.</summary>
    Task Completed { get; }

    /// <summary>What the exchange tells as its time, Unix ms.</summary>
    long ServerTimeMs { get; }

    /// <summary>The clock by which an account's requests are judged, Unix ms; of public requests for null.</summary>
    long GatewayMs(Account? account);

    /// <summary>Brings the floor up to now. The caller holds the floor's gate.</summary>
    void CatchUp();

    /// <summary>Something new may be due. The caller does not hold the floor's gate.</summary>
    void Wake();

    /// <summary>Holds an answer back on purpose.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Who sent it; null when nobody signed it.</param>
    /// <param name="ms">For how long, by the clock by which the account is judged.</param>
    Task HoldAsync(HttpContext http, Account? account, long ms);

    /// <summary>Begins.</summary>
    void Start();
}
