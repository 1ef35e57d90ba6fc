using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;
using SdFleet.Coordinator.Datasets;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Tests.Datasets;

/// <summary>Records and artifacts as a fleet would leave them. The artifacts are only bytes: nobody here decodes them.</summary>
internal static class Synthetic
{
    public const string Folder = "batches/0b54f1a6-4e0c-5d0e-8a51-6d1f4a3f9c10/images/000000";

    private static readonly Guid Batch = new("0b54f1a6-4e0c-5d0e-8a51-6d1f4a3f9c10");
    private static readonly string[] Schedulers = ["pndm", "ddim", "euler_a"];

    public static Guid Job(long line) => DerivedId.FromBatchLine(Batch, line);

    public static byte[] Picture(long line, int index = 0) =>
        Encoding.UTF8.GetBytes($"picture {line}/{index} " + new string((char)('a' + (line % 26)), 40 + (int)(line % 100)));

    public static DatasetImage Image(long line, int index = 0)
    {
        var picture = Picture(line, index);
        var artifact = ArtifactName.ForImage(Folder, Job(line), index);
        return new DatasetImage(line, artifact, new ManifestRecord
        {
            JobId = Job(line),
            Tenant = "acme",
            Recipe = new Recipe
            {
                Model = "shapes",
                Prompt = line % 7 == 0 ? $"ein \"grüner\" Kreis, 円 {line}\nund mehr" : $"a red circle {line}",
                NegativePrompt = line % 2 == 0 ? "blurry" : "",
                Width = 64,
                Height = 64,
                Steps = 10 + (int)(line % 3),
                GuidanceScale = line % 4 == 0 ? 7 : 3.5,
                Scheduler = Schedulers[line % 3],
                Seed = line * 1000,
            },
            Image = new ImageRecord
            {
                Index = index,
                Artifact = artifact,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture)),
                Bytes = picture.Length,
                Width = 64,
                Height = 64,
                Seed = (line * 1000) + index,
                Attempt = 1,
                WorkerId = "worker-1",
                ModelDigest = new string('d', 64),
                RuntimeVersion = "1.29.0",
                ExecutionProvider = "CPU",
                Device = "a processor",
                Timings = new ImageTimings { TextEncodeMs = 1, DenoiseMs = 100 + (line % 10), DecodeMs = 9, EncodeMs = 2, UploadMs = 3 },
                TraceId = line % 5 == 0 ? null : $"{line:x32}",
                CreatedAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(line * 1.5),
            },
        });
    }

    /// <summary>A picture of that many bytes.</summary>
    public static (DatasetImage Image, byte[] Picture) Large(long line, int bytes)
    {
        var picture = new byte[bytes];
        Random.Shared.NextBytes(picture);
        var image = Image(line);
        var record = image.Record.Image with { Bytes = bytes, Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture)) };
        return (image with { Record = image.Record with { Image = record } }, picture);
    }

    public static IEnumerable<DatasetImage> Images(int count) => Enumerable.Range(1, count).Select(line => Image(line));

    public static IEnumerable<RequestedImage> Requests(int count) =>
        Enumerable.Range(1, count).Select(line => new RequestedImage(line, 0) { JobId = Job(line) });

    /// <summary>Puts the artifacts of these records into a folder.</summary>
    public static IArtifactStore Store(string folder, IEnumerable<DatasetImage> images)
    {
        foreach (var image in images)
        {
            var file = Path.Combine(folder, image.ArtifactName);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Picture(image.Line, image.Key.Index));
        }

        return ArtifactStores.Open(new ArtifactStoreOptions { Path = folder });
    }
}
