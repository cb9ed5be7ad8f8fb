using System.Globalization;
using System.Text;

namespace Bot.Simulation.Engine;

/// <summary>Writes down what happens in a run, for people and for comparing two runs byte by byte.</summary>
internal sealed class TraceLog(World world)
{
    private readonly StringBuilder _text = new();

    /// <summary>Everything so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Forgets everything.</summary>
    public void Clear() => _text.Clear();

    /// <summary>A line about an actor, or about nobody.</summary>
    public void Line(Actor? actor, string what) => _text.Append(CultureInfo.InvariantCulture, $"{world.NowMs - World.StartMs,7} ")
        .Append(actor is null ? "" : $"{actor.Name}@{actor.Node.Index} ").Append(what).Append('\n');

    /// <summary>An input of a machine.</summary>
    public void Input(Actor actor, object input) => Line(actor, $"<- {input.GetType().Name} {Show(input)}");

    /// <summary>Rows that were stored.</summary>
    public void Rows(JournalWrite write)
    {
        for (var i = 0; i < write.Events.Length; i++)
            Line(null, string.Create(CultureInfo.InvariantCulture, $"   {write.Stream.Id} #{write.First + i} {Show(write.Events[i])}"));
    }

    private static string Show(object value) => value.ToString() ?? "";
}
