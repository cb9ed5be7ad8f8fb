using System.Globalization;
using System.Text;

namespace Bot.Benchmarks;

/// <summary>Answers and frames as KuCoin writes them, every field that it sends, from fixed seeds.</summary>
internal static class Inputs
{
    /// <summary>An answer of <c>/api/v1/market/allTickers</c>.</summary>
    public static byte[] AllTickers(int symbols)
    {
        var random = new Random(1);
        var text = new StringBuilder("{\"code\":\"200000\",\"data\":{\"time\":1729173207043,\"ticker\":[");
        for (var i = 0; i < symbols; i++)
        {
            var price = random.Next(1, 10_000_000);
            text.Append(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ",")}}{"symbol":"C{{i}}-USDT","symbolName":"C{{i}}-USDT","buy":"{{Number(price, 4)}}","bestBidSize":"{{Number(random.Next(1, 1_000_000_000), 8)}}","sell":"{{Number(price + 1, 4)}}","bestAskSize":"{{Number(random.Next(1, 1_000_000_000), 8)}}","changeRate":"-0.{{random.Next(1000, 9999)}}","changePrice":"-{{Number(random.Next(1, 100_000), 4)}}","high":"{{Number(price + 500, 4)}}","low":"{{Number(price / 2, 4)}}","vol":"{{Number(random.NextInt64(1, 1L << 50), 8)}}","volValue":"{{Number(random.NextInt64(1, 1L << 50), 8)}}{{random.Next(1, 9999999)}}","last":"{{Number(price, 4)}}","averagePrice":"{{Number(price, 8)}}","takerFeeRate":"0.001","makerFeeRate":"0.001","takerCoefficient":"1","makerCoefficient":"1"}""");
        }
        return Encoding.UTF8.GetBytes(text.Append("]}}").ToString());
    }

    /// <summary>A push of <c>/market/ticker</c>.</summary>
    public static byte[] Ticker() =>
        """{"topic":"/market/ticker:BTC-USDT","type":"message","subject":"trade.ticker","data":{"bestAsk":"67218.7","bestAskSize":"1.92318539","bestBid":"67218.6","bestBidSize":"0.01045638","price":"67220","sequence":"14691455768","size":"0.00004316","time":1729757723612}}"""u8.ToArray();

    /// <summary>A push of <c>/market/level2</c> with some changed levels on each side.</summary>
    public static byte[] Level2(int changes)
    {
        var random = new Random(2);
        var sequence = 14_103_844L;
        return Encoding.UTF8.GetBytes(
            $$$"""{"topic":"/market/level2:BTC-USDT","type":"message","subject":"trade.l2update","data":{"changes":{"asks":[{{{Rows()}}}],"bids":[{{{Rows()}}}]},"sequenceEnd":14103900,"sequenceStart":14103844,"symbol":"BTC-USDT","time":1663747970273}}""");

        string Rows() => string.Join(',', Enumerable.Range(0, changes).Select(
            _ => $"[\"{Number(random.Next(180_000, 190_000), 1)}\",\"{Number(random.Next(0, 1_000_000_000), 8)}\",\"{sequence++}\"]"));
    }

    /// <summary>A push of <c>/spotMarket/tradeOrdersV2</c>: a fill.</summary>
    public static byte[] Order() =>
        """{"topic":"/spotMarket/tradeOrdersV2","type":"message","subject":"orderChange","userId":"633559791e1cbc0001f319bc","channelType":"private","data":{"clientOid":"5c52e11203aa677f33e493fc","feeType":"takerFee","filledSize":"0.00001","liquidity":"taker","matchPrice":"67717.6","matchSize":"0.00001","orderId":"6720da3fa30a360007f5f832","orderTime":1730206271588,"orderType":"market","originFunds":"1","remainFunds":"0.322824","side":"buy","status":"match","symbol":"BTC-USDT","tradeId":"11116472408358913","ts":1730206271616000000,"type":"match"}}"""u8.ToArray();

    private static string Number(long digits, int places)
    {
        var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        return $"{text[..^places]}.{text[^places..]}";
    }
}
