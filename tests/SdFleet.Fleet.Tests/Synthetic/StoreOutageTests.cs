using System.Security.Cryptography;
using SdFleet.Cli.Chaos.Servers;
using SdFleet.Contracts.Jobs;
using SdFleet.TestServers;

namespace SdFleet.Fleet.Tests.Synthetic;

/// <summary>An artifact store that is away for longer than a job's three failures would last: no job pays for it. With real processes.</summary>
public sealed class StoreOutageTests
{
    private const int MaxFailures = 3;

    // The blob service's client sends what fails once, and five times again.
    private const int RequestsOfACall = 6;

    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task BlobService_ThatRefusesForLongerThanThreeAttempts_IsWaitedForWithThePictureInHand()
    {
        await using var container = await (await AzuriteServer.GetAsync()).CreateContainerAsync();
        var address = BlobAddress.Parse(container.ConnectionString);
        await using var proxy = await BlobProxy.StartAsync(address.Endpoint, FreePort.Next(), default);
        await using var fleet = await SyntheticFleet.StartAsync(
            server: null,
            ("SdFleet__Artifacts__Kind", "AzureBlob"),
            ("SdFleet__Artifacts__ConnectionString", address.Options(container.Name, proxy.Port).ConnectionString!),
            ("SdFleet__Artifacts__Container", container.Name),
            ("SdFleet__Leases__ReleaseLease", "00:10:00"));
        await fleet.StartWorkerAsync(Fast);

        proxy.Begin(BlobFault.Errors);
        var before = proxy.Harmed;
        var id = await fleet.SubmitAsync("a red circle");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (proxy.Harmed <= before + (MaxFailures * RequestsOfACall))
        {
            await Task.Delay(50, deadline.Token);
        }

        proxy.End();
        var job = await fleet.UntilTerminalAsync(id);

        Assert.Equal((JobState.Completed, 1, 0, 0), (job.State, job.Attempt, job.Failures, job.Evictions));
        var image = Assert.Single(job.Images);
        var stored = (await container.Client.GetBlobClient(image.Artifact).DownloadContentAsync()).Value.Content.ToArray();
        Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData(stored)));
    }

    [Fact]
    public async Task Folder_ThatIsGoneForLongerThanAWorkerWaits_CostsNoFailureAndNoEviction()
    {
        await using var fleet = await SyntheticFleet.StartAsync(server: null, ("SdFleet__Worker__StoreTimeout", "00:00:00"));
        await fleet.StartWorkerAsync(Fast);
        var folder = fleet.Settings["SdFleet__Artifacts__Path"]!;

        Directory.Move(folder, folder + ".away");
        Guid id;
        try
        {
            id = await fleet.SubmitAsync("a red circle");
            await fleet.UntilAsync(id, j => j.Attempt > MaxFailures);
        }
        finally
        {
            Directory.Move(folder + ".away", folder);
        }

        var job = await fleet.UntilTerminalAsync(id);

        Assert.Equal((JobState.Completed, 0, 0), (job.State, job.Failures, job.Evictions));
        Assert.Equal(job.Images.ToDictionary(i => i.Artifact, i => i.Sha256), fleet.Artifacts());
    }
}
