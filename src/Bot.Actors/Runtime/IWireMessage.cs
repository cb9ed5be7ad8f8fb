namespace Bot.Actors.Runtime;

/// <summary>A message that may cross nodes: it has a versioned manifest in <see cref="MessageContracts"/>.</summary>
public interface IWireMessage;
