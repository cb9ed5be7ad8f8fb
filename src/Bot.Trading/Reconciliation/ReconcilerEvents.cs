using System.Text.Json.Serialization;
using Bot.Trading.Market;

namespace Bot.Trading.Reconciliation;

/// <summary>A fact of the account's reconciliation, in its journal. Stored contracts, see <see cref="Pairs.PairEvent"/>.</summary>
/// <param name="AtMs">When it was decided or observed: the exchange's clock as estimated by the node, Unix ms.</param>
public abstract record ReconcilerEvent(long AtMs);

/// <summary>The first look at the account by this database.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="FirstStartMs">When this database began to trade, Unix ms. Orders of ours that are older were placed by another one.</param>
public sealed record ReconciliationStarted(long AtMs, long FirstStartMs) : ReconcilerEvent(AtMs);

/// <summary>The books of every currency begin: what the account held apart from everything that the journals explain.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="Baselines">By currency.</param>
/// <param name="OpenedAtMs">When these balances were asked for, Unix ms: what moved before is in them.</param>
public sealed record BooksOpened(long AtMs, IReadOnlyDictionary<string, decimal> Baselines, long OpenedAtMs) : ReconcilerEvent(AtMs);

/// <summary>A full sweep in which every list answered: the next one reads from here.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="WatermarkMs">When that sweep began, Unix ms.</param>
public sealed record WatermarkMoved(long AtMs, long WatermarkMs) : ReconcilerEvent(AtMs);

/// <summary>Money came or went by another hand, and the exchange's ledger says so: the books take it over once.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="LedgerId">The exchange's number of the line.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">How much; below zero when it left.</param>
/// <param name="TimeMs">When, Unix ms.</param>
/// <param name="Reason">As the exchange names it.</param>
public sealed record MovementBooked(long AtMs, long LedgerId, string Currency, decimal Amount, long TimeMs, string Reason) : ReconcilerEvent(AtMs);

/// <summary>Something at the account does not fit the journals.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="Finding">What.</param>
public sealed record FindingRaised(long AtMs, Finding Finding) : ReconcilerEvent(AtMs);

/// <summary>It is not there any more.</summary>
/// <param name="AtMs">See <see cref="ReconcilerEvent"/>.</param>
/// <param name="Key">Which finding.</param>
public sealed record FindingCleared(long AtMs, string Key) : ReconcilerEvent(AtMs);

/// <summary>What kind of thing does not fit.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>An order that this bot did not place. It is never touched; nothing is opened on its pair (C26).</summary>
    ForeignOrder,

    /// <summary>An execution of such an order (C26).</summary>
    ForeignTrade,

    /// <summary>An order that is settled here and active there.</summary>
    Ghost,

    /// <summary>An own order that no journal knows: rows of the journal are lost (R5, F11).</summary>
    JournalRollback,

    /// <summary>Another database, or another bot, trades with this key (F26).</summary>
    AnotherDeployment,

    /// <summary>An execution that the books have not taken over although it is old enough.</summary>
    FillMissing,

    /// <summary>A stop that the journal believes to be waiting and the exchange does not show.</summary>
    StopMissing,

    /// <summary>A balance that nothing explains (C20).</summary>
    Unexplained,
}

/// <summary>Something that does not fit, and stands until it is gone.</summary>
/// <param name="Key">Names it: the same thing has the same key in every sweep.</param>
/// <param name="Kind">What kind.</param>
/// <param name="Symbol">The pair; null where it concerns the account.</param>
/// <param name="ClientOrderId">The order's client id; null where there is none.</param>
/// <param name="OrderId">The exchange's order id; null where there is none.</param>
/// <param name="What">In words, with what to do.</param>
public sealed record Finding(string Key, FindingKind Kind, Symbol? Symbol, string? ClientOrderId, string? OrderId, string What)
{
    /// <summary>Of an unexplained balance: its currency.</summary>
    public string? Currency { get; init; }

    /// <summary>Of an unexplained balance: what is there beyond the books; below zero when it is missing.</summary>
    public decimal Amount { get; init; }

    /// <summary>True when nothing may be opened anywhere while it stands.</summary>
    [JsonIgnore]
    public bool BlocksAccount => Kind is FindingKind.JournalRollback or FindingKind.AnotherDeployment or FindingKind.Unexplained;

    /// <summary>True when nothing may be opened on its pair while it stands.</summary>
    [JsonIgnore]
    public bool BlocksPair => Kind is FindingKind.ForeignOrder or FindingKind.ForeignTrade;
}
