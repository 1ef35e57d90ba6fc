using SdFleet.Contracts.Batches;
using SdFleet.Coordinator.Datasets;
using SdFleet.Coordinator.Datasets.Export;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

[Collection(Alone.Name)]
public sealed class DatasetExportMemoryTests
{
    [Fact]
    public async Task Run_OfTwentyThousand_HoldsNoMoreThanAShard()
    {
        const int Count = 20_000;
        using var folder = new TempFolder();
        var pool = Synthetic.Images(100).ToList();
        var store = Synthetic.Store(folder.Of("store"), pool);
        var options = new DatasetExportOptions { Place = FileTrees.Folder(folder.Of("out")), Format = DatasetFormat.WebDataset, LinesPerShard = 500 };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (most, seen) = (0L, 0);

        // What is alive is looked at while the records go by: they are made here one at a time, and nobody else keeps them.
        IEnumerable<DatasetImage> Watched()
        {
            foreach (var image in Synthetic.Images(Count))
            {
                // A hundred artifacts do for all records.
                var same = pool[(int)(image.Line % pool.Count)];
                var picture = image.Record.Image with { Sha256 = same.Record.Image.Sha256, Bytes = same.Record.Image.Bytes };
                if (++seen % 2000 == 0)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
                }

                yield return image with { ArtifactName = same.ArtifactName, Record = image.Record with { Image = picture } };
            }
        }

        var result = await DatasetExport.RunAsync(
            options, Watched().ToAsyncEnumerable(), Synthetic.Requests(Count).ToAsyncEnumerable(), store, CancellationToken.None);

        Assert.Equal((Count, 40), (result.Index.Samples, result.ShardsWritten));
        Assert.InRange(most, 0, 8_000_000);
    }
}
