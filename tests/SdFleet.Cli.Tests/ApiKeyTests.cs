using System.Security.Cryptography;
using System.Text;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests;

public sealed class ApiKeyTests
{
    [Fact]
    public async Task Create_PrintsAKeyWhoseHashIsTheConfiguredOne()
    {
        var run = (await CliRun.Of("keys", "create", "--tenant", "acme", "--name", "ci")).Succeeded();

        var key = run.Lines.Single(l => l.StartsWith("sdf_", StringComparison.Ordinal));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        Assert.Matches("^sdf_[A-Za-z0-9_-]{43}$", key);
        Assert.Contains($"SdFleet__ApiKeys__Keys__ci__Sha256={hash}", run.Lines);
        Assert.Contains("SdFleet__ApiKeys__Keys__ci__Tenant=acme", run.Lines);
        Assert.DoesNotContain("Operator", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ForAnOperator_SaysSo()
    {
        var run = (await CliRun.Of("keys", "create", "--tenant", "acme", "--name", "ci", "--operator")).Succeeded();

        Assert.Contains("SdFleet__ApiKeys__Keys__ci__Operator=true", run.Lines);
    }

    [Fact]
    public async Task Create_Twice_GivesTwoKeys()
    {
        var first = await CliRun.Of("keys", "create", "--tenant", "acme", "--name", "ci");
        var second = await CliRun.Of("keys", "create", "--tenant", "acme", "--name", "ci");

        Assert.NotEqual(first.Out, second.Out);
    }
}
