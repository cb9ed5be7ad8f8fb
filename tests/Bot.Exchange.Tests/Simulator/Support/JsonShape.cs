using System.Text.Json;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>Which kinds of JSON value stand at which path. Rows of a list share a path, and so do members whose names are currencies.</summary>
internal sealed class JsonShape
{
    private readonly SortedDictionary<string, HashSet<string>> _kinds = new(StringComparer.Ordinal);

    /// <summary>Every path with the kinds of value that were met there; null is none.</summary>
    public IEnumerable<(string Path, IReadOnlySet<string> Kinds)> Paths => _kinds.Select(p => (p.Key, (IReadOnlySet<string>)p.Value));

    /// <summary>The kinds of value that were met at a path; empty when nothing but null was.</summary>
    public IReadOnlySet<string> At(string path) => _kinds.GetValueOrDefault(path) ?? [];

    /// <summary>Whether something stands at a path, be it null.</summary>
    public bool Has(string path) => _kinds.ContainsKey(path);

    /// <summary>Adds what stands in a value.</summary>
    /// <param name="path">Where the value stands.</param>
    /// <param name="json">The value.</param>
    public void Add(string path, JsonElement json)
    {
        if (!_kinds.TryGetValue(path, out var kinds))
            _kinds[path] = kinds = new HashSet<string>(StringComparer.Ordinal);
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.True or JsonValueKind.False:
                kinds.Add("Boolean");
                break;
            case JsonValueKind.Array:
                kinds.Add("Array");
                foreach (var item in json.EnumerateArray())
                    Add($"{path}[]", item);
                break;
            case JsonValueKind.Object:
                kinds.Add("Object");
                var areCurrencies = !json.EnumerateObject().Any(m => m.Name.Any(char.IsLower));
                foreach (var member in json.EnumerateObject())
                    Add($"{path}.{(areCurrencies ? "*" : member.Name)}", member.Value);
                break;
            default:
                kinds.Add(json.ValueKind.ToString());
                break;
        }
    }
}
