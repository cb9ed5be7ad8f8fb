using System.Globalization;
using System.Text;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Lockstep;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin;

/// <summary>KuCoin's stop orders. Of the ways to cancel by the exchange's id it uses the one that is not marked deprecated.</summary>
internal sealed class KucoinStopOrders(KucoinRest rest, WorkUnits work, KucoinOptions options) : IStopOrders
{
    private const int PageSize = 500;

    public PinnedStopOrder PinStop(StopOrderSpec spec, long signTimeMs) => OrderBody.PinStop(spec, signTimeMs, options.OrderWindowMs);

    public Task<Answer<PlacedOrder>> PlaceStopOrderAsync(
        PinnedStopOrder order, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        return work.RunAsync(c => PlaceAsync(order, lane, c), cancel);
    }

    public Task<Answer<string>> CancelStopOrderAsync(
        Symbol symbol, string orderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        KucoinExchange.RequireIds(symbol, orderId);
        var query = $"{EndpointList.CancelStopOrders.Template}?symbol={symbol}&orderIds={orderId}";
        return work.RunAsync(
            async c =>
            {
                var answer = await rest.SendOnceAsync(
                    EndpointList.CancelStopOrders, query, default, null, DetailReaders.CancelledStops, lane, c).ConfigureAwait(false);
                if (answer.Failure is { } failure)
                    return new Answer<string>(null, failure, answer.IssuedAtMs);
                return answer.Required.OrderIds switch
                {
                    [] => Missing<string>(answer.IssuedAtMs),
                    [var id] when id == orderId => new Answer<string>(orderId, null, answer.IssuedAtMs),
                    _ => KucoinExchange.Mismatch<string>(answer.IssuedAtMs),
                };
            },
            cancel);
    }

