using Bot.Host.Database;
using Bot.Testing;

namespace Bot.Host.Tests.Database;

/// <summary>The read tables answer a person's questions.</summary>
public sealed class TradingTableTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TradingDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task An_order_that_got_more_than_it_asked_is_kept_and_marks_itself()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "UPDATE orders SET filled_quantity = filled_quantity + 0.2");
        Assert.Equal("0.6 quarantined", await OrderAsync());
        // Whatever else is told of it later.
        await _database.ExecuteAsync(DatabaseRole.App, "UPDATE orders SET status = 'closed'");
        Assert.Equal("0.6 quarantined", await OrderAsync());

        Task<string?> OrderAsync() => _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT concat_ws(' ', filled_quantity, status) FROM orders");
    }

    [Fact]
    public async Task A_run_of_the_selector_takes_its_pairs_with_it()
    {
        await _database.ExecuteAsync(
            DatabaseRole.App,
            """
            INSERT INTO selections (at, considered, parameters) VALUES (now(), 2, '{}');
            INSERT INTO selected_pairs (selection_id, symbol_id, rank, score, risk_level, reason) VALUES (1, 1, 1, 0.9, 'low', 'liquid'), (1, 2, 2, 0.7, 'medium', 'less so');
            DELETE FROM selections
            """);
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM selected_pairs"));
    }

    [Fact]
    public async Task A_round_trip_nets_itself()
    {
        await _database.ExecuteAsync(
            DatabaseRole.App,
            """
            INSERT INTO trades (symbol_id, number, strategy, opened_at, closed_at, quantity, entry_price, exit_price, gross_pnl, fees, exit_reason)
            VALUES (1, 1, 'donchian', '2025-01-15Z', '2025-01-16Z', 1, 100, 110, 10, 0.21, 'stop')
            """);
        Assert.Equal(9.79m, await _database.ValueAsync<decimal>(DatabaseRole.ReadOnly, "SELECT net_pnl FROM trades"));
    }

    [Fact]
    public async Task A_person_sees_what_is_held_and_what_it_is_worth()
    {
        await _database.ExecuteAsync(
            DatabaseRole.App,
            """
            SELECT ensure_candle_partition('2025-01-15Z');
            INSERT INTO candles (symbol_id, interval, open_time, open, high, low, close, volume, event_time, source) VALUES
              (1, '1hour', '2025-01-15T09:00Z', 60000, 60500, 59900, 60400, 1, '2025-01-15T10:00Z', 'rest'),
              (1, '1min', '2025-01-15T10:04Z', 60900, 61000, 60900, 61000, 1, '2025-01-15T10:05Z', 'stream'),
              (1, '1min', '2025-01-15T10:03Z', 60900, 61000, 60900, 60950, 1, '2025-01-15T10:04Z', 'stream')
            """);
        Assert.Equal(
            "BTC-USDT 0.4 24400 280",
            await _database.ValueAsync<string>(
                DatabaseRole.ReadOnly, "SELECT string_agg(concat_ws(' ', symbol, quantity, trim_scale(value), trim_scale(unrealised_pnl)), ',') FROM holdings"));
    }

    [Fact]
    public async Task A_holding_without_a_price_is_shown_without_a_value()
    {
        Assert.Equal("BTC-USDT", await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT symbol FROM holdings WHERE value IS NULL AND protected"));
    }

    [Fact]
    public async Task A_person_reads_why_an_order_was_placed_and_what_it_cost()
    {
        Assert.Equal(
            "BTC-USDT | buy 0.5 BTC at 60600 USDT or better | entry of donchian: close above the 20-candle high | ended, partly filled | 60300 | -24144.12 | 0.5",
            await _database.ValueAsync<string>(
                DatabaseRole.ReadOnly,
                "SELECT concat_ws(' | ', symbol, what, why, outcome, trim_scale(average_price), trim_scale(cash_change), trim_scale(slippage_percent)) FROM order_explanations"));
    }

    [Theory]
    [InlineData("status = 'in_doubt', closed_at = NULL", "the exchange has not answered; being looked for")]
    [InlineData("status = 'rejected', reject_code = '200004', reject_message = 'Balance insufficient'", "refused by the exchange: 200004 Balance insufficient")]
    [InlineData("filled_quantity = 0.5", "filled")]
    [InlineData("filled_quantity = 0", "ended without a fill")]
    public async Task Every_outcome_has_words(string change, string words)
    {
        await _database.ExecuteAsync(DatabaseRole.App, $"UPDATE orders SET {change}");
        Assert.Equal(words, await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT outcome FROM order_explanations"));
    }

    [Fact]
    public async Task Every_status_has_words()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "UPDATE orders SET reject_code = '1'");
        foreach (var status in await _database.ValueAsync<string[]>(DatabaseRole.App, "SELECT enum_range(NULL::order_status)::text[]") ?? [])
        {
            await _database.ExecuteAsync(DatabaseRole.App, $"UPDATE orders SET status = '{status}'");
            Assert.False(string.IsNullOrEmpty(await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT outcome FROM order_explanations")), status);
        }
    }
}
