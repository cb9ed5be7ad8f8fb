using System.Globalization;
using System.Numerics;
using System.Reflection;
using Bot.Trading.Market;
using Microsoft.Extensions.Configuration;

namespace Bot.Host.Configuration;

/// <summary>
/// Binds a configuration to records. Unlike the framework's binder it knows every key: an unknown one is a fault and not silence, and
/// every fault is told, not only the first.
/// </summary>
/// <param name="faults">Receives what is wrong, with the path of the setting.</param>
/// <param name="elsewhere">Sections that somebody else binds.</param>
internal sealed class StrictBinder(ICollection<string> faults, params IReadOnlyList<string> elsewhere)
{
    private readonly NullabilityInfoContext _nullability = new();

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
                var known = properties.Keys.Select(Spelled).Concat(path.Length == 0 ? elsewhere : []);
                faults.Add($"'{childPath}' is no setting; known here are {string.Join(", ", known.Order(StringComparer.Ordinal))}");
                continue;
            }
            try
            {
                property.SetValue(copy, Value(child, property, property.GetValue(copy), childPath));
            }
            catch (FormatException e)
            {
                faults.Add($"'{childPath}' {e.Message}");
            }
        }
        return copy;
    }

    private object? Value(IConfigurationSection section, PropertyInfo property, object? current, string path)
    {
        var type = property.PropertyType;
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(IReadOnlyList<string>))
            return Items(section).ToList();
        if (bare == typeof(IReadOnlyList<Symbol>))
            return Items(section).Select(Symbol.Parse).ToList();
        if (bare == typeof(IReadOnlyDictionary<string, double>))
            return section.GetChildren().ToDictionary(c => c.Key, c => Number<double>(c.Value ?? "", NumberStyles.Float), StringComparer.Ordinal);
        if (section.Value is not { } text)
        {
            if (IsSection(bare))
                return BindRecord(section, current!, path);

            // Both `null` and a section in the place of a value come without one.
            if (section.GetChildren().Any() || _nullability.Create(property).WriteState != NullabilityState.Nullable)
                throw new FormatException("has no value");
            return null;
        }
        if (IsSection(bare))
            throw new FormatException("is a section: it takes settings in braces and no single value");
        if (text.Length == 0 && type != bare)
            return null;
        if (bare == typeof(string))
            return text;
        if (bare == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : throw new FormatException($"is '{text}': use true or false");
        if (bare == typeof(int))
            return Number<int>(text, NumberStyles.Integer);
        if (bare == typeof(long))
            return Number<long>(text, NumberStyles.Integer);
        if (bare == typeof(double))
            return Number<double>(text, NumberStyles.Float);
        if (bare == typeof(decimal))
            return Number<decimal>(text, NumberStyles.Float);
        if (bare.IsEnum)
        {
            return Enum.GetNames(bare).FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } word
                ? Enum.Parse(bare, word)
                : throw new FormatException($"is '{text}': use {string.Join(", ", Enum.GetNames(bare).Select(Spelled))}");
        }
        if (bare == typeof(Symbol))
            return Symbol.Parse(text);
        if (bare == typeof(CandleInterval))
            return CandleInterval.Parse(text);
        if (bare == typeof(Uri))
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") ? uri : throw new FormatException($"is '{text}', which is no address");
        throw new FormatException("cannot be set by a single value");
    }

    private static IEnumerable<string> Items(IConfigurationSection section) =>
        section.Value is { } text
            ? text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : section.GetChildren().Select(c => c.Value ?? "");

    /// <summary>A record of settings, in contrast to a value.</summary>
    private static bool IsSection(Type type) => type.IsClass && type != typeof(string) && type != typeof(Uri) && type != typeof(CandleInterval);

    // No thousands' separators: they would read the 0,5 of a European as 5.
    private static T Number<T>(string text, NumberStyles style)
        where T : INumberBase<T> =>
        T.TryParse(text, style, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"is '{text}', which is no number that fits");

    private static string Spelled(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
