using Bot.Host.Database;
using Npgsql;

namespace Bot.Host.Tests.Database;

/// <summary>The read tables refuse what cannot be.</summary>
public sealed class TradingConstraintTests(TradingDatabase database) : IClassFixture<TradingDatabase>
{
    [Theory]
    [InlineData("orders", "quantity = 0")]
    [InlineData("orders", "quantity = 'NaN'")]
    [InlineData("orders", "price = NULL")]
    [InlineData("orders", "type = 'market'")]
    [InlineData("orders", "price = -1")]
    [InlineData("orders", "filled_quantity = -0.1")]
    [InlineData("orders", "fee_currency = NULL")]
    [InlineData("orders", "time_in_force = NULL")]
    [InlineData("orders", "closed_at = NULL")]
    [InlineData("orders", "status = 'rejected'")]
    [InlineData("orders", "reason = ''")]
    [InlineData("orders", "client_order_id = 'has space'")]
    [InlineData("orders", "intent_number = 0")]
    [InlineData("fills", "quantity = 0")]
    [InlineData("fills", "price = 0")]
    [InlineData("fills", "fee = NULL")]
    [InlineData("positions", "quantity = -1")]
    [InlineData("positions", "quantity = 1, average_entry_price = NULL")]
    [InlineData("configuration", "version = 'short'")]
    public async Task What_cannot_be_is_refused(string table, string change)
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => database.Test.ExecuteAsync(DatabaseRole.Owner, $"UPDATE {table} SET {change}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, e.SqlState);
    }

    [Theory]
    [InlineData("UPDATE orders SET status = 'cancelled'")]
    [InlineData("UPDATE orders SET side = 'short'")]
    [InlineData("INSERT INTO risk_state VALUES ('main', 'panic', 'x', 'y', now(), '*')")]
    public async Task A_status_that_does_not_exist_is_refused(string sql)
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => database.Test.ExecuteAsync(DatabaseRole.App, sql));
        Assert.Equal(PostgresErrorCodes.InvalidTextRepresentation, e.SqlState);
    }

    [Theory]
    [InlineData("DELETE FROM orders")]
    [InlineData("DELETE FROM configuration")]
    [InlineData("INSERT INTO fills (exchange_order_id, trade_id, client_order_id, side, price, quantity, executed_at) VALUES ('x9', 1, 'unknown', 'buy', 1, 1, now())")]
    public async Task What_others_rest_on_stays(string sql)
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => database.Test.ExecuteAsync(DatabaseRole.Owner, sql));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, e.SqlState);
    }

    [Fact]
    public async Task A_fill_is_there_once()
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => database.Test.ExecuteAsync(
            DatabaseRole.App, $"INSERT INTO fills (exchange_order_id, trade_id, client_order_id, side, price, quantity, executed_at) VALUES ('x1', 1, '{TradingDatabase.Order}', 'buy', 1, 1, now())"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, e.SqlState);
    }

    [Fact]
    public async Task Every_table_and_view_says_what_it_is()
    {
        Assert.Null(await database.Test.ValueAsync<string>(
            DatabaseRole.Owner,
            """
            SELECT string_agg(relname::text, ', ') FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND obj_description(oid, 'pg_class') IS NULL
            """));
    }

    [Fact]
    public async Task Every_column_of_money_is_numeric()
    {
        // Statistics may be floating point; what is paid, held or ordered may not.
        Assert.Equal(
            "correlation, score, score, spread, volatility, volatility_score",
            await database.Test.ValueAsync<string>(
                DatabaseRole.Owner,
                "SELECT string_agg(column_name, ', ' ORDER BY column_name) FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN ('double precision', 'real')"));
    }

    [Fact]
    public async Task Every_foreign_key_states_what_a_delete_does()
    {
        // 'a' is what one gets without saying anything.
        Assert.Equal(0L, await database.Test.ValueAsync<long>(DatabaseRole.Owner, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a'"));
    }
}
