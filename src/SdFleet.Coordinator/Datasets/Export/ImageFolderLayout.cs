using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Datasets.Export;

/// <summary>
/// <c>train/000000/key.png</c> with a <c>metadata.jsonl</c> in each folder, as the <c>imagefolder</c> loader of Hugging Face's
/// <c>datasets</c> reads it: it takes the metadata file nearest to a picture, names are relative to that file, and the type of each
/// field follows from the first rows. So every row has every field, and numbers of floating point have a point.
/// </summary>
internal sealed class ImageFolderLayout : ShardLayout
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string DataFiles => "train/**";

    public override string Usage =>
        """
        ```python
        from datasets import load_dataset
        dataset = load_dataset("imagefolder", data_dir=".", split="train")
        ```
        """;

    public override async Task WriteAsync(int number, ShardSource source, ShardFiles files, CancellationToken cancellationToken)
    {
        var folder = FolderOf(number);
        files.Own(folder + "/");
        await files.AddAsync(folder + "/metadata.jsonl", async stream =>
        {
            await foreach (var (image, png) in source.ReadAsync())
            {
                await files.AddUnlistedAsync($"{folder}/{image.Key.FileStem}.png", png, cancellationToken);
                WriteRow(stream, image);
            }
        }, cancellationToken);
    }

    public override IAsyncEnumerable<(string Stem, string Sha256)> ReadBackAsync(IFileTree place, int number, CancellationToken cancellationToken) =>
        FolderReader.ReadAsync(place, FolderOf(number) + "/", cancellationToken);

    private static string FolderOf(int number) => "train/" + number.ToString("D6", CultureInfo.InvariantCulture);

    private static void WriteRow(Stream output, DatasetImage image)
    {
        var (recipe, picture) = (image.Record.Recipe, image.Record.Image);
        using (var json = new Utf8JsonWriter(output, Json))
        {
            json.WriteStartObject();
            json.WriteString("file_name", image.Key.FileStem + ".png");
            json.WriteString("text", recipe.Prompt);
            json.WriteString("negative_prompt", recipe.NegativePrompt);
            json.WriteNumber("line", image.Line);
            json.WriteNumber("index", picture.Index);
            json.WriteNumber("seed", picture.Seed);
            json.WriteNumber("width", picture.Width);
            json.WriteNumber("height", picture.Height);
            json.WriteNumber("steps", recipe.Steps);
            RecipeFields.WriteDouble(json, "guidance_scale", recipe.GuidanceScale);
            json.WriteString("scheduler", recipe.Scheduler);

            // Of one that is null in the first rows, a loader would not take text later.
            json.WriteString("scheduler_settings", RecipeFields.SchedulerSettings(image) ?? "{}");
            json.WriteString("noise_source", RecipeFields.NoiseSource(image));
            json.WriteString("model", recipe.Model);
            json.WriteString("model_digest", picture.ModelDigest);
            json.WriteString("sha256", picture.Sha256);
            json.WriteString("job_id", image.Record.JobId);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }
}
