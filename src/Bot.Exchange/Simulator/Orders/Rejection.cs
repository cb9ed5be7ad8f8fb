using System.Globalization;

namespace Bot.Exchange.Simulator.Orders;

/// <summary>
/// Every refusal of the simulator: code, text and HTTP status in one table. Which code the real exchange gives for which fault is partly
/// unverified; whoever learns better changes it here and nowhere else.
/// </summary>
/// <param name="Code">The exchange's code.</param>
/// <param name="Message">The exchange's text.</param>
/// <param name="HttpStatus">HTTP status; most refusals travel with 200.</param>
internal sealed record Rejection(string Code, string Message, int HttpStatus = 200)
{
    // The request gate, in the order in which it asks.
    public static readonly Rejection UrlNotFound = new("404000", "Url Not Found", 404);
    public static readonly Rejection ContentType = new("415000", "Unsupported Media Type", 415);
    public static readonly Rejection TooManyRequests = new("429000", "Too Many Requests", 429);
    public static readonly Rejection HeaderMissing = new(
        "400001", "Please check the header of your request for KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE", 400);
    public static readonly Rejection Timestamp = new("400002", "Invalid KC-API-TIMESTAMP", 400);
    public static readonly Rejection UnknownKey = new("400003", "KC-API-KEY not exists", 401);
    public static readonly Rejection KeyVersion = new("400008", "This KC-API-KEY-VERSION is no longer supported");
    public static readonly Rejection Passphrase = new("400004", "Invalid KC-API-PASSPHRASE", 401);
    public static readonly Rejection Signature = new("400005", "Invalid KC-API-SIGN", 401);
    public static readonly Rejection Address = new("400006", "The requested ip address is not in the api whitelist", 403);
    public static readonly Rejection Permission = new("400007", "Access denied, require more permission.", 403);

    public static readonly Rejection Internal = new("500000", "Internal Server Error", 500);

    public static readonly Rejection Unavailable = new("503000", "Service Unavailable", 503);

    // Orders.
    public static readonly Rejection SymbolNotExists = new("900001", "symbol not exists");
    public static readonly Rejection SymbolNotAvailable = new("400600", "validation.createOrder.symbolNotAvailable");
    public static readonly Rejection CancelOnly = new("600203", "The symbol can only be cancelled.");
    public static readonly Rejection SizeIncrement = new("600100", "Order size increment invalid.");
    public static readonly Rejection PriceIncrement = new("600100", "Order price increment invalid.");
    public static readonly Rejection FundsIncrement = new("600100", "Order funds increment invalid.");
    public static readonly Rejection SizeBelowMinimum = new("400100", "The quantity is below the minimum requirement.");
    public static readonly Rejection SizeAboveMaximum = new("400100", "The quantity is above the maximum requirement.");
    public static readonly Rejection FundsBelowMinimum = new("600100", "Funds below the minimum requirement.");
    public static readonly Rejection FundsAboveMaximum = new("600100", "Funds above the maximum requirement.");
    public static readonly Rejection SizeOrFunds = Parameter("A market order takes either size or funds.");
    public static readonly Rejection PriceAndSize = Parameter("A limit order takes price and size.");
    public static readonly Rejection ClientOid = Parameter("clientOid takes up to 40 letters, digits, '-' and '_'.");
    public static readonly Rejection ClientOidDuplicated = Parameter("validation.createOrder.clientOidDuplicated");
    public static readonly Rejection PriceBand = Parameter("price not in the given range!");
    public static readonly Rejection WindowPassed = Parameter("clientTimestamp plus allowMaxTimeWindow has passed.");
    public static readonly Rejection WindowIncomplete = Parameter("clientTimestamp and allowMaxTimeWindow go together.");
    public static readonly Rejection PostOnlyTime = Parameter("postOnly does not go with IOC and FOK.");
    public static readonly Rejection CancelAfter = Parameter("cancelAfter takes 1 to 2592000 seconds with GTT.");
    public static readonly Rejection VisibleSize = Parameter("visibleSize takes a twentieth of the size or more.");
    public static readonly Rejection HiddenMarket = Parameter("A market order can be neither hidden nor iceberg.");
    public static readonly Rejection DecreaseMarket = Parameter("stp DC does not go with market orders.");
    public static readonly Rejection Balance = new("200004", "Balance insufficient!");
    public static readonly Rejection TooManyOrders = new("200003", "Too many open orders.");
    public static readonly Rejection OrderNotFound = Parameter("The order does not exist.");
    public static readonly Rejection NotCancellable = Parameter("order_not_exist_or_not_allow_to_cancel");
    public static readonly Rejection CancelSize = Parameter("cancelSize takes a size up to what remains of the order.");
    public static readonly Rejection NothingToAlter = Parameter("newPrice or newSize is required.");
    public static readonly Rejection ClientOidIsRequired = Parameter("validation.createOrder.clientOidIsRequired");
    public static readonly Rejection FillsSpan = Parameter("The time between startAt and endAt takes up to 7 days.");
    public static readonly Rejection OcoPrices = Parameter("The market is not between price and stopPrice.");
    public static readonly Rejection Retired = new("401000", "The interface has been deprecated");
    public static readonly Rejection OcoNotKept = Parameter("An account that is kept in a file takes no OCO orders.");
    public static readonly Rejection DeadManTimeout = Parameter("timeout takes -1 or 5 to 86400 seconds.");

    /// <summary>A parameter is missing or wrong.</summary>
    public static Rejection Parameter(string message) => new("400100", message);

    /// <summary>A batch is empty or too large, or has an order in it that is no limit order.</summary>
    public static Rejection OrderList(int most) =>
        Parameter(string.Create(CultureInfo.InvariantCulture, $"orderList takes 1 to {most} limit orders."));

    /// <summary>An order is worth too little. The spelling is the exchange's.</summary>
    public static Rejection ValueBelowMinimum(decimal minimum, string currency) =>
        new("600101", string.Create(CultureInfo.InvariantCulture, $"The order funds should more then {minimum} {currency}."));
}
