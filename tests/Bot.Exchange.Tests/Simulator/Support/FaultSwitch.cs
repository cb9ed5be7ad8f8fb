using System.Text;
using System.Text.Json;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>The simulator's switches of faults, from outside.</summary>
internal static class FaultSwitch
{
    /// <summary>Sets the switch of an account, or of requests that nobody signed; returns how all of them stand.</summary>
    public static async Task<JsonElement> SetAsync(HttpClient http, string? account, string profile, int seed = 1)
    {
        var body = JsonSerializer.Serialize(new { account, profile, seed });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await http.PutAsync("/sim/faults", content);
        reply.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }
}
