using Bot.Host.Checks;
using Bot.Trading.Checking;

namespace Bot.Host.Tests.Checks;

public sealed class SettlingVerdictTests
{
    private readonly SettlingVerdict _verdict = new();
    private int _seconds;

    [Fact]
    public void What_is_on_its_way_is_another_thing_at_each_look_and_counts_for_nothing()
    {
        Assert.Null(Look(1, "I10 a", "I22 b"));
        Assert.Null(Look(2, "I22 b"));
        var verdict = Look(3, "I10 c");
        Assert.NotNull(verdict);
        Assert.Empty(verdict.Violations);
    }

    [Fact]
    public void What_every_look_shows_counts_as_the_last_one_has_told_it()
    {
        Assert.Null(Look(1, "I11 lost", "I10 a"));
        Assert.Null(Look(2, "I11 lost", "I10 b"));
        Assert.Null(Look(3, "I11 lost", "I10 c"));
        Assert.Equal(["lost"], _verdict.Standing.Select(v => v.Subject));
        Assert.Equal("row 3", _verdict.Standing[0].What);
    }

    [Fact]
    public void A_violation_that_no_waiting_heals_is_a_verdict_even_when_it_is_not_there_from_the_start()
    {
        Assert.Null(Look(1, "I10 a"));
        var verdict = Look(2, "I2 doubled");
        Assert.NotNull(verdict);
        Assert.Equal(["I2"], verdict.Violations.Select(v => v.Invariant));
    }

    [Fact]
    public void A_picture_that_does_not_change_for_longer_than_any_doubt_lasts_is_the_verdict()
    {
        for (var i = 0; i < 45; i++)
            Assert.Null(Look(1, "I11 lost"));
        var verdict = Look(1, "I11 lost");
        Assert.NotNull(verdict);
        Assert.Equal(["I11"], verdict.Violations.Select(v => v.Invariant));
    }

    private CheckReport? Look(int rows, params string[] violations) => _verdict.Take(
        new CheckReport([], rows, 0, 0, [.. violations.Select(v => v.Split(' ')).Select(v => new Violation(v[0], v[1], $"row {rows}"))]), TimeSpan.FromSeconds(_seconds++));
}
