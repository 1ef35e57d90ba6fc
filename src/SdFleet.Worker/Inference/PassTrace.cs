using System.Diagnostics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Worker.Inference;

/// <summary>
/// Jobs of several traces go through the model in one pass, whose live spans can belong to one trace only. The others get
/// the same spans afterwards, with a link to the pass they shared.
/// </summary>
internal static class PassTrace
{
    public static void Repeat(ActivityContext trace, Activity pass, string model, IReadOnlyList<GeneratedImage> images, DateTimeOffset startedAt)
    {
        using var generate = WorkerActivity.Source.StartActivity(
            "generate", ActivityKind.Internal, trace, links: [new ActivityLink(pass.Context)], startTime: startedAt);
        if (generate is null)
        {
            return;
        }

        generate.AsGeneration(model);

        // Its share of each stage, which is what the job cost.
        var at = Span("text_encode", generate, startedAt, Sum(images, t => t.TextEncode));
        at = Span("denoise", generate, at, Sum(images, t => t.Denoise));
        at = Span("vae_decode", generate, at, Sum(images, t => t.Decode));
        generate.SetEndTime(at.UtcDateTime);
    }

    private static TimeSpan Sum(IReadOnlyList<GeneratedImage> images, Func<GenerationTimings, TimeSpan> stage) =>
        images.Aggregate(TimeSpan.Zero, (sum, image) => sum + stage(image.Timings));

    private static DateTimeOffset Span(string name, Activity parent, DateTimeOffset from, TimeSpan duration)
    {
        using var span = WorkerActivity.Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: from);
        span?.SetEndTime((from + duration).UtcDateTime);
        return from + duration;
    }
}
