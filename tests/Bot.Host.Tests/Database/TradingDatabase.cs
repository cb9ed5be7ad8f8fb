using Bot.Host.Database;
using Bot.Testing;

namespace Bot.Host.Tests.Database;

/// <summary>A database with one order, its fill and its position; as a fixture it is shared by the tests of a class that change nothing.</summary>
public sealed class TradingDatabase : IAsyncLifetime
{
    public const string Order = "b1-k7f2q9-1-1-E1";

    public TestDatabase Test { get; private set; } = null!;

    public static async Task<TestDatabase> CreateAsync()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            DatabaseRole.App,
            $$"""
            INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('BTC-USDT', 'BTC', 'USDT'), ('ETH-USDT', 'ETH', 'USDT');
            INSERT INTO configuration (version, effective) VALUES (repeat('a', 64), '{"mode": "paper"}');
            INSERT INTO orders (client_order_id, exchange_order_id, symbol_id, strategy, intent_number, leg, attempt, side, type, time_in_force, price, quantity,
              status, filled_quantity, filled_funds, fee, fee_currency, reason, trigger_price, configuration_version, decided_at, intended_at, acked_at, closed_at)
            VALUES ('{{Order}}', 'x1', 1, 'donchian', 1, 'entry', 1, 'buy', 'limit', 'ioc', 60600, 0.5,
              'closed', 0.4, 24120, 24.12, 'USDT', 'close above the 20-candle high', 60000, repeat('a', 64), '2025-01-15T10:00Z', now(), now(), now());
            INSERT INTO fills (exchange_order_id, trade_id, client_order_id, side, price, quantity, fee, fee_currency, maker, executed_at)
            VALUES ('x1', 1, '{{Order}}', 'buy', 60300, 0.4, 24.12, 'USDT', false, '2025-01-15T10:00:01Z');
            INSERT INTO positions (symbol_id, quantity, average_entry_price, cost, fees, stop_price, protected, opened_at, updated_at)
            VALUES (1, 0.4, 60300, 24120, 24.12, 58000, true, '2025-01-15T10:00:01Z', '2025-01-15T10:00:01Z'),
                   (2, 0, NULL, 0, 3, NULL, true, NULL, '2025-01-15T10:00:01Z')
            """);
        return database;
    }

    public async Task InitializeAsync() => Test = await CreateAsync();

    public async Task DisposeAsync() => await Test.DisposeAsync();
}
