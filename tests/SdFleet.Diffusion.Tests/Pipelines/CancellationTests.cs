using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class CancellationTests
{
    [Fact]
    public void Generate_CancelledBefore_RunsNoStep()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        int steps = 0;

        Assert.Throws<OperationCanceledException>(
            () => pipeline.Generate([pipeline.CreateTask("x")], new ProgressHandler(_ => steps++), new CancellationToken(canceled: true)));

        Assert.Equal(0, steps);
    }

    [Fact]
    public void Generate_CancelledBetweenSteps_RunsNoFurtherOne()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        using CancellationTokenSource source = new();
        int last = 0;
        ProgressHandler progress = new(p =>
        {
            last = p.Step;
            if (p.Step == 2)
            {
                source.Cancel();
            }
        });

        OperationCanceledException error = Assert.ThrowsAny<OperationCanceledException>(
            () => pipeline.Generate([pipeline.CreateTask("x")], progress, source.Token));

        Assert.Equal(2, last);
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public void Generate_CancelledInsideAStep_EndsInItsMiddle()
    {
        // One step of this model takes seconds, so that the cancellation falls into it.
        using StableDiffusionPipeline pipeline = new TinyModel { SlowProducts = 100 }.Load();
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(500));
        Stopwatch watch = Stopwatch.StartNew();

        OperationCanceledException error = Assert.ThrowsAny<OperationCanceledException>(
            () => pipeline.Generate([pipeline.CreateTask("x") with { Steps = 20 }], null, source.Token));

        Assert.IsType<OnnxRuntimeException>(error.InnerException);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Generate_AfterACancelledOne_GivesTheImage()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        GenerationTask task = pipeline.CreateTask("x", seed: 3);
        byte[] expected = pipeline.Generate([task])[0].Image.Pixels.ToArray();
        using CancellationTokenSource source = new();
        Assert.ThrowsAny<OperationCanceledException>(
            () => pipeline.Generate([task], new ProgressHandler(_ => source.Cancel()), source.Token));

        Assert.Equal(expected, pipeline.Generate([task])[0].Image.Pixels.ToArray());
    }
}
