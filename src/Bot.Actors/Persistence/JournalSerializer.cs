using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;

namespace Bot.Actors.Persistence;

/// <summary>Serialiser of journal rows and snapshots. Manifests are versioned names, never type names; an unknown one is an error.</summary>
public sealed class JournalSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly (string Manifest, JsonTypeInfo Type)[] Snapshots =
    [
        ("snapshot.pair.1", EventJson.Default.PairSnapshot),
        ("snapshot.portfolio.1", EventJson.Default.PortfolioSnapshot),
        ("snapshot.reconciler.1", EventJson.Default.ReconcilerSnapshot),
        ("snapshot.selection.1", EventJson.Default.SelectionMade),
    ];

    /// <inheritdoc/>
    public override int Identifier => 9101;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        JournalEntry entry => entry.Manifest,
        StoredSnapshot s => Snapshots.First(c => c.Type.Type == s.State.GetType()).Manifest,
        _ => throw new SerializationException($"{o.GetType().Name} is neither a journal row nor a snapshot."),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        JournalEntry entry => entry.Bytes,
        StoredSnapshot s => JsonSerializer.SerializeToUtf8Bytes(
            new SnapshotEnvelope(s.LastHash, JsonSerializer.SerializeToElement(s.State, Snapshots.First(c => c.Type.Type == s.State.GetType()).Type)),
            SnapshotJson.Default.SnapshotEnvelope),
        _ => throw new SerializationException($"{obj.GetType().Name} is neither a journal row nor a snapshot."),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            var snapshot = Array.Find(Snapshots, c => c.Manifest == manifest);
            if (snapshot.Type is null)
                return JournalEntry.Read(bytes, manifest);
            var envelope = JsonSerializer.Deserialize(bytes, SnapshotJson.Default.SnapshotEnvelope);
            return new StoredSnapshot(envelope!.State.Deserialize(snapshot.Type)!, envelope.LastHash);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new SerializationException(e.Message, e);
        }
    }
}
