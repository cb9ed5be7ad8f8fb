using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Trading.Orders;

namespace Bot.Architecture.Tests;

/// <summary>The simulator shares no code with the client, so that the two check each other (docs/simulator.md).</summary>
public class SimulatorIndependenceTests
{
    private const string Client = "Bot.Exchange.Kucoin";
    private const string Simulator = "Bot.Exchange.Simulator";

    private static readonly ArchUnitNET.Domain.Architecture Code = new ArchLoader().LoadAssemblies(typeof(KucoinExchange).Assembly, typeof(OrderState).Assembly).Build();

    [Fact]
    public void The_simulator_uses_nothing_of_the_client() => Assert.Empty(Uses(Simulator).Where(u => In(u.Target, Client)).Select(Words));

    [Fact]
    public void The_client_uses_nothing_of_the_simulator() => Assert.Empty(Uses(Client).Where(u => In(u.Target, Simulator)).Select(Words));

    [Fact]
    public void All_that_both_use_is_the_vocabulary_of_the_trade_and_the_port()
    {
        // The port and the books that it hands over, because paper trading feeds the simulator with the live market through it.
        string[] shared = ["Bot.Trading.Market", "Bot.Trading.Orders", "Bot.Exchange", "Bot.Exchange.Books"];
        var both = Uses(Simulator).Select(u => u.Target).Intersect(Uses(Client).Select(u => u.Target))
            .Where(t => FolderOf(t).StartsWith("Bot.", StringComparison.Ordinal))
            .Where(t => !shared.Contains(FolderOf(t)))
            .Select(t => t.FullName);
        Assert.Empty(both);
    }

    [Fact]
    public void The_simulator_takes_no_decision_from_the_core() => Assert.Empty(Uses(Simulator)
        .Where(u => u.Target.Name.EndsWith("Decider", StringComparison.Ordinal) || u.Target.Name is nameof(OrderTransitions) or nameof(OrderState))
        .Select(Words));

    [Fact]
    public void The_analysis_sees_what_is_there()
    {
        // Without this the rules above would hold for an analysis that finds nothing, for example in asynchronous methods.
        Assert.Contains(Uses(Client), u => u.Target.FullName == typeof(IExchange).FullName);
        Assert.Contains(Uses(Simulator), u => u.Target.Name == "IMarketData");
        Assert.Contains(Uses(Client), u => u.Origin.Name == "KucoinRest" && u.Target.Name == "KucoinTransport");
    }

    private static IEnumerable<ITypeDependency> Uses(string folder) => Code.Types.Where(t => In(t, folder)).SelectMany(t => t.Dependencies);

    private static bool In(IType type, string folder) =>
        FolderOf(type) == folder || FolderOf(type).StartsWith(folder + ".", StringComparison.Ordinal);

    // A type parameter has no namespace.
    private static string FolderOf(IType type) => type.Namespace?.FullName ?? "";

    private static string Words(ITypeDependency d) => $"{d.Origin.FullName} uses {d.Target.FullName}";
}
