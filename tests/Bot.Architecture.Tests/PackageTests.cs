using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Bot.Architecture.Tests;

/// <summary>Versions stand in one place, are exact, and are what the lock files resolve (RELIABILITY.md S21).</summary>
public partial class PackageTests
{
    private static readonly string Central = Path.Combine(Repository.Root, "Directory.Packages.props");

    private static readonly Dictionary<string, string> Versions = XDocument.Load(Central).Descendants("PackageVersion")
        .ToDictionary(e => e.Attribute("Include")!.Value, e => e.Attribute("Version")!.Value, StringComparer.OrdinalIgnoreCase);

    public static TheoryData<string> Projects { get; } = [.. Repository.Projects.Select(Repository.Relative)];

    [Fact]
    public void Every_version_is_exact_and_pinned_centrally_also_for_transitive_packages()
    {
        Assert.NotEmpty(Versions);
        Assert.All(Versions, v => Assert.Matches(Exact(), v.Value));
        var settings = XDocument.Load(Central).Descendants("PropertyGroup").Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);
        Assert.Equal("true", settings["ManagePackageVersionsCentrally"]);
        Assert.Equal("true", settings["CentralPackageTransitivePinningEnabled"]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_names_packages_without_versions(string project)
    {
        var references = XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("PackageReference").ToList();
        Assert.DoesNotContain(references, e => e.Attribute("Version") is not null || e.Attribute("VersionOverride") is not null || e.Element("Version") is not null);
        Assert.Empty(references.Select(e => e.Attribute("Include")!.Value).Except(Versions.Keys, StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_projects_lock_file_holds_the_central_versions_with_their_hashes(string project)
    {
        var file = Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "packages.lock.json");
        Assert.True(File.Exists(file), $"{Repository.Relative(file)} is missing: restore once and commit it");
        using var locked = JsonDocument.Parse(File.ReadAllBytes(file));
        var packages = locked.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .Where(p => p.Value.GetProperty("type").GetString() != "Project")
            .ToList();
        foreach (var package in packages)
        {
            Assert.True(package.Value.TryGetProperty("contentHash", out var hash) && hash.GetString()!.Length > 0, package.Name);
            if (Versions.TryGetValue(package.Name, out var version))
                Assert.Equal((package.Name, version), (package.Name, package.Value.GetProperty("resolved").GetString()));
        }
        var named = Repository.Items(Path.Combine(Repository.Root, project), "PackageReference");
        Assert.Empty(named.Except(packages.Select(p => p.Name), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Warnings_and_known_vulnerabilities_fail_the_build()
    {
        var settings = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("PropertyGroup").Elements()
            .Where(e => e.Attribute("Condition") is null)
            .ToDictionary(e => e.Name.LocalName, e => e.Value);
        Assert.Equal(
            ["true", "true", "all", "true"],
            [settings["TreatWarningsAsErrors"], settings["NuGetAudit"], settings["NuGetAuditMode"], settings["RestorePackagesWithLockFile"]]);
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.]+)?$")]
    private static partial Regex Exact();
}
