using System.Globalization;
using Akka.Actor;
using Akka.Cluster;

namespace Bot.Host.Node;

/// <summary>
/// Ends a node that its cluster can do without better than with. Two things make one so, and Akka notices neither. A process that stood still
/// longer than the others wait (SIGSTOP, a paused virtual machine) was given up by them; going on, it would down them in turn and call their
/// singletons home. And a singleton that was called home by a node of another, older cluster has ended for ever: the oldest member hosts none,
/// and no younger one begins before that one leaves (RELIABILITY.md F2).
/// </summary>
/// <param name="system">The node's actor system.</param>
/// <param name="time">Of the process; never a virtual one.</param>
/// <param name="giveUp">Ends the node, with the reason.</param>
public sealed class ClusterGuard(ActorSystem system, TimeProvider time, Action<string> giveUp)
{
    /// <summary>One that the cluster's oldest member has to host.</summary>
    private const string Singleton = "/user/portfolio/singleton";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    // Heartbeats are missed after about 3 s, and the others decide 7 s later (ClusterConfig): before 10 s nobody has taken over anything.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    // Taking over from a member that was removed takes a second, from one that leaves in order as long as its actors need to stop.
    private static readonly TimeSpan LongestTakeOver = TimeSpan.FromSeconds(30);

    /// <summary>Watches until it is cancelled or has given the node up.</summary>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var looked = time.GetTimestamp();
        long? missingSince = null;
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(Look, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var pause = time.GetElapsedTime(looked);
            looked = time.GetTimestamp();
            if (cancel.IsCancellationRequested)
                return;
            if (pause > LongestPause && cluster.State.Members.Count > 1)
            {
                GiveUp(cluster, string.Create(CultureInfo.InvariantCulture, $"its process stood still for {pause.TotalSeconds:0} s, and the other nodes have taken over or are about to"));
                return;
            }
            if (!IsOldest(cluster) || await IsHostedAsync(cancel).ConfigureAwait(false))
                missingSince = null;
            else if (missingSince is not { } since)
                missingSince = looked;
            else if (time.GetElapsedTime(since) > LongestTakeOver)
            {
                GiveUp(cluster, "it is the oldest of its cluster, and the actors of which there is one were called away by a node that is not of it");
                return;
            }
        }
    }

    private void GiveUp(Akka.Cluster.Cluster cluster, string reason)
    {
        giveUp(reason);

        // Not by leaving in order: whoever has to agree to that may be of another cluster by now.
        cluster.Down(cluster.SelfAddress);
    }

    private static bool IsOldest(Akka.Cluster.Cluster cluster)
    {
        var self = cluster.SelfMember;
        return self.Status == MemberStatus.Up
            && cluster.State.Members.All(m => m.Status is MemberStatus.Joining or MemberStatus.WeaklyUp || m.UniqueAddress.Equals(self.UniqueAddress) || self.IsOlderThan(m));
    }

    private async Task<bool> IsHostedAsync(CancellationToken cancel)
    {
        try
        {
            await system.ActorSelection(Singleton).ResolveOne(TimeSpan.FromSeconds(2), cancel).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is ActorNotFoundException or OperationCanceledException)
        {
            return false;
        }
    }
}
