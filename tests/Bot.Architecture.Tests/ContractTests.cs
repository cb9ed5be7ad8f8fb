using System.Reflection;
using System.Text.RegularExpressions;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Architecture.Tests;

/// <summary>What is stored and what crosses nodes has a versioned form, whoever adds to it (RELIABILITY.md S11).</summary>
public partial class ContractTests
{
    private static readonly Type[] All = [.. typeof(OrderState).Assembly.GetTypes(), .. typeof(EventContracts).Assembly.GetTypes()];

    /// <summary>The events of every durable actor there is, found by what they persist.</summary>
    private static readonly Type[] Machines = [.. All.Where(t => !t.IsAbstract).Select(EventOf).OfType<Type>().Distinct()];

    [Fact]
    public void Every_event_of_every_durable_actor_has_a_manifest()
    {
        Assert.Superset(new HashSet<Type> { typeof(OrderEvent), typeof(PairEvent), typeof(PortfolioEvent) }, Machines.ToHashSet());
        var events = Machines.SelectMany(m => All.Where(t => m.IsAssignableFrom(t) && !t.IsAbstract)).ToHashSet();
        Assert.Empty(events.Except(EventContracts.Types));
        Assert.Empty(EventContracts.Types.Except(events));
    }

    [Fact]
    public void Manifests_name_a_meaning_and_its_version_once()
    {
        var manifests = EventContracts.Manifests.ToList();
        Assert.All(manifests, m => Assert.Matches(Manifest(), m));
        Assert.Equal(manifests.Distinct(StringComparer.Ordinal).Count(), manifests.Count);
    }

    [Fact]
    public void Every_message_that_may_cross_nodes_has_a_contract()
    {
        var messages = All.Where(t => typeof(IWireMessage).IsAssignableFrom(t) && t is { IsInterface: false, IsAbstract: false }).ToList();
        Assert.NotEmpty(messages);
        Assert.Empty(messages.Except(MessageContracts.Types));
    }

    [Fact]
    public void Events_and_messages_cannot_be_changed()
    {
        var contracts = EventContracts.Types.Concat(MessageContracts.Types).ToList();
        Assert.DoesNotContain(contracts, t => !t.IsSealed);
        Assert.Empty(contracts.SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(p => p.SetMethod is { } set && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)))
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));
    }

    private static Type? EventOf(Type type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
        {
            if (at.IsGenericType && at.GetGenericTypeDefinition() == typeof(DurableActor<,>))
                return at.GetGenericArguments()[0];
        }
        return null;
    }

    [GeneratedRegex(@"^(order|pair|portfolio|selector|reconciler)\.[a-z]+(-[a-z]+)*\.[1-9][0-9]*$")]
    private static partial Regex Manifest();
}
