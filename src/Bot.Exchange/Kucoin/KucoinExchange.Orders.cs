using System.Globalization;
using System.Text;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange
{
    /// <summary>Rows of a page: the most that the active list, and the cursor lists, give.</summary>
    private const int ActivePageSize = 50;
    private const int CursorPageSize = 100;

    /// <summary>More pages than a pair of this account can have; a list that goes on is a fault of the exchange or of the cursor.</summary>
    internal const int MostPages = 200;

    /// <summary>How often a list that changed while its pages were read is read again.</summary>
    private const int ActiveListAttempts = 3;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The specification is one that no exchange could take.</exception>
    public PinnedOrder Pin(OrderSpec spec, long signTimeMs) => OrderBody.Pin(spec, signTimeMs, _options.OrderWindowMs);

    /// <inheritdoc/>
    public Task<Answer<PlacedOrder>> PlaceOrderAsync(
        PinnedOrder order, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        return _work.RunAsync(c => PlaceAsync(order, lane, c), cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<string>> CancelOrderAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        RequireIds(symbol, clientOrderId);
        return _work.RunAsync(c => CancelAsync(symbol, clientOrderId, lane, c), cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<OrderReport>> GetOrderAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default)
    {
        RequireIds(symbol, clientOrderId);
        return _work.RunAsync(c => OrderAsync(symbol, clientOrderId, lane, c), cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<OrderReport>>> GetActiveOrdersAsync(
        Symbol symbol, RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        _work.RunAsync(c => ActiveAsync(symbol, lane, c), cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<OrderReport>>> GetDoneOrdersAsync(
        Symbol symbol, long fromMs, RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        _work.RunAsync(
            async c =>
            {
                var query = string.Create(CultureInfo.InvariantCulture, $"symbol={symbol}&startAt={fromMs}");
                var answer = await AllPagesAsync(EndpointList.DoneOrders, query, OrderReaders.OrderPage, lane, c).ConfigureAwait(false);
                return answer.IsSuccess
                    ? answer with { Value = [.. answer.Required.Where(o => o.CreatedAtMs >= fromMs).DistinctBy(o => o.OrderId)] }
                    : answer;
            },
            cancel);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<FillReport>>> GetFillsOfOrderAsync(
        Symbol symbol, string orderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default)
    {
        RequireIds(symbol, orderId);
        return FillsAsync($"symbol={symbol}&orderId={orderId}", f => f.OrderId == orderId, lane, cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<FillReport>>> GetFillsAsync(
        Symbol symbol, long fromMs, RequestLane lane = RequestLane.Query, CancellationToken cancel = default) =>
        FillsAsync(
            string.Create(CultureInfo.InvariantCulture, $"symbol={symbol}&startAt={fromMs}"), f => f.TimeMs >= fromMs, lane, cancel);

    private async Task<Answer<PlacedOrder>> PlaceAsync(PinnedOrder order, RequestLane lane, CancellationToken cancel)
    {
        var answer = await _rest.SendOnceAsync(
            EndpointList.PlaceOrder, EndpointList.PlaceOrder.Template, Encoding.UTF8.GetBytes(order.Body), order.SignTimeMs,
            OrderReaders.Ids, lane, cancel).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return new Answer<PlacedOrder>(null, answer.Failure, answer.IssuedAtMs);
        var ids = answer.Value;
        if (ids.ClientOid is { } clientOid && clientOid != order.Spec.ClientOrderId)
            return Mismatch<PlacedOrder>(answer.IssuedAtMs);
        return ids.OrderId is { } orderId
            ? new Answer<PlacedOrder>(new PlacedOrder(orderId), null, answer.IssuedAtMs)
            : Doubt<PlacedOrder>("no-data", "The acceptance names no order.", answer.IssuedAtMs);
    }

    private async Task<Answer<string>> CancelAsync(Symbol symbol, string clientOrderId, RequestLane lane, CancellationToken cancel)
    {
        var answer = await _rest.SendOnceAsync(
            EndpointList.CancelOrder, $"{EndpointList.CancelOrder.PathOf(clientOrderId)}?symbol={symbol}", default, null,
            OrderReaders.Ids, lane, cancel).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return new Answer<string>(null, answer.Failure, answer.IssuedAtMs);
        return answer.Value.ClientOid is { } clientOid && clientOid != clientOrderId
            ? Mismatch<string>(answer.IssuedAtMs)
            : new Answer<string>(clientOrderId, null, answer.IssuedAtMs);
    }

    private async Task<Answer<OrderReport>> OrderAsync(Symbol symbol, string clientOrderId, RequestLane lane, CancellationToken cancel)
    {
        var answer = await _rest.ReadAsync(
            EndpointList.Order, $"{EndpointList.Order.PathOf(clientOrderId)}?symbol={symbol}", OrderReaders.Order, lane, cancel)
            .ConfigureAwait(false);
        // An answer to somebody else's question would be the worst evidence of all.
        return answer.IsSuccess && (answer.Required.ClientOrderId != clientOrderId || answer.Required.Symbol != symbol)
            ? Mismatch<OrderReport>(answer.IssuedAtMs)
            : answer;
    }

    /// <summary>
    /// The active list has pages by number, and an order that ends between two requests moves the next page's first row out of sight. A
    /// list of several pages therefore counts only when every page told the same total and the rows add up to it.
    /// </summary>
    private async Task<Answer<IReadOnlyList<OrderReport>>> ActiveAsync(Symbol symbol, RequestLane lane, CancellationToken cancel)
    {
        long issuedAtMs = 0;
        for (var attempt = 0; attempt < ActiveListAttempts; attempt++)
        {
            var rows = new Dictionary<string, OrderReport>(StringComparer.Ordinal);
            long? firstTotal = null;
            var steady = true;
            for (var number = 1; number <= MostPages; number++)
            {
                var answer = await _rest.ReadAsync(
                    EndpointList.ActiveOrders,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{EndpointList.ActiveOrders.Template}?symbol={symbol}&pageNum={number}&pageSize={ActivePageSize}"),
                    OrderReaders.OrderPage, lane, cancel).ConfigureAwait(false);
                if (!answer.IsSuccess)
                    return new Answer<IReadOnlyList<OrderReport>>(null, answer.Failure, answer.IssuedAtMs);
                var page = answer.Value;
                if (number == 1)
                    (issuedAtMs, firstTotal) = (answer.IssuedAtMs, page.TotalCount);
                steady &= page.TotalCount == firstTotal;
                foreach (var row in page.Items)
                    rows[row.OrderId] = row;
                if (page.Items.Count < ActivePageSize || rows.Count == firstTotal)
                    break;
            }
            if (steady && (firstTotal is null || rows.Count == firstTotal))
                return new Answer<IReadOnlyList<OrderReport>>([.. rows.Values], null, issuedAtMs);
        }
        return Doubt<IReadOnlyList<OrderReport>>("unsteady", "The list of active orders changed while it was read.", issuedAtMs);
    }

    private Task<Answer<IReadOnlyList<FillReport>>> FillsAsync(
        string query, Func<FillReport, bool> belongs, RequestLane lane, CancellationToken cancel) => _work.RunAsync(
        async c =>
        {
            var answer = await AllPagesAsync(EndpointList.Fills, query, OrderReaders.FillPage, lane, c).ConfigureAwait(false);
            return answer.IsSuccess
                ? answer with { Value = [.. answer.Required.Where(belongs).DistinctBy(f => (f.OrderId, f.TradeId))] }
                : answer;
        },
        cancel);

    /// <summary>Reads a list with a cursor to its end. The time of issue is the first page's: the oldest part of the evidence.</summary>
    private async Task<Answer<IReadOnlyList<T>>> AllPagesAsync<T>(
        Endpoint endpoint, string query, DataReader<Page<T>> read, RequestLane lane, CancellationToken cancel)
    {
        var rows = new List<T>();
        long? cursor = null;
        long issuedAtMs = 0;
        for (var number = 1; number <= MostPages; number++)
        {
            var next = cursor is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&lastId={cursor}");
            var answer = await _rest.ReadAsync(
                endpoint, $"{endpoint.Template}?{query}&limit={CursorPageSize}{next}", read, lane, cancel).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return new Answer<IReadOnlyList<T>>(null, answer.Failure, answer.IssuedAtMs);
            if (number == 1)
                issuedAtMs = answer.IssuedAtMs;
            var page = answer.Value;
            rows.AddRange(page.Items);
            if (page.Items.Count == 0)
                return new Answer<IReadOnlyList<T>>(rows, null, issuedAtMs);
            if (page.LastId is null or 0 || page.LastId == cursor)
            {
                // No way on: right after a page that is not full, otherwise the rest is out of reach and the list proves nothing.
                return page.Items.Count < CursorPageSize
                    ? new Answer<IReadOnlyList<T>>(rows, null, issuedAtMs)
                    : Doubt<IReadOnlyList<T>>("no-cursor", "A full page has no cursor to the next one.", issuedAtMs);
            }
            cursor = page.LastId;
        }
        return Doubt<IReadOnlyList<T>>("endless", $"The list has more than {MostPages} pages.", issuedAtMs);
    }

    /// <summary>Ids become part of a path or a query; one of another form is a fault of the caller and is not sent.</summary>
    internal static void RequireIds(Symbol symbol, string id)
    {
        if (symbol.Text.Length == 0)
            throw new ArgumentException("The symbol is empty.", nameof(symbol));
        if (!Characters.IsId(id))
            throw new ArgumentException("An order id has 1 to 40 letters, digits, hyphens and underscores.", nameof(id));
    }

    internal static Answer<T> Mismatch<T>(long issuedAtMs) =>
        Doubt<T>("mismatch", "The answer is about another order than the one asked for.", issuedAtMs);

    internal static Answer<T> Doubt<T>(string code, string message, long issuedAtMs) =>
        new(default, new ExchangeFailure(FailureKind.Doubt, code, message), issuedAtMs);
}
