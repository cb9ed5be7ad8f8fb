using System.Globalization;
using Akka.Actor;
using Bot.Actors.Pairs;
using Bot.Actors.Portfolio;
using Bot.Host.Node;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Bot.Host.Terminal;

/// <summary>What the view shows at one moment.</summary>
/// <param name="NowMs">The exchange's clock, Unix ms.</param>
/// <param name="Portfolio">The account; null when it does not answer.</param>
/// <param name="Pairs">Pairs that answered, by symbol.</param>
/// <param name="Progress">How much of a replay is done, a fraction; null outside a replay.</param>
internal sealed record RunPicture(long NowMs, PortfolioStatus? Portfolio, IReadOnlyList<PairStatus> Pairs, double? Progress);

/// <summary>Asks the actors for the picture.</summary>
/// <param name="node">The node.</param>
/// <param name="symbols">The pairs to show.</param>
internal sealed class RunObserver(BotNode node, Func<IReadOnlyList<Symbol>> symbols)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<RunPicture> LookAsync()
    {
        var region = await node.Actors.GetAsync<PairActor>().ConfigureAwait(false);
        var portfolio = await node.Actors.GetAsync<PortfolioActor>().ConfigureAwait(false);
        var asked = symbols().Select(s => AskAsync<PairStatus>(region, new GetPairStatus(s))).ToList();
        var account = await AskAsync<PortfolioStatus>(portfolio, GetPortfolioStatus.Instance).ConfigureAwait(false);
        var pairs = await Task.WhenAll(asked).ConfigureAwait(false);
        var now = node.Services.ExchangeNowMs();
        double? progress = node.Replay is { } replay && replay.EndMs > replay.NowMs
            ? Math.Clamp((double)(now - replay.NowMs) / (replay.EndMs - replay.NowMs), 0, 1)
            : null;
        return new RunPicture(now, account, [.. pairs.OfType<PairStatus>().OrderBy(p => p.Symbol)], progress);
    }

    private static async Task<T?> AskAsync<T>(IActorRef actor, object question)
        where T : class
    {
        try
        {
            return await actor.Ask<T>(question, Patience).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AskTimeoutException or TaskCanceledException)
        {
            return null; // busy, moving or gone: the next picture will have it
        }
    }
}

/// <summary>Draws a picture as a table, for a terminal and for a file alike.</summary>
internal static class RunView
{
    public static IRenderable Draw(RunPicture picture, string title)
    {
        var table = new Table().Border(TableBorder.Horizontal).BorderColor(Color.Grey35);
        table.AddColumn(new TableColumn("pair").NoWrap().Padding(0, 0, 1, 0));
        foreach (var column in (ReadOnlySpan<string>)["position", "entry", "mark", "stop", "target", "open PnL", "PnL", "fees", "trades", "orders", "feed"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap().Padding(0, 0, 1, 0));
        foreach (var p in picture.Pairs)
        {
            var held = p.Position.Quantity > 0 && p.Protection is not null;
            var unrealised = held && p.LastPrice is { } mark ? p.Position.UnrealisedPnl(mark) : (decimal?)null;
            table.AddRow(
                new Markup(p.Phase == PairPhase.Trading ? Markup.Escape(p.Symbol.Text) : $"[grey]{Markup.Escape(p.Symbol.Text)} {p.Phase}[/]"),
                new Text(held ? Number(p.Position.Quantity) : "-"),
                new Text(held ? Price(p.Position.AveragePrice) : "-"),
                new Text(p.LastPrice is { } last ? Price(last) : "-"),
                new Text(p.Protection is { } protection ? Price(protection.StopPrice) + (protection.TrailingDistance is null ? "" : " ~") : "-"),
                new Text(p.Protection?.TakeProfitPrice is { } target ? Price(target) : "-"),
                Money(unrealised),
                Money(p.Position.RealisedPnl),
                new Text(p.Position.Fees.ToString("0.00", CultureInfo.InvariantCulture)),
                new Text(p.Trades.ToString(CultureInfo.InvariantCulture)),
                new Text(p.OpenOrders.Count == 0 ? "-" : p.OpenOrders.Count.ToString(CultureInfo.InvariantCulture)),
                new Text(p.LastPriceMs == 0 ? "-" : Age(picture.NowMs - p.LastPriceMs)));
        }
        return new Rows(
            new Markup($"[bold]{Markup.Escape(title)}[/]   {Markup.Escape(TimeText(picture))}{(picture.Progress is { } done ? $"   {Bar(done)}" : "")}"),
            table,
            new Text(AccountText(picture)));
    }

    /// <summary>Time and account in one line: what is printed where nothing can be drawn.</summary>
    public static string AccountLine(RunPicture picture) =>
        $"{TimeText(picture)}{(picture.Progress is { } done ? string.Create(CultureInfo.InvariantCulture, $"  {done:0.0%} done") : "")}  {AccountText(picture)}";

    private static string TimeText(RunPicture picture) =>
        DateTimeOffset.FromUnixTimeMilliseconds(picture.NowMs).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string AccountText(RunPicture picture)
    {
        if (picture.Portfolio is not { QuoteCurrency.Length: > 0 } a)
            return "starting";
        var unrealised = picture.Pairs.Where(p => p.Protection is not null && p.LastPrice is not null).Sum(p => p.Position.UnrealisedPnl(p.LastPrice!.Value));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"equity {a.Equity:0.00} {a.QuoteCurrency}  cash {a.Cash:0.00}  open PnL {unrealised:+0.00;-0.00;0.00}  PnL {a.RealisedPnl:+0.00;-0.00;0.00}  fees {a.Fees:0.00}  drawdown {a.MaxDrawdown:0.00%}  {picture.Pairs.Sum(p => p.Trades)} trades  {a.OpenPositions} open{(a.Mode == TradingMode.Active ? "" : $"  {a.Mode}: {a.ModeReason}")}");
    }

    private static string Bar(double done)
    {
        const int width = 30;
        var full = (int)(done * width);
        return string.Create(CultureInfo.InvariantCulture, $"[seagreen3]{new string('━', full)}[/][grey35]{new string('━', width - full)}[/] {done:0.0%}");
    }

    private static Text Money(decimal? value) => value is not { } v
        ? new Text("-")
        : new Text(v.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture), new Style(v > 0 ? Color.SeaGreen3 : v < 0 ? Color.IndianRed : Color.Default));

    private static string Number(decimal value) => value.ToString("0.########", CultureInfo.InvariantCulture);

    /// <summary>Six significant digits are enough to look at.</summary>
    private static string Price(decimal value)
    {
        var places = value <= 0 ? 2 : Math.Clamp(5 - (int)Math.Floor(Math.Log10((double)value)), 0, 12);
        return Math.Round(value, places).ToString(CultureInfo.InvariantCulture);
    }

    private static string Age(long ms) => ms switch
    {
        < 0 => "0 s",
        < 120_000 => $"{ms / 1000} s",
        < 7_200_000 => $"{ms / 60_000} min",
        _ => $"{ms / 3_600_000} h",
    };
}
