using System.Text;
using System.Text.Json;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class SecretTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-secrets-").FullName;

    [Fact]
    public void A_secret_shows_only_a_mask()
    {
        using var secret = Secret.FromText("canary");
        Assert.Equal("***", secret.ToString());
        Assert.Equal("***", $"{secret}");
        Assert.Equal("canary", Encoding.UTF8.GetString(secret.Reveal()));
    }

    [Fact]
    public void A_secret_refuses_to_be_serialised_alone_or_inside_something()
    {
        using var secret = Secret.FromText("canary");
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(secret));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(new { Inner = secret }));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Secret>("\"canary\""));
    }

    [Fact]
    public void A_debugger_is_shown_no_member_of_a_secret()
    {
        foreach (var field in typeof(Secret).GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic))
        {
            var browsable = (System.Diagnostics.DebuggerBrowsableAttribute?)Attribute.GetCustomAttribute(
                field, typeof(System.Diagnostics.DebuggerBrowsableAttribute));
            Assert.Equal(System.Diagnostics.DebuggerBrowsableState.Never, browsable?.State);
        }
        Assert.Empty(typeof(Secret).GetProperties());
    }

    [Fact]
    public void Two_secrets_with_the_same_value_are_not_equal()
    {
        using var one = Secret.FromText("canary");
        using var other = Secret.FromText("canary");
        Assert.False(one.Equals(other));
    }

    [Fact]
    public void A_disposed_secret_is_cleared_and_refuses_to_be_used()
    {
        var secret = Secret.FromText("canary");
        var bytes = secret.Reveal();
        secret.Dispose();
        Assert.True(bytes.IndexOfAnyExcept((byte)0) < 0);
        Assert.Throws<ObjectDisposedException>(() => { secret.Reveal(); });
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void One_trailing_line_break_is_not_part_of_a_secret(string end)
    {
        Write("key", "k-1" + end);
        Write("secret", "s-1" + end);
        Write("passphrase", "correct horse" + end);
        using var credentials = KucoinCredentials.FromFolder(_folder, keyVersion: 2);
        Assert.Equal("k-1", Encoding.UTF8.GetString(credentials.Key.Reveal()));
        Assert.Equal("s-1", Encoding.UTF8.GetString(credentials.Secret.Reveal()));
        Assert.Equal("correct horse", Encoding.UTF8.GetString(credentials.Passphrase.Reveal()));
        Assert.Equal(2, credentials.KeyVersion);
    }

    [Fact]
    public void Every_missing_or_empty_file_is_named_at_once_and_no_content_is()
    {
        Write("key", "canary-key");
        Write("passphrase", "\n");
        var error = Assert.Throws<SecretException>(() => KucoinCredentials.FromFolder(_folder));
        Assert.Contains("secret: the file is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("passphrase: the file is empty", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("key:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("möwe")]
    public void A_value_that_could_not_travel_in_a_header_is_refused_without_being_shown(string value)
    {
        Write("key", value);
        Write("secret", "s");
        Write("passphrase", "p");
        var error = Assert.Throws<SecretException>(() => KucoinCredentials.FromFolder(_folder));
        Assert.Contains("key: the file must hold one line", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_an_error_that_says_what_should_be_there()
    {
        var error = Assert.Throws<SecretException>(() => KucoinCredentials.FromFolder(Path.Combine(_folder, "nowhere")));
        Assert.Contains("key, secret, passphrase", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_key_version_other_than_2_or_3_is_refused(int version) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new KucoinCredentials(Secret.FromText("k"), Secret.FromText("s"), Secret.FromText("p"), version));

    [Theory]
    [InlineData("")]
    [InlineData("canary\r\nX-Injected: 1")]
    [InlineData("canary key")]
    [InlineData("canäry")]
    public void A_key_that_could_not_travel_in_a_header_is_refused_without_being_shown(string key)
    {
        var error = Assert.Throws<ArgumentException>(
            () => new KucoinCredentials(Secret.FromText(key), Secret.FromText("s"), Secret.FromText("p")));
        Assert.DoesNotContain("can", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