    public Task<Answer<string>> CancelStopOrderByClientIdAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        KucoinExchange.RequireIds(symbol, clientOrderId);
        var query = $"{EndpointList.CancelStopOrderByClientId.Template}?symbol={symbol}&clientOid={clientOrderId}";
        return work.RunAsync(
            async c =>
            {
                var answer = await rest.SendOnceAsync(
                    EndpointList.CancelStopOrderByClientId, query, default, null, DetailReaders.CancelledStops, lane, c)
                    .ConfigureAwait(false);
                if (answer.Failure is { } failure)
                    return new Answer<string>(null, failure, answer.IssuedAtMs);
                var (ids, clientOid) = (answer.Required.OrderIds, answer.Required.ClientOid);
                if (ids.Count == 0)
                    return Missing<string>(answer.IssuedAtMs);
                return ids.Count == 1 && (clientOid is null || clientOid == clientOrderId)
                    ? new Answer<string>(ids[0], null, answer.IssuedAtMs)
                    : KucoinExchange.Mismatch<string>(answer.IssuedAtMs);
            },
            cancel);
    }

    public Task<Answer<StopOrderReport>> GetStopOrderAsync(
        string orderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default)
    {
        if (!Characters.IsId(orderId))
            throw new ArgumentException("An order id has 1 to 40 letters, digits, hyphens and underscores.", nameof(orderId));
        return work.RunAsync(
            async c =>
            {
                var answer = await rest.ReadAsync(
                    EndpointList.StopOrder, EndpointList.StopOrder.PathOf(orderId), DetailReaders.StopOrder, lane, c).ConfigureAwait(false);
                return answer.IsSuccess && answer.Required.OrderId != orderId
                    ? KucoinExchange.Mismatch<StopOrderReport>(answer.IssuedAtMs)
                    : answer;
            },
            cancel);
    }

    public Task<Answer<StopOrderReport>> GetStopOrderByClientIdAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default)
    {
        KucoinExchange.RequireIds(symbol, clientOrderId);
        var query = $"{EndpointList.StopOrderByClientId.Template}?symbol={symbol}&clientOid={clientOrderId}";
        return work.RunAsync(
            async c =>
            {
                var answer = await rest.ReadAsync(EndpointList.StopOrderByClientId, query, DetailReaders.StopOrders, lane, c)
                    .ConfigureAwait(false);
                if (answer.Failure is { } failure)
                    return new Answer<StopOrderReport>(null, failure, answer.IssuedAtMs);
                return answer.Required switch
                {
                    [] => Missing<StopOrderReport>(answer.IssuedAtMs),
                    [var row] when row.ClientOrderId == clientOrderId && row.Symbol == symbol =>
                        new Answer<StopOrderReport>(row, null, answer.IssuedAtMs),
                    _ => KucoinExchange.Mismatch<StopOrderReport>(answer.IssuedAtMs),
                };
            },
            cancel);
    }

    public Task<Answer<IReadOnlyList<StopOrderReport>>> GetStopOrdersAsync(
        Symbol symbol, RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        work.RunAsync(c => AllAsync($"symbol={symbol}&", lane, c), cancel);

    /// <summary>Every stop order of the account that waits, whatever its pair.</summary>
    public Task<Answer<IReadOnlyList<StopOrderReport>>> AllAsync(RequestLane lane, CancellationToken cancel) =>
        work.RunAsync(c => AllAsync("", lane, c), cancel);

    private async Task<Answer<PlacedOrder>> PlaceAsync(PinnedStopOrder order, RequestLane lane, CancellationToken cancel)
    {
        var answer = await rest.SendOnceAsync(
            EndpointList.PlaceStopOrder, EndpointList.PlaceStopOrder.Template, Encoding.UTF8.GetBytes(order.Body), order.SignTimeMs,
            OrderReaders.Ids, lane, cancel).ConfigureAwait(false);
        if (answer.Failure is { } failure)
            return new Answer<PlacedOrder>(null, failure, answer.IssuedAtMs);
        if (answer.Value.ClientOid is { } clientOid && clientOid != order.Spec.Order.ClientOrderId)
            return KucoinExchange.Mismatch<PlacedOrder>(answer.IssuedAtMs);
        return answer.Value.OrderId is { } orderId
            ? new Answer<PlacedOrder>(new PlacedOrder(orderId), null, answer.IssuedAtMs)
            : KucoinExchange.Doubt<PlacedOrder>("no-data", "The acceptance names no order.", answer.IssuedAtMs);
    }

    /// <summary>Pages by number: a list that moved between two of them shows in its total, and proves nothing.</summary>
    private async Task<Answer<IReadOnlyList<StopOrderReport>>> AllAsync(string filter, RequestLane lane, CancellationToken cancel)
    {
        var rows = new Dictionary<string, StopOrderReport>(StringComparer.Ordinal);
        long? total = null;
        long issuedAtMs = 0;
        for (var number = 1; number <= KucoinExchange.MostPages; number++)
        {
            var answer = await rest.ReadAsync(
                EndpointList.StopOrders,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{EndpointList.StopOrders.Template}?{filter}currentPage={number}&pageSize={PageSize}"),
                DetailReaders.StopOrderPage, lane, cancel).ConfigureAwait(false);
            if (answer.Failure is { } failure)
                return new Answer<IReadOnlyList<StopOrderReport>>(null, failure, answer.IssuedAtMs);
            var page = answer.Value;
            if (number == 1)
                (issuedAtMs, total) = (answer.IssuedAtMs, page.TotalCount);
            foreach (var row in page.Items)
                rows[row.OrderId] = row;
            if (page.Items.Count < PageSize || rows.Count == total)
                return page.TotalCount == total && (total is null || rows.Count == total)
                    ? new Answer<IReadOnlyList<StopOrderReport>>([.. rows.Values], null, issuedAtMs)
                    : KucoinExchange.Doubt<IReadOnlyList<StopOrderReport>>(
                        "unsteady", "The list of stop orders changed while it was read.", issuedAtMs);
        }
        return KucoinExchange.Doubt<IReadOnlyList<StopOrderReport>>(
            "endless", $"The list has more than {KucoinExchange.MostPages} pages.", issuedAtMs);
    }

    private static Answer<T> Missing<T>(long issuedAtMs) =>
        new(default, new ExchangeFailure(FailureKind.NotFound, "no-data", "The exchange knows no such stop order."), issuedAtMs);
}
