using System.Collections.Concurrent;
using Bot.Trading.Market;
using Dapper;
using Npgsql;

namespace Bot.Actors.Market;

/// <summary>The registry of pairs: gives each a number that is never reused, because it is part of every client order id.</summary>
/// <param name="database">The database as the application's role.</param>
public sealed class SymbolRegistry(NpgsqlDataSource database)
{
    private readonly ConcurrentDictionary<Symbol, int> _ids = new();

    /// <summary>The pair's number; a new pair gets the next one.</summary>
    public async Task<int> IdOfAsync(Symbol symbol, string baseCurrency, string quoteCurrency, CancellationToken cancel)
    {
        // Looked up first: an insert that meets a conflict would still use up a number.
        var id = await FindAsync(symbol, cancel).ConfigureAwait(false);
        if (id is { } found)
            return found;
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var added = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES (@symbol, @baseCurrency, @quoteCurrency)
            ON CONFLICT (symbol) DO UPDATE SET base_currency = EXCLUDED.base_currency RETURNING symbol_id
            """,
            new { symbol = symbol.Text, baseCurrency, quoteCurrency },
            cancellationToken: cancel)).ConfigureAwait(false);
        return _ids.GetOrAdd(symbol, added);
    }

    /// <summary>The pair's number, or null when it has none.</summary>
    public async Task<int?> FindAsync(Symbol symbol, CancellationToken cancel)
    {
        if (_ids.TryGetValue(symbol, out var known))
            return known;
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var id = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
            "SELECT symbol_id FROM symbols WHERE symbol = @symbol", new { symbol = symbol.Text }, cancellationToken: cancel)).ConfigureAwait(false);
        return id is { } found ? _ids.GetOrAdd(symbol, found) : null;
    }
}
