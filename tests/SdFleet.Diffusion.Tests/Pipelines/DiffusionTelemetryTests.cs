using System.Collections.Concurrent;
using System.Diagnostics;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class DiffusionTelemetryTests
{
    [Fact]
    public void Generate_WithAListener_MarksItsThreeParts()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivitySource outer = new(nameof(DiffusionTelemetryTests));
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == DiffusionTelemetry.SourceName || source == outer,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        using Activity parent = outer.StartActivity("job")!;

        pipeline.Generate([pipeline.CreateTask("a cat"), pipeline.CreateTask("a dog")]);

        // Other tests run at the same time; theirs have other traces.
        Activity[] own = [.. ended.Where(activity => activity.TraceId == parent.TraceId)];
        Assert.Equal(["text_encode", "denoise", "vae_decode", "vae_decode"], own.Select(activity => activity.OperationName));
        Assert.Equal(4, own[1].GetTagItem("sdfleet.steps"));
        Assert.All(own, activity => Assert.Equal(parent.SpanId, activity.ParentSpanId));
    }
}
