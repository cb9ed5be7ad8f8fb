using Bot.Trading.Strategies.EmaCross;

namespace Bot.Trading.Strategies;

/// <summary>What a parameter becomes when the strategy moves to bars of another length.</summary>
public enum ParameterScale
{
    /// <summary>It stays.</summary>
    None,

    /// <summary>A number of bars: k times as many when bars are k times as short.</summary>
    Bars,

    /// <summary>A multiple of one bar's range: of a random walk the range grows with the root of time, so √k times as much.</summary>
    Range,
}

/// <summary>A parameter of a strategy.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Default">Value when the configuration says nothing.</param>
/// <param name="Minimum">Smallest allowed value.</param>
/// <param name="Maximum">Largest allowed value.</param>
/// <param name="IsInteger">Whether fractions are refused.</param>
/// <param name="Description">What it does, with its unit.</param>
/// <param name="Scale">What it becomes on bars of another length.</param>
public sealed record StrategyParameter(
    string Name, double Default, double Minimum, double Maximum, bool IsInteger, string Description, ParameterScale Scale = ParameterScale.None);

/// <summary>A strategy that can be configured.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Description">What it does.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="CrossChecks">Faults that depend on several parameters together.</param>
/// <param name="Create">Makes an instance from complete, valid parameters.</param>
public sealed record StrategyDefinition(
    string Name,
    string Description,
    IReadOnlyList<StrategyParameter> Parameters,
    Func<IReadOnlyDictionary<string, double>, IEnumerable<string>> CrossChecks,
    Func<IReadOnlyDictionary<string, double>, IStrategy> Create)
{
    /// <summary>The defaults for bars that are k times as short as those that they were meant for: the same market time, the same distances.</summary>
    /// <param name="k">How many of the short bars make one of the long ones.</param>
    public IReadOnlyDictionary<string, double> DefaultsForShorterBars(double k) => Parameters.ToDictionary(
        p => p.Name,
        p => p.Scale switch
        {
            ParameterScale.Bars => Math.Clamp(Math.Round(p.Default * k), p.Minimum, p.Maximum),
            ParameterScale.Range => Math.Clamp(Math.Round(p.Default * Math.Sqrt(k), 1), p.Minimum, p.Maximum),
            _ => p.Default,
        },
        StringComparer.Ordinal);

    /// <summary>Fills in defaults and checks every value.</summary>
    /// <param name="given">Values from the configuration, by name.</param>
    /// <param name="faults">Receives every fault, not just the first.</param>
    /// <returns>All parameters by name; complete only when no fault was added.</returns>
    public IReadOnlyDictionary<string, double> Complete(IReadOnlyDictionary<string, double> given, ICollection<string> faults)
    {
        var before = faults.Count;
        foreach (var name in given.Keys.Where(name => Parameters.All(p => p.Name != name)).Order(StringComparer.Ordinal))
            faults.Add($"strategy {Name} has no parameter '{name}': it has {string.Join(", ", Parameters.Select(p => p.Name))}");

        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var p in Parameters)
        {
            var value = given.TryGetValue(p.Name, out var v) ? v : p.Default;
            if (!double.IsFinite(value) || value < p.Minimum || value > p.Maximum)
                faults.Add($"strategy {Name}: {p.Name} is {value}, allowed is {p.Minimum} to {p.Maximum}");
            else if (p.IsInteger && value != Math.Floor(value))
                faults.Add($"strategy {Name}: {p.Name} is {value}, it must be a whole number");
            values[p.Name] = value;
        }
        if (faults.Count == before)
        {
            foreach (var fault in CrossChecks(values))
                faults.Add($"strategy {Name}: {fault}");
        }
        return values;
    }
}

/// <summary>Every strategy that this build knows.</summary>
public static class StrategyCatalog
{
    /// <summary>All definitions, by name.</summary>
    public static readonly IReadOnlyDictionary<string, StrategyDefinition> All =
        new[] { EmaCrossStrategy.Definition }.ToDictionary(d => d.Name, StringComparer.Ordinal);
}
