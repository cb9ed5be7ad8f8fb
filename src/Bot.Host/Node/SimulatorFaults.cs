using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bot.Host.Node;

/// <summary>The switches of a simulator's faults, as a client of <c>/sim/faults</c> sees them.</summary>
/// <param name="simulator">Where it listens.</param>
/// <param name="account">API key of the account.</param>
public sealed class SimulatorFaults(Uri simulator, string account)
{
    /// <summary>How many faults of each kind the account has met since its switch was set; empty without a switch.</summary>
    /// <exception cref="HttpRequestException">The simulator is gone.</exception>
    public async Task<IReadOnlyDictionary<string, long>> MetAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = simulator };
        var state = await http.GetFromJsonAsync<JsonNode>("sim/faults", cancel).ConfigureAwait(false);
        var own = state!["faults"]!.AsArray().FirstOrDefault(f => (string?)f!["account"] == account);
        return own is null ? new Dictionary<string, long>() : own["met"]!.Deserialize<SortedDictionary<string, long>>()!;
    }
}
