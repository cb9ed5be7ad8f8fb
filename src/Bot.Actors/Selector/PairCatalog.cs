using Bot.Trading.Market;
using Dapper;
using Npgsql;

namespace Bot.Actors.Selector;

/// <summary>The table of trading pairs: the exchange's rules, the last metrics, the status.</summary>
/// <param name="database">The database as the application's role.</param>
public sealed class PairCatalog(NpgsqlDataSource database)
{
    /// <summary>Writes the rules of pairs as the exchange told them.</summary>
    public async Task SaveRulesAsync(IReadOnlyCollection<(int SymbolId, SymbolRules Rules)> pairs, long atMs, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO trading_pairs AS t (symbol_id, status, fee_currency, base_increment, quote_increment, price_increment, base_min_size,
                base_max_size, quote_min_size, quote_max_size, min_funds, price_limit_rate, rules_at)
            VALUES (@SymbolId, @Status::pair_status, @FeeCurrency, @BaseIncrement, @QuoteIncrement, @PriceIncrement, @BaseMinSize,
                @BaseMaxSize, @QuoteMinSize, @QuoteMaxSize, @MinFunds, @PriceLimitRate, @At)
            ON CONFLICT (symbol_id) DO UPDATE
            SET status = EXCLUDED.status, fee_currency = EXCLUDED.fee_currency, base_increment = EXCLUDED.base_increment,
                quote_increment = EXCLUDED.quote_increment, price_increment = EXCLUDED.price_increment, base_min_size = EXCLUDED.base_min_size,
                base_max_size = EXCLUDED.base_max_size, quote_min_size = EXCLUDED.quote_min_size, quote_max_size = EXCLUDED.quote_max_size,
                min_funds = EXCLUDED.min_funds, price_limit_rate = EXCLUDED.price_limit_rate, rules_at = EXCLUDED.rules_at
            """,
            pairs.Select(p => new
            {
                p.SymbolId,
                Status = p.Rules.EnableTrading ? "listed" : "halted",
                p.Rules.FeeCurrency,
                p.Rules.BaseIncrement,
                p.Rules.QuoteIncrement,
                p.Rules.PriceIncrement,
                p.Rules.BaseMinSize,
                p.Rules.BaseMaxSize,
                p.Rules.QuoteMinSize,
                p.Rules.QuoteMaxSize,
                p.Rules.MinFunds,
                p.Rules.PriceLimitRate,
                At = At(atMs),
            }).ToList(),
            transaction,
            cancellationToken: cancel)).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Writes what a selection measured, and which pairs are gone.</summary>
    public async Task SaveMetricsAsync(SelectionMade made, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE trading_pairs
            SET quote_volume_24h = @QuoteVolume24h, volatility = @Volatility, volatility_score = @VolatilityScore, correlation = @Correlation,
                correlation_benchmark = @Benchmark, spread = @Spread, score = @Score, metrics_at = @At
            WHERE symbol_id = (SELECT symbol_id FROM symbols WHERE symbol = @Symbol)
            """,
            made.Judgements.Select(j => new
            {
                Symbol = j.Symbol.Text,
                j.QuoteVolume24h,
                j.Volatility,
                j.VolatilityScore,
                j.Correlation,
                Benchmark = made.Rules.Benchmark.Text,
                j.Spread,
                j.Score,
                At = At(made.MarketMs),
            }).ToList(),
            transaction,
            cancellationToken: cancel)).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE trading_pairs SET status = 'delisted' WHERE symbol_id IN (SELECT symbol_id FROM symbols WHERE symbol = ANY(@gone))",
            new { gone = made.Delisted.Select(s => s.Text).ToArray() },
            transaction,
            cancellationToken: cancel)).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    private static DateTime At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;
}
