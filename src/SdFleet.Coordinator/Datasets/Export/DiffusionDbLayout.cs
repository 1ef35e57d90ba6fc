using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SdFleet.Coordinator.Datasets.Parquet;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// <c>part-000001/key.png</c> with <c>part-000001/part-000001.json</c>, keyed by file name, of prompt, seed, guidance ("c"), steps,
/// sampler and what was set of it, and <c>metadata/part-000001.parquet</c>. https://github.com/poloclub/diffusiondb
/// </summary>
internal sealed class DiffusionDbLayout : ShardLayout
{
    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
        NewLine = "\n",
    };

    public override string DataFiles => "metadata/*.parquet";

    public override string Usage =>
        """
        `part-NNNNNN/part-NNNNNN.json` maps each file name to its prompt (`p`), seed (`se`), guidance scale (`c`), steps (`st`),
        sampler (`sa`) and what was set of that (`scheduler_settings`, JSON as text, or null); `metadata/*.parquet` holds the same as a table.
        """;

    public override async Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken)
    {
        var part = PartOf(number);
        files.Own(part + "/");
        await files.AddAsync($"{part}/{part}.json", async stream =>
        {
            await using var json = new Utf8JsonWriter(stream, Json);
            json.WriteStartObject();
            await foreach (var (image, png) in source.ReadAsync())
            {
                await files.AddUnlistedAsync($"{part}/{image.Key.FileStem}.png", png, cancellationToken);
                var recipe = image.Record.Recipe;
                json.WriteStartObject(image.Key.FileStem + ".png");
                json.WriteString("p", recipe.Prompt);
                json.WriteNumber("se", image.Record.Image.Seed);
                RecipeFields.WriteDouble(json, "c", recipe.GuidanceScale);
                json.WriteNumber("st", recipe.Steps);
                json.WriteString("sa", recipe.Scheduler);
                json.WriteString("scheduler_settings", RecipeFields.SchedulerSettings(image));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }, cancellationToken);
        await files.AddAsync($"metadata/{part}.parquet", stream =>
        {
            MetadataTables.DiffusionDb(number + 1).Write(stream, source.Written);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    public override IAsyncEnumerable<(string Stem, string Sha256)> ReadBackAsync(IFileTree place, int number, CancellationToken cancellationToken) =>
        FolderReader.ReadAsync(place, PartOf(number) + "/", cancellationToken);

    // Parts count from 1 there.
    private static string PartOf(int number) => "part-" + (number + 1).ToString("D6", CultureInfo.InvariantCulture);
}
