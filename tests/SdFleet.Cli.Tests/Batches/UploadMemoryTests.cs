using SdFleet.Cli.Batches.Upload;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

[Collection(Alone.Name)]
public sealed class UploadMemoryTests
{
    [Fact]
    public async Task Upload_AMillionLines_HoldsOnePartAtATime()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;

        var batch = await new BatchUpload(client).RunAsync(
            new CountedLines(1_000_000),
            new BatchSubmission { Name = "test" },
            (_, _) => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before),
            default);

        Assert.Equal(1_000_000, batch.Parts.Sum(p => p.Lines));
        Assert.True(batch.Parts.Count > 10);

        // A part, and what client and server of this process have for one request; all of it would be 50 MB.
        Assert.InRange(most, 1, 24 * 1024 * 1024);
    }
}
