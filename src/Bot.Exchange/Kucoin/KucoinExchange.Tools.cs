using System.Text;
using Bot.Exchange.Kucoin.Errors;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin;

public sealed partial class KucoinExchange : IOrderTools
{
    private const int ShortestSwitchSeconds = 5;
    private const int LongestSwitchSeconds = 86_400;
    private const int MostSwitchSymbols = 50;

    /// <summary>The exchange's stop orders; null unless <see cref="KucoinOptions.StopOrders"/> asks for them.</summary>
    public IStopOrders? StopOrders => _options.StopOrders ? new KucoinStopOrders(_rest, _work, _options) : null;

    /// <inheritdoc/>
    public Task<Answer<string>> TestOrderAsync(PinnedOrder order, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(order);
        return _work.RunAsync(
            async c =>
            {
                var answer = await SendAsync(EndpointList.TestOrder, order.Body, order.SignTimeMs, OrderReaders.Ids, RequestLane.Query, c)
                    .ConfigureAwait(false);
                var clientOid = order.Spec.ClientOrderId;
                return answer.IsSuccess && answer.Value.ClientOid is { } other && other != clientOid
                    ? Mismatch<string>(answer.IssuedAtMs)
                    : new Answer<string>(answer.IsSuccess ? clientOid : null, answer.Failure, answer.IssuedAtMs);
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<MatchedOrder>> PlaceOrderSyncAsync(
        PinnedOrder order, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        return _work.RunAsync(
            async c => Own(
                await SendAsync(EndpointList.PlaceOrderSync, order.Body, order.SignTimeMs, DetailReaders.Matched, lane, c).ConfigureAwait(false),
                order.Spec.ClientOrderId),
            cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<MatchedOrder>> CancelOrderSyncAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        RequireIds(symbol, clientOrderId);
        return _work.RunAsync(
            async c => Own(
                await _rest.SendOnceAsync(
                    EndpointList.CancelOrderSync, $"{EndpointList.CancelOrderSync.PathOf(clientOrderId)}?symbol={symbol}", default, null,
                    DetailReaders.Matched, lane, c).ConfigureAwait(false),
                clientOrderId),
            cancel);
    }

    /// <inheritdoc/>
    public PinnedBatch PinBatch(IReadOnlyList<OrderSpec> specs, long signTimeMs) =>
        OrderBody.PinBatch(specs, signTimeMs, _options.OrderWindowMs);

    /// <inheritdoc/>
    public Task<Answer<IReadOnlyList<BatchRow>>> PlaceOrdersAsync(
        PinnedBatch batch, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _work.RunAsync(c => PlaceAllAsync(batch, lane, c), cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<AlteredOrder>> AlterOrderAsync(
        Symbol symbol, string clientOrderId, decimal? newPrice, decimal? newSize, CancellationToken cancel)
    {
        RequireIds(symbol, clientOrderId);
        if (newPrice is null && newSize is null)
            throw new ArgumentException("A change needs a price or a size.", nameof(newPrice));
        if (newPrice is <= 0 || newSize is <= 0)
            throw new ArgumentException("A new price and a new size must be above zero.", nameof(newPrice));
        var body = OrderBody.WriteObject(json =>
        {
            json.WriteString("symbol", symbol.Text);
            json.WriteString("clientOid", clientOrderId);
            if (newPrice is { } price)
                json.WriteString("newPrice", OrderBody.Text(price));
            if (newSize is { } size)
                json.WriteString("newSize", OrderBody.Text(size));
        });
        return _work.RunAsync(
            async c =>
            {
                var answer = await SendAsync(EndpointList.AlterOrder, body, null, DetailReaders.Altered, RequestLane.Entry, c)
                    .ConfigureAwait(false);
                if (!answer.IsSuccess)
                    return new Answer<AlteredOrder>(null, answer.Failure, answer.IssuedAtMs);
                return answer.Value.ClientOid is { } other && other != clientOrderId
                    ? Mismatch<AlteredOrder>(answer.IssuedAtMs)
                    : new Answer<AlteredOrder>(new AlteredOrder(answer.Value.OrderId), null, answer.IssuedAtMs);
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<decimal>> CancelPartAsync(
        Symbol symbol, string orderId, decimal size, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default)
    {
        RequireIds(symbol, orderId);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return _work.RunAsync(
            async c =>
            {
                var answer = await _rest.SendOnceAsync(
                    EndpointList.CancelPart,
                    $"{EndpointList.CancelPart.PathOf(orderId)}?symbol={symbol}&cancelSize={OrderBody.Text(size)}", default, null,
                    DetailReaders.CancelledPart, lane, c).ConfigureAwait(false);
                if (!answer.IsSuccess)
                    return new Answer<decimal>(0, answer.Failure, answer.IssuedAtMs);
                return answer.Value.OrderId == orderId
                    ? new Answer<decimal>(answer.Value.Size, null, answer.IssuedAtMs)
                    : Mismatch<decimal>(answer.IssuedAtMs);
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<DeadManSwitchStatus>> SetDeadManSwitchAsync(TimeSpan? timeout, IReadOnlyList<Symbol> symbols, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        if (timeout is { } given && (given.Ticks % TimeSpan.TicksPerSecond != 0
            || given.TotalSeconds is < ShortestSwitchSeconds or > LongestSwitchSeconds))
            throw new ArgumentException($"The time is {ShortestSwitchSeconds} to {LongestSwitchSeconds} whole seconds.", nameof(timeout));
        if (symbols.Count > MostSwitchSymbols || symbols.Any(s => s.Text.Length == 0))
            throw new ArgumentException($"At most {MostSwitchSymbols} pairs, none of them empty.", nameof(symbols));
        if (timeout is not null && _runtime.DeadManGuard?.Invoke(symbols) is { } refusal)
            return Task.FromResult(new Answer<DeadManSwitchStatus>(null, new ExchangeFailure(FailureKind.Rejected, "control", refusal), Clock.NowMs));
        var body = OrderBody.WriteObject(json =>
        {
            json.WriteNumber("timeout", timeout is { } time ? (int)time.TotalSeconds : -1);
            if (symbols.Count > 0)
                json.WriteString("symbols", string.Join(',', symbols));
        });
        return _work.RunAsync(
            async c =>
            {
                var answer = await SendAsync(
                    EndpointList.SetDeadManSwitch, body, null, DetailReaders.DeadManSwitch, RequestLane.Protective, c).ConfigureAwait(false);
                if (answer.Failure is { } failure)
                    return new Answer<DeadManSwitchStatus>(null, failure, answer.IssuedAtMs);
                // The answer holds the times only.
                return answer.Value is { } set
                    ? new Answer<DeadManSwitchStatus>(
                        set with { TimeoutSeconds = (int?)timeout?.TotalSeconds, Symbols = [.. symbols] }, null, answer.IssuedAtMs)
                    : Doubt<DeadManSwitchStatus>("no-data", "The answer tells no time.", answer.IssuedAtMs);
            },
            cancel);
    }

    /// <inheritdoc/>
    public Task<Answer<DeadManSwitchStatus>> GetDeadManSwitchAsync(CancellationToken cancel) => _work.RunAsync(
        async c =>
        {
            var answer = await _rest.ReadAsync(
                EndpointList.DeadManSwitch, EndpointList.DeadManSwitch.Template, DetailReaders.DeadManSwitch, RequestLane.Query, c)
                .ConfigureAwait(false);
            var failure = answer.Failure
                ?? (answer.Value is null ? new ExchangeFailure(FailureKind.NotFound, "no-data", "No switch is set.") : null);
            return new Answer<DeadManSwitchStatus>(answer.Value, failure, answer.IssuedAtMs);
        },
        cancel);

    private static Answer<MatchedOrder> Own(Answer<(MatchedOrder Order, string? ClientOid)> answer, string clientOrderId)
    {
        if (!answer.IsSuccess)
            return new Answer<MatchedOrder>(null, answer.Failure, answer.IssuedAtMs);
        return answer.Value.ClientOid is { } other && other != clientOrderId
            ? Mismatch<MatchedOrder>(answer.IssuedAtMs)
            : new Answer<MatchedOrder>(answer.Value.Order, null, answer.IssuedAtMs);
    }

    private async Task<Answer<IReadOnlyList<BatchRow>>> PlaceAllAsync(PinnedBatch batch, RequestLane lane, CancellationToken cancel)
    {
        var answer = await SendAsync(EndpointList.PlaceOrders, batch.Body, batch.SignTimeMs, DetailReaders.Batch, lane, cancel)
            .ConfigureAwait(false);
        if (answer.Failure is { } failure)
            return new Answer<IReadOnlyList<BatchRow>>(null, failure, answer.IssuedAtMs);
        var (results, specs) = (answer.Required, batch.Specs);
        // Rows are told apart by their place alone: one too many or too few, or an id in another place, and none of them can be believed.
        if (results.Count != specs.Count || results.Where((r, i) => r.ClientOid is { } id && id != specs[i].ClientOrderId).Any())
            return Mismatch<IReadOnlyList<BatchRow>>(answer.IssuedAtMs);
        return new Answer<IReadOnlyList<BatchRow>>(
            [.. results.Select((result, i) => Row(specs[i].ClientOrderId, result))], null, answer.IssuedAtMs);
    }

    /// <summary>A failed row has a text and no code. Its text is judged as that of the generic code: what names no fault is doubt.</summary>
    private static BatchRow Row(string clientOrderId, BatchResult result)
    {
        if (result is { IsSuccess: true, OrderId: { } orderId })
            return new BatchRow(clientOrderId, new PlacedOrder(orderId), null);
        var kind = result.IsSuccess ? FailureKind.Doubt : KucoinErrors.Classify(200, "300000", result.Fault ?? "", RequestKind.Placement);
        return new BatchRow(clientOrderId, null, new ExchangeFailure(kind, "batch-row", result.Fault ?? "The row names no order."));
    }

    private Task<Answer<T>> SendAsync<T>(
        Endpoint endpoint, string body, long? pinnedTimeMs, DataReader<T> read, RequestLane lane, CancellationToken cancel) =>
        _rest.SendOnceAsync(endpoint, endpoint.Template, Encoding.UTF8.GetBytes(body), pinnedTimeMs, read, lane, cancel);
}
