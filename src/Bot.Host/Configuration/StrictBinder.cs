using System.Globalization;
using System.Reflection;
using Bot.Trading.Market;
using Microsoft.Extensions.Configuration;

namespace Bot.Host.Configuration;

/// <summary>
/// Binds a configuration to records. Unlike the framework's binder it knows every key: an unknown one is a fault and not silence, and
/// every fault is told, not only the first.
/// </summary>
/// <param name="faults">Receives what is wrong, with the path of the setting.</param>
internal sealed class StrictBinder(ICollection<string> faults)
{
    /// <summary>Binds a section onto a record's defaults.</summary>
    public T Bind<T>(IConfiguration section, T defaults, string path = "")
        where T : class => (T)BindRecord(section, defaults, path);

    private object BindRecord(IConfiguration section, object defaults, string path)
    {
        var type = defaults.GetType();
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p is { CanRead: true, CanWrite: true })
            .ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var copy = Activator.CreateInstance(type)!;
        foreach (var property in properties.Values)
            property.SetValue(copy, property.GetValue(defaults));

        foreach (var child in section.GetChildren())
        {
            var childPath = path.Length == 0 ? child.Key : $"{path}.{child.Key}";
            if (!properties.TryGetValue(child.Key, out var property))
            {
                faults.Add($"'{childPath}' is no setting; known here are {string.Join(", ", properties.Keys.Order(StringComparer.Ordinal).Select(Spelled))}");
                continue;
            }
            try
            {
                property.SetValue(copy, Value(child, property.PropertyType, property.GetValue(copy), childPath));
            }
            catch (FormatException e)
            {
                faults.Add($"'{childPath}' {e.Message}");
            }
        }
        return copy;
    }

    private object? Value(IConfigurationSection section, Type type, object? current, string path)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(IReadOnlyList<string>))
            return Items(section).ToList();
        if (bare == typeof(IReadOnlyList<Symbol>))
            return Items(section).Select(Symbol.Parse).ToList();
        if (bare == typeof(IReadOnlyDictionary<string, double>))
            return section.GetChildren().ToDictionary(c => c.Key, c => Number<double>(c.Value ?? ""), StringComparer.Ordinal);
        if (section.Value is not { } text)
        {
            return current is not null && section.GetChildren().Any()
                ? BindRecord(section, current, path)
                : type == bare && bare.IsValueType ? throw new FormatException("has no value") : null;
        }
        if (text.Length == 0 && type != bare)
            return null;
        if (bare == typeof(string))
            return text;
        if (bare == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : throw new FormatException($"is '{text}': use true or false");
        if (bare == typeof(int))
            return Number<int>(text);
        if (bare == typeof(long))
            return Number<long>(text);
        if (bare == typeof(double))
            return Number<double>(text);
        if (bare == typeof(decimal))
            return Number<decimal>(text);
        if (bare == typeof(Symbol))
            return Symbol.Parse(text);
        if (bare == typeof(CandleInterval))
            return CandleInterval.Parse(text);
        if (bare == typeof(Uri))
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new FormatException($"is '{text}', which is no address");
        throw new FormatException("cannot be set by a single value");
    }

    private static IEnumerable<string> Items(IConfigurationSection section) =>
        section.Value is { } text
            ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : section.GetChildren().Select(c => c.Value ?? "");

    private static T Number<T>(string text)
        where T : IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"is '{text}', which is no number that fits");

    private static string Spelled(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
