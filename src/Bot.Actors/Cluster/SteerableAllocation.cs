using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Bot.Actors.Cluster;

/// <summary>Wishes that a shard lives on a certain node. Akka moves shards only by its allocation strategy; this is how one is moved by hand.</summary>
public sealed class ShardMoves
{
    private readonly ConcurrentDictionary<string, Address> _wishes = new(StringComparer.Ordinal);

    /// <summary>Wants the shard on a node; it moves at the next rebalance and stays there.</summary>
    public void Move(string shardId, Address to) => _wishes[shardId] = to;

    /// <summary>Leaves the shard to the load again.</summary>
    public void Forget(string shardId) => _wishes.TryRemove(shardId, out _);

    /// <summary>Where the shard is wanted; null when nobody said so.</summary>
    public Address? Wish(string shardId) => _wishes.GetValueOrDefault(shardId);
}

/// <summary>Allocates shards to the node with the fewest, except those that somebody moved by hand.</summary>
/// <param name="moves">The wishes.</param>
public sealed class SteerableAllocation(ShardMoves moves) : IActorSystemDependentAllocationStrategy
{
    private readonly IShardAllocationStrategy _byLoad = ShardAllocationStrategy.LeastShardAllocationStrategy(absoluteLimit: 10, relativeLimit: 0.2);
    private Address _self = Address.AllSystems;

    /// <inheritdoc/>
    public void Start(ActorSystem system)
    {
        _self = Akka.Cluster.Cluster.Get(system).SelfAddress;
        (_byLoad as IActorSystemDependentAllocationStrategy)?.Start(system);
    }

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        if (moves.Wish(shardId) is { } wanted && currentShardAllocations.Keys.FirstOrDefault(r => AddressOf(r).Equals(wanted)) is { } region)
            return Task.FromResult(region);
        return _byLoad.AllocateShard(requester, shardId, currentShardAllocations);
    }

    /// <inheritdoc/>
    public async Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        var addresses = currentShardAllocations.Keys.Select(AddressOf).ToHashSet();
        var misplaced = currentShardAllocations
            .SelectMany(a => a.Value.Select(shard => (Shard: shard, At: AddressOf(a.Key))))
            .Where(s => !rebalanceInProgress.Contains(s.Shard) && moves.Wish(s.Shard) is { } wanted && !wanted.Equals(s.At) && addresses.Contains(wanted))
            .Select(s => s.Shard)
            .ToImmutableHashSet();
        if (misplaced.Count > 0)
            return misplaced;
        var byLoad = await _byLoad.Rebalance(currentShardAllocations, rebalanceInProgress).ConfigureAwait(false);
        return byLoad.Where(shard => moves.Wish(shard) is null).ToImmutableHashSet();
    }

    private Address AddressOf(IActorRef region) => region.Path.Address.HasGlobalScope ? region.Path.Address : _self;
}
