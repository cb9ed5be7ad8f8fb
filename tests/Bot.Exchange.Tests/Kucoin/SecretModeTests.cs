using System.Runtime.Versioning;
using Bot.Exchange.Secrets;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>Who may read a secret's file (RELIABILITY.md S7).</summary>
[SupportedOSPlatform("linux")]
public sealed class SecretModeTests : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folder = Own | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-secrets-").FullName;

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public void A_file_that_every_user_can_read_or_change_is_refused_with_what_to_do(UnixFileMode more)
    {
        Write(Own | more, Folder | UnixFileMode.OtherExecute);
        var e = Assert.Throws<SecretException>(() => SecretFolder.Read(_folder, "secret"));
        Assert.Contains("secret: every user of this machine", e.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(Own)]
    [InlineData(Own | UnixFileMode.GroupRead)]
    public void A_file_of_its_user_and_group_is_read(UnixFileMode mode)
    {
        Write(mode, Folder | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Assert.Equal("canary"u8, Assert.Single(SecretFolder.Read(_folder, "secret")).Reveal());
    }

    [Fact]
    public void A_folder_that_others_cannot_pass_protects_what_is_in_it()
    {
        Write(Own | UnixFileMode.OtherRead, Folder);
        Assert.Equal("canary"u8, Assert.Single(SecretFolder.Read(_folder, "secret")).Reveal());
    }

    [Fact]
    public void A_link_as_an_orchestrator_makes_it_counts_as_what_it_points_to()
    {
        Write(Own, Folder | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "secret");
        Assert.Equal("canary"u8, Assert.Single(SecretFolder.Read(_folder, "link")).Reveal());
        File.SetUnixFileMode(Path.Combine(_folder, "secret"), Own | UnixFileMode.OtherRead);
        Assert.Throws<SecretException>(() => SecretFolder.Read(_folder, "link"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(UnixFileMode file, UnixFileMode folder)
    {
        var path = Path.Combine(_folder, "secret");
        File.WriteAllText(path, "canary\n");
        File.SetUnixFileMode(path, file);
        File.SetUnixFileMode(_folder, folder);
    }
}
