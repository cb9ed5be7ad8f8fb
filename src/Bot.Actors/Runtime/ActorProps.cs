using Akka.Actor;

namespace Bot.Actors.Runtime;

/// <summary>
/// Props from a factory. Akka's own <c>ActorProps.Of(() => new ...)</c> takes an expression and compiles each of its arguments anew at every
/// call: a millisecond of just-in-time compilation for every order.
/// </summary>
public static class ActorProps
{
    /// <summary>Props of an actor that the factory makes.</summary>
    public static Props Of<TActor>(Func<TActor> factory)
        where TActor : ActorBase => Props.CreateBy(new Producer<TActor>(factory));

    private sealed class Producer<TActor>(Func<TActor> factory) : IIndirectActorProducer
        where TActor : ActorBase
    {
        public Type ActorType => typeof(TActor);

        public ActorBase Produce() => factory();

        public void Release(ActorBase actor)
        {
            // nothing is owned
        }
    }
}
