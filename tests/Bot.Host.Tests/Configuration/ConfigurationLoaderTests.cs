using Bot.Host.Configuration;
using Bot.Trading.Market;

namespace Bot.Host.Tests.Configuration;

/// <summary>What a file may say, and how a person learns what is wrong with it.</summary>
public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-configuration-").FullName;

    [Fact]
    public void Without_a_file_everything_has_a_default_that_holds()
    {
        var loaded = Load("{}");
        Assert.Equal(new BotConfiguration().Version(), loaded.Bot.Version());
        Assert.True(loaded.Database.IsPrivate);
        Assert.NotEmpty(loaded.StrategyParameters);
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var bot = Load("""
            {
              // Comments and a trailing comma are allowed: people write these files.
              "exchange": { "baseAddress": "http://127.0.0.1:8480", "keysFolder": "/run/keys", "keyVersion": 2 },
              "trading": { "interval": "1hour", "pairs": ["BTC-USDT", "ETH-USDT"], "parameters": { "fast": 5, "slow": 2.5e1 }, "candleRetentionDays": null, "candleGraceMs": 500 },
              "selection": { "benchmark": "ETH-USDT", "maxVolatility": 0.25 },
              "risk": { "riskPerTrade": 5e-3, "maxPosition": 0.2 },
              "node": { "seeds": "akka.tcp://bot@a:1, akka.tcp://bot@b:2" },
              "log": { "level": "debug" },
              "protection": { "ladder": { "1.5": 0.3, "3": 0.2 }, "breakEvenR": 1, "exchangeStops": "off" },
            }
            """).Bot;
        Assert.Equal((new Uri("http://127.0.0.1:8480"), "/run/keys", 2), (bot.Exchange.BaseAddress, bot.Exchange.KeysFolder, bot.Exchange.KeyVersion));
        Assert.Equal(("1hour", 500L, null), (bot.Trading.Interval.Name, bot.Trading.CandleGraceMs, bot.Trading.CandleRetentionDays));
        Assert.Equal(["BTC-USDT", "ETH-USDT"], bot.Trading.Pairs.Select(p => p.Text));
        Assert.Equal((5.0, 25.0), (bot.Trading.Parameters["fast"], bot.Trading.Parameters["slow"]));
        Assert.Equal(("ETH-USDT", 0.25), (bot.Selection.Benchmark.Text, bot.Selection.MaxVolatility));
        Assert.Equal((0.005m, 0.2m), (bot.Risk.RiskPerTrade, bot.Risk.MaxPosition));
        Assert.Equal(["akka.tcp://bot@a:1", "akka.tcp://bot@b:2"], bot.Node.Seeds);
        Assert.Equal("debug", bot.Log.Level);
        Assert.Equal([(1.5m, 0.3m), (3m, 0.2m)], bot.Protection.LadderSteps().Select(s => (s.R, s.Share)));
        Assert.Equal(1, bot.ToSettings("abcdef", "node", bot.Trading.Parameters).Protection.BreakEvenR);

        // What is not named keeps its default, also inside a section that is named.
        Assert.Equal((new BotConfiguration().Risk.MaxDrawdown, new BotConfiguration().Pair), (bot.Risk.MaxDrawdown, bot.Pair));
    }

    [Theory]
    [InlineData("""{ "risks": {} }""", "'risks' is no setting", "known here are controls, database, exchange, log, node, orders, pair, protection, reconciliation, risk, selection, trading")]
    [InlineData("""{ "risk": { "maxPositon": 0.1 } }""", "'risk.maxPositon' is no setting", "maxPosition")]
    [InlineData("""{ "databases": { "port": 5555 } }""", "'databases' is no setting", "database")]
    [InlineData("""{ "database": { "prot": 5555 } }""", "'prot' is no setting", "maxPoolSize")]
    public void An_unknown_key_is_named_with_its_path_and_with_what_is_known_there(string json, params string[] parts) => AssertFault(json, parts);

    [Theory]
    [InlineData("""{ "risk": { "maxPosition": "much" } }""", "'risk.maxPosition' is 'much', which is no number that fits")]
    [InlineData("""{ "risk": { "maxPosition": 0 } }""", "'risk.maxPosition' is 0, allowed is 0.0001 to 1")]
    [InlineData("""{ "risk": { "maxPosition": 0.5, "maxExposure": 0.4 } }""", "'risk.maxExposure' is 0.4, allowed is 0.5 to 1")]
    [InlineData("""{ "selection": { "maxVolatility": "0,5" } }""", "'selection.maxVolatility' is '0,5'")]
    [InlineData("""{ "selection": { "maxVolatility": "NaN" } }""", "'selection.maxVolatility' is NaN")]
    [InlineData("""{ "protection": { "ladder": { "1": 0.7, "2": 0.7 } } }""", "'protection.ladder' sells 1.4 of the position")]
    [InlineData("""{ "protection": { "emergencyExitMs": 5 } }""", "'protection.emergencyExitMs' is 5, allowed is 10000 to 3600000")]
    [InlineData("""{ "selection": { "maxPairs": 1.5 } }""", "'selection.maxPairs' is '1.5'")]
    [InlineData("""{ "selection": { "maxPairs": 99999999999 } }""", "'selection.maxPairs' is '99999999999'")]
    [InlineData("""{ "orders": { "readLagMarginMs": 1000 } }""", "'orders.readLagMarginMs' is 1000, allowed is 5000 to 600000")]
    [InlineData("""{ "trading": { "candleRetentionDays": 0 } }""", "'trading.candleRetentionDays' is 0")]
    [InlineData("""{ "trading": { "interval": "7min" } }""", "'trading.interval'", "7min")]
    [InlineData("""{ "trading": { "pairs": ["BTC-USDT", "btc"] } }""", "'trading.pairs'", "'btc' is not a symbol")]
    [InlineData("""{ "trading": { "strategy": "luck" } }""", "'trading.strategy' is 'luck'", "ema-cross")]
    [InlineData("""{ "trading": { "parameters": { "fst": 3 } } }""", "fst", "fast")]
    [InlineData("""{ "trading": { "deployment": "Production" } }""", "'trading.deployment' is 'Production'", "six lower-case letters or digits")]
    [InlineData("""{ "trading": { "strategy": null } }""", "'trading.strategy' has no value")]
    [InlineData("""{ "protection": { "exchangeStops": "maybe" } }""", "'protection.exchangeStops' is 'maybe': use auto, on, off")]
    [InlineData("""{ "protection": { "exchangeStops": "1" } }""", "'protection.exchangeStops' is '1'")]
    [InlineData("""{ "pair": { "exitRetryMs": { "a": 1 } } }""", "'pair.exitRetryMs' has no value")]
    [InlineData("""{ "risk": 5 }""", "'risk' is a section")]
    [InlineData("""{ "log": { "level": "loud" } }""", "'log.level' is 'loud'", "Information")]
    [InlineData("""{ "exchange": { "baseAddress": "api.kucoin.com" } }""", "'exchange.baseAddress' is 'api.kucoin.com', which is no address")]
    [InlineData("""{ "exchange": { "baseAddress": "http://api.kucoin.com" } }""", "'exchange.baseAddress' must be https")]
    [InlineData("""{ "exchange": { "baseAddress": "https://kucoin.example" } }""", "'exchange.baseAddress' has a host that is not allowed")]
    [InlineData("""{ "database": { "port": "soon" } }""", "port is 'soon'")]
    public void A_wrong_value_is_named_with_its_path_and_with_what_is_allowed(string json, params string[] parts) => AssertFault(json, parts);

    [Theory]
    [InlineData("""{ "risk": {} }""")]
    [InlineData("""{ "risk": null, "trading": {}, "pair": null }""")]
    [InlineData("""{ "trading": { "pairs": [], "parameters": {} } }""")]
    public void An_empty_section_means_its_defaults(string json) => Assert.Equal(new BotConfiguration().Version(), Load(json).Bot.Version());

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var e = Assert.Throws<ConfigurationFaultException>(() => Load("""
            { "risk": { "maxPositon": 1, "maxDrawdown": 7 }, "trading": { "strategy": "luck", "interval": "x" }, "database": { "maxPolSize": 3 }, "log": { "keepFiles": "few" } }
            """));
        foreach (var part in (string[])["maxPositon", "maxDrawdown", "luck", "trading.interval", "maxPolSize", "keepFiles"])
            Assert.Contains(e.Faults, f => f.Contains(part, StringComparison.Ordinal));
        Assert.All(e.Faults, f => Assert.Contains($"  - {f}", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_named_and_missing_is_a_fault_and_the_default_file_may_be_missing()
    {
        var missing = Path.Combine(_folder, "nowhere", "bot.json");
        var e = Assert.Throws<ConfigurationFaultException>(() => ConfigurationLoader.Load(missing));
        Assert.Contains(missing, e.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(ConfigurationLoader.DefaultFile));
        Assert.NotNull(ConfigurationLoader.Load(null));
    }

    [Theory]
    [InlineData("{\n  \"risk\": {\n    \"maxPosition\" 0.1\n  }\n}", "line 3")]
    [InlineData("{ \"risk\": { ", "line 1")]
    [InlineData("", "JSON")]
    [InlineData("[1, 2]", "JSON")]
    [InlineData("{ \"risk\": {}, \"Risk\": {} , \"risk\": { \"maxPosition\": 1 }, \"RISK\": { \"maxPosition\": 1 } }", "JSON")]
    public void A_file_that_is_no_json_object_is_a_fault_with_its_line(string json, string part) => AssertFault(json, "not valid JSON", part);

    [Fact]
    public void The_version_changes_with_what_decides_how_is_traded_and_with_nothing_else()
    {
        var version = Load("{}").Bot.Version();
        string[] same =
        [
            """{ "exchange": { "baseAddress": "http://127.0.0.1:1", "keysFolder": "k", "keyVersion": 2 } }""", """{ "node": { "port": 4053, "host": "n", "seeds": ["s"] } }""",
            """{ "log": { "level": "Debug", "folder": "f", "keepFiles": 3 } }""", """{ "database": { "maxPoolSize": 4 } }""",
        ];
        Assert.All(same, json => Assert.Equal(version, Load(json).Bot.Version()));
        string[] other =
        [
            """{ "exchange": { "orderWindowMs": 2000 } }""", """{ "trading": { "interval": "1hour" } }""", """{ "trading": { "pairs": ["BTC-USDT"] } }""",
            """{ "trading": { "parameters": { "fast": 4 } } }""", """{ "selection": { "maxPairs": 3 } }""", """{ "risk": { "maxDrawdown": 0.11 } }""",
            """{ "pair": { "entryCollar": 0.0011 } }""", """{ "orders": { "pollMs": 4999 } }""",
        ];
        var versions = other.Select(json => Load(json).Bot.Version()).Append(version).ToList();
        Assert.Equal(versions.Count, versions.Distinct().Count());
        Assert.All(versions, v => Assert.Matches("^[0-9a-f]{64}$", v));
    }

    [Fact]
    public void The_version_is_the_same_however_the_file_is_written() => Assert.Equal(
        Load("""{ "risk": { "maxPosition": 0.2, "maxExposure": 0.5 }, "trading": { "parameters": { "fast": 5, "slow": 20 } } }""").Bot.Version(),
        Load("""{ "trading": { "parameters": { "slow": "20", "fast": 5.0 } }, "risk": { "maxExposure": 5e-1, "maxPosition": 0.20 } }""").Bot.Version());

    [Fact]
    public void On_shorter_candles_the_strategy_keeps_its_market_time_and_named_parameters_stay()
    {
        var quarter = new TradingSection { Interval = CandleInterval.Parse("15min"), Parameters = new Dictionary<string, double> { ["fast"] = 7 } };
        var complete = Load("{}").StrategyParameters;
        var minute = quarter.On(CandleInterval.OneMinute);
        Assert.Equal("1min", minute.Interval.Name);
        Assert.Equal(7, minute.Parameters["fast"]);
        Assert.Equal(15 * complete["slow"], minute.Parameters["slow"]);

        var hour = quarter.On(CandleInterval.Parse("1hour"));
        Assert.Equal("1hour", hour.Interval.Name);
        Assert.Equal(quarter.Parameters, hour.Parameters);
        Assert.Equal(quarter.Parameters, quarter.On(quarter.Interval).Parameters);
    }

    [Fact]
    public void The_command_line_wins_and_is_checked_like_the_file()
    {
        var file = Write("""{ "trading": { "selectionMinutes": 10 } }""");
        Assert.Equal(20, ConfigurationLoader.Load(file, null, c => c with { Trading = c.Trading with { SelectionMinutes = 20 } }).Bot.Trading.SelectionMinutes);
        var e = Assert.Throws<ConfigurationFaultException>(() => ConfigurationLoader.Load(file, null, c => c with { Exchange = c.Exchange with { BaseAddress = new Uri("http://example.com") } }));
        Assert.Contains("'exchange.baseAddress' must be https", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private LoadedConfiguration Load(string json) => ConfigurationLoader.Load(Write(json));

    private void AssertFault(string json, params IEnumerable<string> parts)
    {
        var e = Assert.Throws<ConfigurationFaultException>(() => Load(json));
        var fault = Assert.Single(e.Faults);
        Assert.All(parts, part => Assert.Contains(part, fault, StringComparison.Ordinal));
    }

    private string Write(string json)
    {
        var file = Path.Combine(_folder, "bot.json");
        File.WriteAllText(file, json);
        return file;
    }
}
