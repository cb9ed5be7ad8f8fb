using Bot.Exchange.Kucoin;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>RELIABILITY.md S3: enough to trade, nothing to steal with.</summary>
public class ApiKeyRulesTests
{
    private static readonly ApiKeyInfo Good = new(["General", "Spot"], ["10.0.0.1"], IsMaster: false, CreatedAtMs: null, UserId: "1");

    [Fact]
    public void A_key_that_may_trade_and_nothing_else_has_no_fault() => Assert.Empty(ApiKeyRules.Faults(Good, allowMaster: false));

    [Theory]
    [InlineData("Withdrawal")]
    [InlineData("Transfer")]
    [InlineData("FlexTransfers")]
    [InlineData("InnerTransfer")]
    [InlineData("Margin")]
    [InlineData("Futures")]
    [InlineData("Earn")]
    [InlineData("SomethingNew")]
    public void A_key_that_may_do_more_is_refused_also_for_what_did_not_exist_yet(string permission)
    {
        var fault = Assert.Single(ApiKeyRules.Faults(Good with { Permissions = ["General", "Spot", permission] }, allowMaster: true));
        Assert.Contains(permission, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("General")]
    [InlineData("Spot")]
    public void A_key_that_may_not_read_or_trade_is_refused(string missing)
    {
        var fault = Assert.Single(ApiKeyRules.Faults(Good with { Permissions = [.. Good.Permissions.Where(p => p != missing)] }, allowMaster: false));
        Assert.Contains($"lacks the permission {missing}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_spelling_of_a_permission_does_not_matter() => Assert.Empty(ApiKeyRules.Faults(Good with { Permissions = ["general", "SPOT"] }, allowMaster: false));

    [Fact]
    public void A_key_that_works_from_everywhere_is_refused() =>
        Assert.Contains("IP address", Assert.Single(ApiKeyRules.Faults(Good with { IpWhitelist = [] }, allowMaster: false)), StringComparison.Ordinal);

    [Fact]
    public void A_master_accounts_key_needs_to_be_allowed()
    {
        Assert.Contains("master", Assert.Single(ApiKeyRules.Faults(Good with { IsMaster = true }, allowMaster: false)), StringComparison.Ordinal);
        Assert.Empty(ApiKeyRules.Faults(Good with { IsMaster = true }, allowMaster: true));
    }

    [Fact]
    public void Every_fault_is_told_at_once() =>
        Assert.Equal(5, ApiKeyRules.Faults(new ApiKeyInfo(["Withdrawal"], [], IsMaster: true, null, "1"), allowMaster: false).Count);
}
