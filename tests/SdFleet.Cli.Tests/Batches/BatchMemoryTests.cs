using SdFleet.Cli.Batches;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

[Collection(Alone.Name)]
public sealed class BatchMemoryTests
{
    private const int Jobs = 1_000_000;
    private const int Part = 100_000;
    private const long Slack = 2_000_000;

    [Fact]
    public async Task AMillionJobs_OfASpecification_TakeNoMoreMemoryThanAFew()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of("n.txt"), string.Join('\n', Enumerable.Range(1, 1000)));
        File.WriteAllText(folder.Of("a.yaml"), $$$"""
            prompts: "a {red|blue|green} {n} in {n:2} and {n:3}"
            lists: {n: {file: n.txt}}
            sample: {{{Jobs}}}
            steps: [1, 2]
            """);

        await ReadAsync(BatchFile.Open(folder.Of("a.yaml")));
    }

    [Fact]
    public async Task AMillionRows_OfCsv_TakeNoMoreMemoryThanAFew()
    {
        using var folder = new TempFolder();
        await using (var csv = File.CreateText(folder.Of("a.csv")))
        {
            await csv.WriteLineAsync("prompt,steps");
            for (var i = 0; i < Jobs; i++)
            {
                await csv.WriteLineAsync("\"a red circle, large\",20");
            }
        }

        await ReadAsync(BatchFile.Open(folder.Of("a.csv")));
    }

    private static async Task ReadAsync(BatchSource source)
    {
        var lines = 0;
        var (startsAt, first, last) = (GC.GetTotalAllocatedBytes(precise: true), 0L, 0L);
        var (early, late) = (0L, 0L);
        await foreach (var line in source.ReadLinesAsync(CancellationToken.None))
        {
            Assert.StartsWith("{", line, StringComparison.Ordinal);
            switch (++lines)
            {
                case Part:
                    first = GC.GetTotalAllocatedBytes(precise: true) - startsAt;
                    early = GC.GetTotalMemory(forceFullCollection: true);
                    break;
                case Jobs - Part:
                    startsAt = GC.GetTotalAllocatedBytes(precise: true);
                    break;
                case Jobs:
                    last = GC.GetTotalAllocatedBytes(precise: true) - startsAt;
                    late = GC.GetTotalMemory(forceFullCollection: true);
                    break;
            }
        }

        // What stays does not grow, and a late line costs what an early one does.
        Assert.Equal(Jobs, lines);
        Assert.True(late < early + Slack, $"{early:N0} bytes are held early, {late:N0} late");
        Assert.True(last < (first * 1.2) + Slack, $"{first:N0} bytes for the first {Part} lines, {last:N0} for the last");
    }
}
