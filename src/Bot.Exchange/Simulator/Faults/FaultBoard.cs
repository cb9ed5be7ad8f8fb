using System.Text.Json;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Server;

namespace Bot.Exchange.Simulator.Faults;

/// <summary>
/// The switches of faults: <c>PUT /sim/faults {"account","profile","seed"}</c> sets an account's (without one, those of requests that
/// nobody signed), <c>GET</c> tells of all. Touched only under the floor's gate.
/// </summary>
internal sealed class FaultBoard(TradingFloor floor)
{
    /// <summary>The plan of requests that nobody signed.</summary>
    private const string Nobody = "";

    private readonly SortedDictionary<string, FaultPlan> _plans = new(StringComparer.Ordinal);

    /// <summary>The fault that befalls a request which passed the gate.</summary>
    public Fault Next(ApiCall call)
    {
        lock (floor.Gate)
        {
            return _plans.GetValueOrDefault(call.Signer?.Settings.Key ?? Nobody) is { } plan
                ? plan.Next(call.Http.Request.Method, call.Path, NameOf(call))
                : default;
        }
    }

    /// <summary>Sets a switch.</summary>
    /// <returns>What is wrong with the request; null when the switch is set.</returns>
    public Rejection? Set(JsonElement? body)
    {
        if (body is not { } json)
            return Rejection.Parameter("The body must be a JSON object.");
        var account = json.TryGetProperty("account", out var whose) && whose.ValueKind == JsonValueKind.String ? whose.GetString()! : Nobody;
        var name = json.TryGetProperty("profile", out var which) && which.ValueKind == JsonValueKind.String ? which.GetString()! : "";
        var seed = 1UL;
        if (json.TryGetProperty("seed", out var given) && (given.ValueKind != JsonValueKind.Number || !given.TryGetUInt64(out seed)))
            return Rejection.Parameter("seed takes a whole number from 0.");
        if (account != Nobody && floor.Account(account) is null)
            return Rejection.Parameter("There is no account of this key.");
        if (FaultProfile.Find(name) is not { } profile)
            return Rejection.Parameter($"profile takes {string.Join(", ", FaultProfile.All.Select(p => p.Name))}.");
        Set(account, profile, seed);
        return null;
    }

    /// <summary>Sets the switch of an account, or that of public data.</summary>
    public void Set(string account, FaultProfile profile, ulong seed)
    {
        var plan = new FaultPlan(profile, account, seed, floor.Pairs[(int)(StableHash.Of(seed, "pair") % (ulong)floor.Pairs.Count)].Symbol);
        _plans[account] = plan;
        if (floor.Account(account) is { } owner)
            owner.Faults = plan;
        else
            floor.PublicFaults = plan;
    }

    /// <summary>Tells how the switches stand and what they did.</summary>
    public byte[] Tell()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("faults"u8);
            foreach (var plan in _plans.Values)
            {
                writer.WriteStartObject();
                writer.WriteString("account"u8, plan.Account);
                writer.WriteString("profile"u8, plan.Profile.Name);
                writer.WriteNumber("seed"u8, plan.Seed);
                if (plan.Symbol.Length > 0)
                    writer.WriteString("pair"u8, plan.Symbol);
                if (plan.SkewMs != 0)
                    writer.WriteNumber("skewMs"u8, plan.SkewMs);
                if (plan.LagMs != 0)
                    writer.WriteNumber("lagMs"u8, plan.LagMs);
                writer.WriteStartObject("met"u8);
                foreach (var (kind, count) in plan.Met)
                    writer.WriteNumber(kind.ToString(), count);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteStartArray("profiles"u8);
            foreach (var profile in FaultProfile.All)
                writer.WriteStringValue(profile.Name);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    // A placement is known by its client order id, whatever else its body says; everything else by what it asks for.
    private static string NameOf(ApiCall call) =>
        call.Json is { } json && json.TryGetProperty("clientOid", out var oid) && oid.ValueKind == JsonValueKind.String
            ? $"{call.Path} {oid.GetString()}"
            : $"{call.Http.Request.Method} {call.Target}";
}
