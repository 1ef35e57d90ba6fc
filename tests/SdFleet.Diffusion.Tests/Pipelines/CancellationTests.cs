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
        // One step of this model takes seconds, so that the cancellation falls into it; where the machine stood still and it came
        // before the first or between two, another one will.
        using StableDiffusionPipeline pipeline = new TinyModel { SlowProducts = 100 }.Load();
        Exception? inside = null;
        int steps = 0;
        for (int tries = 0; inside is null && tries < 8; tries++)
        {
            using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(500));
            inside = Assert.ThrowsAny<OperationCanceledException>(
                () => pipeline.Generate([pipeline.CreateTask("x") with { Steps = 20 }], new ProgressHandler(p => steps = p.Step), source.Token)).InnerException;
        }

        // Only a run that has not come to its end says so.
        Assert.IsType<OnnxRuntimeException>(inside);
        Assert.InRange(steps, 0, 19);
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
