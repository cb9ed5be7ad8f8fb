using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Tests.Risk;

public class KillSwitchTests
{
    private static readonly Symbol Abc = Symbol.Parse("ABC-USDT");
    private static readonly Symbol Def = Symbol.Parse("DEF-USDT");

    [Theory]
    [InlineData("halted", TradingMode.Halted, TradingMode.Halted)]
    [InlineData("halted *", TradingMode.Halted, TradingMode.Halted)]
    [InlineData("HALTED ABC-USDT me because of that", TradingMode.Halted, TradingMode.Active)]
    [InlineData("reduce-only ABC-USDT\nhalted strategy:other", TradingMode.ReduceOnly, TradingMode.Active)]
    [InlineData("reduce_only strategy:ema\n# nothing more", TradingMode.ReduceOnly, TradingMode.ReduceOnly)]
    [InlineData("reduce-only *\r\nhalted ABC-USDT\r\n", TradingMode.Halted, TradingMode.ReduceOnly)]
    [InlineData("active * me lifted", TradingMode.Active, TradingMode.Active)]
    [InlineData("# a comment alone", TradingMode.Active, TradingMode.Active)]
    [InlineData("", TradingMode.Halted, TradingMode.Halted)]
    [InlineData(" \n", TradingMode.Halted, TradingMode.Halted)]
    [InlineData("stop everything", TradingMode.Halted, TradingMode.Halted)]
    [InlineData("reduce-only because it burns", TradingMode.Halted, TradingMode.Halted)]
    [InlineData("halted strategy:", TradingMode.Halted, TradingMode.Halted)]
    public void A_file_says_what_a_person_can_write_by_hand_and_a_damaged_one_stops_everything(string text, TradingMode abc, TradingMode def)
    {
        var board = SwitchBoard.Parse(text);
        Assert.Equal(abc, board.Strictest(Abc, "ema")?.Mode ?? TradingMode.Active);
        Assert.Equal(def, board.Strictest(Def, "ema")?.Mode ?? TradingMode.Active);
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var board = SwitchBoard.Clear
            .Set(new SwitchEntry("*", TradingMode.ReduceOnly, "two\nlines of reason", "some one"))
            .Set(new SwitchEntry("ABC-USDT", TradingMode.Halted, "", "me"))
            .Set(new SwitchEntry("strategy:ema", TradingMode.Active, "lifted", "me"));
        var back = SwitchBoard.Parse(board.ToText());
        Assert.Equal([("*", TradingMode.ReduceOnly, "two lines of reason", "some_one"), ("ABC-USDT", TradingMode.Halted, "-", "me")],
            back.Entries.Select(e => (e.Scope, e.Mode, e.Reason, e.By)));
        Assert.Equal("", back.Set(new SwitchEntry("*", TradingMode.Active, "", "")).Set(new SwitchEntry("ABC-USDT", TradingMode.Active, "", "")).ToText());
    }

    [Fact]
    public void The_strictest_of_all_sources_wins()
    {
        var file = SwitchBoard.Parse("reduce-only");
        var rows = new SwitchBoard([new SwitchEntry("ABC-USDT", TradingMode.Halted, "row", "me")]);
        Assert.Equal("row", file.With(rows).Strictest(Abc, "s")!.Reason);
        Assert.Equal(TradingMode.ReduceOnly, rows.With(file).Strictest(Def, "s")!.Mode);
        Assert.True(file.With(SwitchBoard.Clear).SaysTheSame(SwitchBoard.Clear.With(file)));
        Assert.False(file.SaysTheSame(rows));
    }
}
