using Bot.Trading.Orders;
using CsCheck;

namespace Bot.Trading.Tests.Orders;

public class ClientOrderIdTests
{
    private static readonly Gen<ClientOrderId> Ids =
        from deployment in Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"].Array[6]
        from symbol in Gen.Int[0, int.MaxValue]
        from intent in Gen.Long[0, long.MaxValue / 1_000_000]
        from leg in Gen.Enum<IntentLeg>()
        from attempt in Gen.Int[1, 100]
        select new ClientOrderId(new string(deployment), symbol, intent, leg, attempt);

    [Fact]
    public void An_id_reads_back_to_what_it_was_made_of() => Ids.Sample(id =>
        Assert.True(ClientOrderId.TryParse(id.Text, out var back) && back == id, id.Text));

    [Fact]
    public void An_id_is_short_and_of_the_exchanges_characters() => Ids.Sample(id => Assert.Matches("^[A-Za-z0-9_-]{1,40}$", id.Text));

    [Fact]
    public void Different_intents_give_different_ids() => Gen.Select(Ids, Ids).Sample((a, b) => Assert.Equal(a == b, a.Text == b.Text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("b1-abcdef-1-2-Z1")]
    [InlineData("b1-abcde-1-2-E1")]
    [InlineData("b1-ABCDEF-1-2-E1")]
    [InlineData("b2-abcdef-1-2-E1")]
    [InlineData("b1-abcdef-1-2-E1 ")]
    [InlineData("b1-abcdef-zzzzzzzzzzzzzzzz-2-E1")]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e")]
    public void A_foreign_id_is_not_taken_for_ours(string? text) => Assert.False(ClientOrderId.TryParse(text, out _));
}
