using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Time;

/// <summary>Answers that a fault holds back until the market's clock has moved. Touched only under the floor's gate.</summary>
internal sealed class WithheldAnswers
{
    private readonly List<Held> _held = [];

    /// <summary>When the next one goes out, Unix ms; null when none is held back.</summary>
    public long? NextDueMs
    {
        get
        {
            long? next = null;
            foreach (var held in _held)
            {
                if (next is null || held.DueMs < next)
                    next = held.DueMs;
            }
            return next;
        }
    }

    /// <summary>Holds an answer back.</summary>
    /// <param name="http">The request.</param>
    /// <param name="dueMs">When the answer may go out, market time, Unix ms.</param>
    public Held Add(HttpContext http, long dueMs)
    {
        var held = new Held(http.Features.Get<IConnectionSocketFeature>()?.Socket, dueMs);
        _held.Add(held);
        return held;
    }

    /// <summary>Forgets an answer that went out or that nobody waits for.</summary>
    public void Remove(Held held) => _held.Remove(held);

    /// <summary>Takes the answers that may go out.</summary>
    public List<Held> TakeDue(long nowMs)
    {
        var due = _held.Where(h => h.DueMs <= nowMs).ToList();
        due.ForEach(h => _held.Remove(h));
        return due;
    }

    /// <summary>How many requests wait. One that its client gave up is no longer counted, from the moment at which it hung up.</summary>
    public int Count() => _held.Count(h => !h.IsAbandoned);

    /// <summary>An answer that is held back.</summary>
    internal sealed class Held(Socket? socket, long dueMs)
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When it may go out, market time, Unix ms.</summary>
        public long DueMs => dueMs;

        /// <summary>Completes when it may go out.</summary>
        public Task Released => _released.Task;

        /// <summary>
        /// The client has closed the connection. Asked of the socket itself: the server hears of it a little later, and by then the bot
        /// may have been told a wrong number.
        /// </summary>
        public bool IsAbandoned
        {
            get
            {
                try
                {
                    return socket is not null && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return true;
                }
            }
        }

        /// <summary>Lets it go out.</summary>
        public void Release() => _released.TrySetResult();
    }
}
