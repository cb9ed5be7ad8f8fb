using System.Text.Json;
using System.Text.Json.Serialization;
using Bot.Simulation.Plans;

namespace Bot.Simulation.Running;

/// <summary>How plans and evidence are written to files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(CorpusEntry))]
[JsonSerializable(typeof(EvidenceFile))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(CampaignReport))]
[JsonSerializable(typeof(List<MutantResult>))]
internal sealed partial class SimulationJson : JsonSerializerContext
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">The file holds something else; the message says where.</exception>
    public static T Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type) ?? throw new FormatException($"{path} is empty.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is not what it should be: {e.Message}", e);
        }
    }
}
