using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>A floor without a network: places orders and moves the clock.</summary>
internal sealed class Desk
{
    private int _number;

    public Desk(TestMarket market, params SimulatorAccount[] accounts)
        : this(market, seed: 7, accounts)
    {
    }

    public Desk(TestMarket market, ulong seed, params SimulatorAccount[] accounts)
    {
        Floor = new TradingFloor(market, accounts, seed, minDelayMs: 2, maxDelayMs: 20);
        Account = Floor.Account(accounts[0].Key)!;
    }

    public TradingFloor Floor { get; }

    public Account Account { get; }

    public PairMarket Pair => Floor.Pairs[0];

    public static SimulatorAccount Rich(string key) => SimulatorAccount.Parse($"{key}:secret:phrase:USDT=1000000,BTC=1000");

    public OrderRequest Limit(Side side, decimal price, decimal size) => new()
    {
        ClientOid = $"o-{++_number}",
        Symbol = "BTC-USDT",
        Side = side,
        Type = OrderType.Limit,
        Price = price,
        Size = size,
    };

    public OrderRequest Market(Side side, decimal? size = null, decimal? funds = null) => new()
    {
        ClientOid = $"o-{++_number}",
        Symbol = "BTC-USDT",
        Side = side,
        Type = OrderType.Market,
        Size = size,
        Funds = funds,
    };

    public AccountOrder Place(OrderRequest request, Account? account = null)
    {
        var order = Floor.Desk.Place(request, account ?? Account, Floor.NowMs, 0, out var rejection);
        return order ?? throw new InvalidOperationException($"refused: {rejection}");
    }

    public Rejection? Refusal(OrderRequest request)
    {
        Floor.Desk.Place(request, Account, Floor.NowMs, 0, out var rejection);
        return rejection;
    }

    /// <summary>Places an order and lets the engine have it.</summary>
    public AccountOrder Match(OrderRequest request, Account? account = null)
    {
        var order = Place(request, account);
        Floor.Desk.MatchNow(order);
        return order;
    }

    public void Pass(long ms) => Floor.AdvanceTo(Floor.NowMs + ms);

    public decimal Available(string currency, Account? account = null) => (account ?? Account).Balance(currency).Available;

    public decimal Held(string currency, Account? account = null) => (account ?? Account).Balance(currency).Held;
}
