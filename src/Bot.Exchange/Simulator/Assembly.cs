using System.Runtime.CompilerServices;

// The tests examine the engine, the books and the sources directly; nobody else needs more than the server.
[assembly: InternalsVisibleTo("Bot.Exchange.Tests")]
[assembly: InternalsVisibleTo("Bot.Simulation")]
