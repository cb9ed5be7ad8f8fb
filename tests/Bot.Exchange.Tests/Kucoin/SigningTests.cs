using System.Text;
using System.Text.Json;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Tests.Kucoin.Support;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class SigningTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_vector_is_signed_as_expected()
    {
        if (Shared.Kucoin(output) is not { } folder)
            return;
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "vectors", "sign.json")));
        var count = 0;
        foreach (var vector in vectors.RootElement.GetProperty("vectors").EnumerateArray())
        {
            using var secret = Secret.FromText(vector.GetProperty("secret").GetString()!);
            var prehash = vector.GetProperty("prehash").GetString()!;
            var expected = vector.GetProperty("expected").GetString();
            Assert.Equal(expected, KucoinSigner.Hmac(secret, Encoding.UTF8.GetBytes(prehash)));
            if (Split(prehash) is var (timestamp, method, path, body))
                Assert.Equal(expected, Signer(secret).Sign(timestamp, method, path, Encoding.UTF8.GetBytes(body)));
            count++;
        }
        Assert.Equal(12, count);
    }

    [Theory]
    [InlineData("GET", "/api/v1/hf/orders/done?symbol=BTC-USDT&limit=20", "", "uYY21BaDRy43Kbf/piKYJebqiY3LttCcDV3XdClxi8A=")]
    [InlineData("POST", "/api/v1/bullet-private", "", "7NPAghfUcuDyo2NrChGOfwkX9N6lL5ubswM+ouqFW7c=")]
    [InlineData("GET", "/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT", "", "PaY9GN38ofgxHFIfSBO1JNC7jeOoYqpwSpOCNzUJJWc=")]
    public void The_documented_parts_are_signed_in_their_order(string method, string path, string body, string expected)
    {
        using var secret = Secret.FromText("11111111-2222-3333-4444-555555555555");
        Assert.Equal(expected, Signer(secret).Sign(1_700_000_000_000, method, path, Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void The_passphrase_travels_signed()
    {
        using var secret = Secret.FromText("11111111-2222-3333-4444-555555555555");
        Assert.Equal("uyssVe7ae2EWAS8CufWCBsNywLpZ8afwmj3zDF0FG34=", Signer(secret).SignedPassphrase);
    }

    [Fact]
    public void A_message_of_the_exchange_loses_every_credential_in_it()
    {
        var credentials = TestClient.Credentials("canary-key", "canary-secret", "canary-pass");
        var redactor = new Redactor(credentials, new KucoinSigner(credentials));
        var signature = "a+b/c=";
        var text = redactor.Clean(
            $"bad CANARY-key canary-secret canary-pass {new KucoinSigner(credentials).SignedPassphrase} a+b/c= a%2Bb%2Fc%3D\r\nnext", signature);
        Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(signature, text, StringComparison.Ordinal);
        Assert.DoesNotContain("a%2Bb", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", text, StringComparison.Ordinal);
        Assert.StartsWith("bad *** *** *** ***", text, StringComparison.Ordinal);
    }

    private static KucoinSigner Signer(Secret secret) =>
        new(new KucoinCredentials(Secret.FromText("key"), secret, Secret.FromText("correct horse battery")));

    private static (long Timestamp, string Method, string Path, string Body)? Split(string prehash)
    {
        if (prehash.Length < 14 || !prehash[..13].All(char.IsAsciiDigit) || !prehash.Contains('/', StringComparison.Ordinal))
            return null;
        var slash = prehash.IndexOf('/', StringComparison.Ordinal);
        var brace = prehash.IndexOf('{', StringComparison.Ordinal);
        var end = brace < 0 ? prehash.Length : brace;
        return (long.Parse(prehash[..13], System.Globalization.CultureInfo.InvariantCulture), prehash[13..slash], prehash[slash..end], prehash[end..]);
    }
}
