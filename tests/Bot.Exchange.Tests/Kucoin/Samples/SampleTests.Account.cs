using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin.Samples;

public sealed partial class SampleTests
{
    private static IEnumerable<(string File, Check Check)> AccountAnswers() =>
    [
        ("rest.GET.api-v1-user-api-key.json", Answer(AccountReaders.ApiKey, key =>
        {
            Assert.Equal(["General", "Futures", "Spot", "Earn", "InnerTransfer", "Transfer", "Margin"], key.Permissions);
            Assert.Equal(["203.**.154", "103.**.34"], key.IpWhitelist);
            Assert.Equal((true, 1728443843000L, "165111215"), (key.IsMaster, key.CreatedAtMs, key.UserId));
        })),
        ("rest.GET.api-v1-accounts.json", Answer(AccountReaders.Accounts, rows => Assert.Equal(
            [new AccountRow("trade", new Balance("USDT", 26.66759503m, 26.66759503m, 0m)), new AccountRow("main", new Balance("USDT", 0.01m, 0.01m, 0m))],
            rows))),
        ("rest.GET.api-v1-accounts.v-live.json", Answer(AccountReaders.Accounts, rows => Assert.Equal(4, rows.Count))),
        ("rest.GET.api-v1-trade-fees.v-docs2023.json", Answer(AccountReaders.FeeRates, rows => Assert.Equal(
            [new FeeRate(Btc, 0.001m, 0.001m), new FeeRate(Symbol.Parse("KCS-USDT"), 0.002m, 0.0005m)], rows))),

        ("rest.GET.api-v1-hf-accounts-ledgers.json", Answer(DetailReaders.Ledger, rows => Assert.Equal(
            new LedgerEntry(
                254062248624417, "USDT", 1.5976008m, 0.0015992m, 26.73759503m, "TRADE_HF", "TRADE_EXCHANGE", true, 1728443957539, Kcs,
                "6705f6350dc7210007d6a36d", 10046097631627265),
            Assert.Single(rows)))),

        ("rest.POST.api-v1-bullet-private.json", Answer(AccountReaders.Bullet, bullet =>
        {
            Assert.Equal((TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(10)), (bullet.PingInterval, bullet.PingTimeout));
            Assert.Equal($"wss://ws-api-spot.kucoin.com/?token={bullet.Token}&connectId=c1", bullet.AddressFor("c1").ToString());
            Assert.DoesNotContain(bullet.Token, bullet.ToString(), StringComparison.Ordinal);
        })),
        ("rest.POST.api-v1-bullet-public.json", Answer(AccountReaders.Bullet, b => Assert.Equal("ws-api-spot.kucoin.com", b.Endpoint.Host))),
    ];
}
