using System.Text;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Tests.Fuzz;
using CsCheck;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>Whatever comes over the wire, the parsers either read it or throw the one documented exception.</summary>
public sealed class ParserFuzzTests
{
    /// <summary>Well-formed beginnings, so that mutations reach deep into the parsers.</summary>
    internal static readonly byte[][] Seeds =
    [
        .. new[]
        {
            """{"code":"200000","data":1729100692873}""",
            """{"code":"200000","data":[{"symbol":"BTC-USDT","baseCurrency":"BTC","quoteCurrency":"USDT","feeCurrency":"USDT","baseMinSize":"0.00001","quoteMinSize":"0.1","baseMaxSize":"1","quoteMaxSize":"9","baseIncrement":"0.1","quoteIncrement":"0.1","priceIncrement":"1E-9","priceLimitRate":"0.1","minFunds":null,"enableTrading":true}]}""",
            """{"code":"200000","data":{"time":1729175612158,"ticker":[{"symbol":"BTC-USDT","buy":null,"sell":"0.6","last":"1","volValue":"0","changeRate":"-0.1"}]}}""",
            """{"code":"200000","data":[["1706637600","43396.4","43369.4","43491.9","43285.2","135.02905655","5859577.939581874"]]}""",
            """{"code":"200000","data":{"permission":"General,Spot","ipWhitelist":"1.2.3.4","createdAt":1728443843000,"uid":165111215,"isMaster":true}}""",
            """{"code":"200000","data":[{"id":"1","currency":"USDT","type":"trade","balance":"1","available":"1","holds":"0"}]}""",
            """{"code":"200000","data":[{"symbol":"BTC-USDT","takerFeeRate":"0.001","makerFeeRate":"-0.001"}]}""",
            """{"code":"200000","data":{"token":"t","instanceServers":[{"endpoint":"wss://ws.kucoin.com/","pingInterval":18000,"pingTimeout":10000}]}}""",
            """{"code":"200000","data":{"lastId":1,"items":[{"id":"1","clientOid":"a","symbol":"BTC-USDT","type":"limit","side":"buy","price":"1","size":"1","dealSize":"0","dealFunds":"0","cancelledSize":"0","active":true,"createdAt":1729577515444}]}}""",
            """{"code":"200000","data":{"lastId":1,"items":[{"symbol":"BTC-USDT","tradeId":1,"orderId":"o","side":"buy","price":"1","size":"1","fee":"0","feeCurrency":"KCS","createdAt":1}]}}""",
            """{"msg":"Balance insufficient!","code":"200004"}""",
            """{"topic":"/market/ticker:BTC-USDT","type":"message","data":{"bestAsk":"1","price":"2","time":1729757723612}}""",
            """{"topic":"/market/candles:BTC-USDT_1min","type":"message","data":{"candles":["1589968800","1","1","1","1","1","1"],"time":1589970010253893337}}""",
            """{"topic":"/spotMarket/tradeOrdersV2","type":"message","data":{"type":"match","symbol":"BTC-USDT","side":"buy","orderId":"o","matchPrice":"1","matchSize":"1","tradeId":"1","ts":1730206271616000000}}""",
            """{"topic":"/account/balance","type":"message","data":{"currency":"USDT","total":"1","available":"1","hold":"0","relationEvent":"trade.hold","time":"1545743136994"}}""",
            """{"code":"200000","data":{"time":1729176273859,"sequence":"14610502970","bids":[["66976.4","0.69109872"]],"asks":[["66976.5","0.05408199"]]}}""",
            """{"topic":"/market/level2:BTC-USDT","type":"message","data":{"changes":{"asks":[["18906","0.00331","14103845"]],"bids":null},"sequenceEnd":14103847,"sequenceStart":14103844}}""",
            """{"code":"200000","data":[{"sequence":"7613805866401793","price":"1","size":"1","side":"sell","time":1709897616745000000}]}""",
            """{"code":"200000","data":[{"id":"254062248624417","currency":"USDT","amount":"1.5","fee":"0","balance":"2","accountType":"TRADE_HF","bizType":"TRADE_EXCHANGE","direction":"in","createdAt":"1728443957539","context":"{\\"tradeId\\":\\"10046097631627265\\"}"}]}""",
            """{"code":"200000","data":{"timeout":5,"symbols":"BTC-USDT","currentTime":1682010526,"triggerTime":1682010531}}""",
            """{"code":"200000","data":{"totalNum":1,"items":[{"id":"v","symbol":"BTC-USDT","type":"limit","side":"buy","price":"1","size":"1","stop":"loss","stopPrice":"1","createdAt":1729577515444}]}}""",
            """{"code":"200000","data":{"status":"cancelonly","msg":"upgrade match engine"}}""",
            """{"code":"200000","data":{"time":1729175612158,"symbol":"BTC-USDT","buy":"1","sell":null,"changeRate":"-0.0014","high":"2","vol":"2986","volValue":"200","last":"1","averagePrice":"1"}}""",
            """{"code":"200000","data":[{"orderId":"6710d8336afcdb0007319c27","clientOid":"client-1","success":true},{"success":false,"failMsg":"The order funds should more then 0.1 USDT."}]}""",
            """{"code":"200000","data":{"newOrderId":"67112258f9406e0007408827","clientOid":"5c52e11203aa677f33e493fb"}}""",
            """{"code":"200000","data":{"orderId":"6711f73c1ef16c000717bb31","cancelSize":"0.00001"}}""",
            """{"code":"200000","data":{"cancelledOrderIds":["vs8hoo8ksc8mario0037a74n"],"cancelledOrderId":"v2","clientOid":"a"}}""",
            """{"code":"200000","data":[{"id":"v","symbol":"BTC-USDT","status":"TRIGGERED","type":"market","side":"sell","price":"","size":"1","stop":"entry","stopPrice":"1","createdAt":1729577515444,"stopTriggerTime":1729577515445}]}""",
            """{"topic":"/market/match:BTC-USDT","type":"message","subject":"trade.l3match","data":{"price":"67523","sequence":"11067996711960577","side":"buy","size":"0.003","time":"1729843222921000000","tradeId":"11067996711960577"}}""",
            """{"topic":"/spotMarket/advancedOrders","type":"message","subject":"stopOrder","data":{"orderId":"v","orderPrice":"","side":"sell","size":"1","stop":"loss","stopPrice":"2","symbol":"BTC-USDT","type":"triggered","triggerSuccess":false,"error":"Balance insufficient!","ts":"1742305928091268493"}}""",
            """{"id":"1","type":"error","code":509,"data":"exceed max permits per second"}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void Random_bytes_are_read_or_refused() => Gen.Byte.Array[0, 200].Sample(FeedToAll, iter: 4_000);

    [Fact]
    public void Mutated_answers_are_read_or_refused() => Mutation.Of(Seeds).Sample(FeedToAll, iter: 12_000);

    private static void FeedToAll(byte[] bytes)
    {
        Try(() => Envelope.Read(bytes, MarketReaders.ServerTime));
        Try(() => Envelope.Read(bytes, MarketReaders.Symbols));
        Try(() => Envelope.Read(bytes, MarketReaders.AllTickers));
        Try(() => Envelope.Read(bytes, MarketReaders.Ticker));
        Try(() => Envelope.Read(bytes, MarketReaders.Candles));
        Try(() => Envelope.Read(bytes, AccountReaders.ApiKey));
        Try(() => Envelope.Read(bytes, AccountReaders.Accounts));
        Try(() => Envelope.Read(bytes, AccountReaders.FeeRates));
        Try(() => Envelope.Read(bytes, AccountReaders.Bullet));
        Try(() => Envelope.Read(bytes, OrderReaders.Ids));
        Try(() => Envelope.Read(bytes, OrderReaders.Order));
        Try(() => Envelope.Read(bytes, OrderReaders.OrderPage));
        Try(() => Envelope.Read(bytes, OrderReaders.FillPage));
        Try(() => Envelope.Read(bytes, BookReaders.Snapshot));
        Try(() => Envelope.Read(bytes, DetailReaders.Status));
        Try(() => Envelope.Read(bytes, DetailReaders.Trades));
        Try(() => Envelope.Read(bytes, DetailReaders.DayStats));
        Try(() => Envelope.Read(bytes, DetailReaders.Ledger));
        Try(() => Envelope.Read(bytes, DetailReaders.Batch));
        Try(() => Envelope.Read(bytes, DetailReaders.Altered));
        Try(() => Envelope.Read(bytes, DetailReaders.CancelledPart));
        Try(() => Envelope.Read(bytes, DetailReaders.DeadManSwitch));
        Try(() => Envelope.Read(bytes, DetailReaders.CancelledStops));
        Try(() => Envelope.Read(bytes, DetailReaders.StopOrder));
        Try(() => Envelope.Read(bytes, DetailReaders.StopOrders));
        Try(() => Envelope.Read(bytes, DetailReaders.StopOrderPage));
        FeedToPush(bytes);
    }

    private static void FeedToPush(byte[] bytes)
    {
        Try(() =>
        {
            var frame = PushFrame.Read(bytes);
            // What the streams do with a frame: they narrow the reader's own exceptions by this filter.
            Narrowed(frame, f => PushReaders.Ticker(f.Data, default, 0));
            Narrowed(frame, f => PushReaders.Candle(f.Data, out _));
            Narrowed(frame, f => PushReaders.OrderUpdate(f.Data));
            Narrowed(frame, f => PushReaders.Balance(f.Data));
            Narrowed(frame, f => PushReaders.Trade(f.Data, default));
            Narrowed(frame, f => DetailReaders.StopOrderUpdate(f.Data));
            Narrowed(frame, f => BookReaders.Delta(f.Data, default));
            Narrowed(frame, f => new TopicNames().Symbol(f.Topic));
            Narrowed(frame, f => f.DataText());
        });
    }

    private static void Narrowed<T>(PushFrame frame, Reader<T> read)
    {
        try
        {
            read(frame);
        }
        catch (Exception e) when (PushReaders.IsFormatFault(e))
        {
            // Counted and ignored by the stream.
        }
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (KucoinFormatException)
        {
            // The documented refusal.
        }
    }

    private delegate T Reader<out T>(PushFrame frame);
}
