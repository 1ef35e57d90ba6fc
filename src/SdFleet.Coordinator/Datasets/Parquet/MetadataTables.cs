using System.Text.Json;

namespace SdFleet.Coordinator.Datasets.Parquet;

/// <summary>The tables that go with a dataset, one row a picture.</summary>
internal static class MetadataTables
{
    /// <summary>Everything that a manifest record knows.</summary>
    public static ParquetTable<DatasetImage> Manifest { get; } = new ParquetTable<DatasetImage>()
        .Text("key", i => i.Key.FileStem)
        .Int64("line", i => i.Line)
        .Int32("index", i => i.Record.Image.Index)
        .Text("prompt", i => i.Record.Recipe.Prompt)
        .Text("negative_prompt", i => i.Record.Recipe.NegativePrompt)
        .Int64("seed", i => i.Record.Image.Seed)
        .Int32("width", i => i.Record.Image.Width)
        .Int32("height", i => i.Record.Image.Height)
        .Int32("steps", i => i.Record.Recipe.Steps)
        .Double("guidance_scale", i => i.Record.Recipe.GuidanceScale)
        .Boolean("is_guided", i => i.Record.Recipe.GuidanceScale > 1)
        .Text("scheduler", i => i.Record.Recipe.Scheduler)
        .OptionalText("scheduler_settings", i => RecipeFields.SchedulerSettings(i))
        .Text("noise_source", i => RecipeFields.NoiseSource(i))
        .Text("model", i => i.Record.Recipe.Model)
        .Text("model_digest", i => i.Record.Image.ModelDigest)
        .Text("sha256", i => i.Record.Image.Sha256)
        .Int64("bytes", i => i.Record.Image.Bytes)
        .Text("artifact", i => i.Record.Image.Artifact)
        .Text("job_id", i => i.Record.JobId.ToString())
        .Text("tenant", i => i.Record.Tenant)
        .Int32("attempt", i => i.Record.Image.Attempt)
        .Text("worker_id", i => i.Record.Image.WorkerId)
        .Text("runtime_version", i => i.Record.Image.RuntimeVersion)
        .Text("execution_provider", i => i.Record.Image.ExecutionProvider)
        .Text("device", i => i.Record.Image.Device)
        .Double("text_encode_ms", i => i.Record.Image.Timings.TextEncodeMs)
        .Double("denoise_ms", i => i.Record.Image.Timings.DenoiseMs)
        .Double("decode_ms", i => i.Record.Image.Timings.DecodeMs)
        .Double("encode_ms", i => i.Record.Image.Timings.EncodeMs)
        .Double("upload_ms", i => i.Record.Image.Timings.UploadMs)
        .Double("gpu_seconds", i => i.Record.Image.Timings.GpuSeconds)
        .OptionalDouble("clip_similarity", i => i.Record.Image.Scores?.ClipSimilarity)
        .OptionalText("perceptual_hash", i => i.Record.Image.Scores?.PerceptualHash)
        .OptionalText("filtered", i => i.Record.Image.Filtered is { } reason ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()) : null)
        .OptionalText("trace_id", i => i.Record.Image.TraceId)
        .Timestamp("created_at", i => i.Record.Image.CreatedAt);

    /// <summary>The columns of DiffusionDB's <c>metadata.parquet</c> that apply, without scores for unsafe content; the settings are ours.</summary>
    /// <param name="part">The part's number.</param>
    public static ParquetTable<DatasetImage> DiffusionDb(int part) => new ParquetTable<DatasetImage>()
        .Text("image_name", i => i.Key.FileStem + ".png")
        .Text("prompt", i => i.Record.Recipe.Prompt)
        .Int32("part_id", _ => part)
        .Int64("seed", i => i.Record.Image.Seed)
        .Int32("step", i => i.Record.Recipe.Steps)
        .Double("cfg", i => i.Record.Recipe.GuidanceScale)
        .Text("sampler", i => i.Record.Recipe.Scheduler)
        .OptionalText("scheduler_settings", i => RecipeFields.SchedulerSettings(i))
        .Int32("width", i => i.Record.Image.Width)
        .Int32("height", i => i.Record.Image.Height)
        .Text("user_name", i => i.Record.Tenant)
        .Timestamp("timestamp", i => i.Record.Image.CreatedAt);
}
