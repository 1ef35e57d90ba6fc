using System.Text.Json.Nodes;
using SdFleet.Cli.Batches.Upload;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Tests.Batches;

public sealed class BatchUploadTests
{
    private const int SmallPart = 1000;

    private static readonly BatchSubmission Submission = new() { Name = "test" };

    [Fact]
    public async Task Run_Lines_AreUploadedInPartsBetweenLines()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();

        var batch = await new BatchUpload(client, SmallPart).RunAsync(new CountedLines(100), Submission, (_, _) => { }, default);

        Assert.Equal(Enumerable.Range(0, batch.Parts.Count), server.Uploads);
        Assert.Equal(100, batch.Parts.Sum(p => p.Lines));
        Assert.All(batch.Parts, (part, number) => Assert.Equal((part.Bytes, part.Sha256), server.Parts[number]));
        Assert.All(batch.Parts, part => Assert.InRange(part.Bytes, 1, SmallPart));
        var posted = JsonNode.Parse(Assert.Single(server.Submissions))!;
        Assert.Equal((batch.Id, batch.Parts.Count), (posted["id"]!.GetValue<Guid>(), posted["parts"]!.AsArray().Count));
    }

    [Fact]
    public async Task Run_AgainAfterItWasStopped_GoesOnWithTheSameBatch()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();
        using var stop = new CancellationTokenSource();
        var upload = new BatchUpload(client, SmallPart);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.RunAsync(
            new CountedLines(100),
            Submission,
            (done, all) =>
            {
                if (done > all / 2)
                {
                    stop.Cancel();
                }
            },
            stop.Token));
        var before = server.Uploads.Count;
        Assert.Empty(server.Submissions);

        var batch = await upload.RunAsync(new CountedLines(100), Submission, (_, _) => { }, default);

        Assert.Equal(Enumerable.Range(before, batch.Parts.Count - before), server.Uploads.Skip(before));
        Assert.InRange(before, 1, batch.Parts.Count - 1);

        // Once more makes nothing twice.
        Assert.Equal(batch.Id, (await upload.RunAsync(new CountedLines(100), Submission, (_, _) => { }, default)).Id);
        Assert.Equal(batch.Parts.Count, server.Uploads.Count);
    }

    [Fact]
    public async Task Run_ConnectionsCutInTheMiddle_SendsThosePartsAgain()
    {
        await using var server = await PartServer.StartAsync();
        server.IsCutOff = place => place is 1 or 2 or 5;
        using var client = server.Connect();

        var batch = await new BatchUpload(client, SmallPart).RunAsync(new CountedLines(100), Submission, (_, _) => { }, default);

        Assert.Equal([0, 1, 1, 1, 2, 3, 3], server.Uploads.Take(7));
        Assert.All(batch.Parts, (part, number) => Assert.Equal((part.Bytes, part.Sha256), server.Parts[number]));
        Assert.Single(server.Submissions);
    }

    [Fact]
    public async Task Run_SourceThatChangesMeanwhile_SubmitsNothing()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();
        var source = new CountedLines(100);
        var readings = 0;
        source.OnRead = () => source.Suffix = readings++ == 0 ? "" : "!";

        var error = await Assert.ThrowsAsync<CliException>(() => new BatchUpload(client, SmallPart).RunAsync(source, Submission, (_, _) => { }, default));

        Assert.Contains("changed while it was uploaded", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Submissions);
    }

    // An edit that keeps all lengths; the parts that are there would stay, and the fleet would find it out when it reads the lines.
    [Fact]
    public async Task Run_OtherLinesUnderAnIdThatHasSome_SendsNothing()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();
        var upload = new BatchUpload(client, SmallPart);
        var submission = Submission with { Id = Guid.NewGuid() };
        var first = await upload.RunAsync(new CountedLines(100) { Suffix = "!" }, submission, (_, _) => { }, default);
        Assert.True(server.Parts.TryRemove(first.Parts.Count - 1, out _));

        var error = await Assert.ThrowsAsync<CliException>(
            () => upload.RunAsync(new CountedLines(100) { Suffix = "?" }, submission, (_, _) => { }, default));

        Assert.Contains($"is not what was uploaded as batch {submission.Id} before: its part 0 is another one. Nothing was sent.", error.Message, StringComparison.Ordinal);
        Assert.Equal((first.Parts.Count, 1), (server.Uploads.Count, server.Submissions.Count));

        // The one that it began with goes on.
        await upload.RunAsync(new CountedLines(100) { Suffix = "!" }, submission, (_, _) => { }, default);
        Assert.Equal((first.Parts.Count + 1, 2), (server.Uploads.Count, server.Submissions.Count));
    }

    [Fact]
    public async Task Run_OtherLinesOrOtherWords_AreAnotherBatch()
    {
        await using var server = await PartServer.StartAsync();
        using var client = server.Connect();
        var upload = new BatchUpload(client);
        var ids = new HashSet<Guid>();
        foreach (var (lines, submission) in new[] { (3, Submission), (4, Submission), (3, Submission with { Name = "other" }), (3, Submission with { MaxBadLines = 0 }) })
        {
            server.Parts.Clear();
            ids.Add((await upload.RunAsync(new CountedLines(lines), submission, (_, _) => { }, default)).Id);
        }

        Assert.Equal(4, ids.Count);
    }

}
