using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Onnx;

/// <summary>What a step does not do: encode text, hand over the prompts again, allocate.</summary>
public sealed class BoundBuffersTests
{
    private static readonly UnetShape Shape = new(Batch: 2, Input: new(4, 6, 8), OutputChannels: 4, Tokens: 77, TokenWidth: 4);

    [Fact]
    public void Generate_SamePrompts_EncodesThemOnce()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        using RunCounter runs = new();
        GenerationTask task = pipeline.CreateTask("a cat") with { NegativePrompt = "a dog" };

        pipeline.Generate([task, task with { Seed = 1 }]);
        pipeline.Generate([task with { Seed = 2, Prompt = "a house" }]);

        Assert.Equal(3, runs["text_encoder"]);
        Assert.Equal(8, runs["unet"]);
        Assert.Equal(3, runs["vae_decoder"]);
    }

    // What comes next of the same kind takes the same memory: only after the last of a batch is it worth giving back.
    [Fact]
    public void Generate_Batch_GivesMemoryBackAfterTheLastOfEachKind()
    {
        using StableDiffusionPipeline pipeline = new TinyModel().Load();
        using RunCounter runs = new();
        GenerationTask task = pipeline.CreateTask("a cat");

        pipeline.Generate([task, task with { Seed = 1 }, task with { Seed = 2 }]);

        Assert.Equal(3, runs["vae_decoder"]);
        Assert.Equal([3], runs.ReturnedAfter("vae_decoder"));
        Assert.Equal([runs["unet"]], runs.ReturnedAfter("unet"));
    }

    // While somebody listens: a fleet does, and so may a test that runs at the same time.
    [Fact]
    public void Run_Repeated_AllocatesNothingAndWritesTheSameOutput()
    {
        using RunCounter runs = new();
        using TemporaryFolder folder = new TinyModel().Write();
        using Unet unet = Load(folder);
        using UnetCall call = unet.CreateCall(Shape);
        using RunScope scope = new(CancellationToken.None);
        call.CommitConstants();
        call.Run(1, scope);
        ref float output = ref call.Output[0];
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            call.Run(i, scope);
        }

        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, bytes);
        Assert.InRange(runs["unet"], 101, int.MaxValue);
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref output, ref call.Output[0]));
    }

    // Half precision converts what it hands over, so what was not handed over does not reach the model.
    [Fact]
    public void Run_PromptsThatWereNotCommitted_AreNotHandedOver()
    {
        using TemporaryFolder folder = new TinyModel { SampleType = TensorElementType.Float16 }.Write();
        using Unet unet = Load(folder);
        using UnetCall call = unet.CreateCall(Shape);
        using RunScope scope = new(CancellationToken.None);
        float[] first = Run(1, commit: true), same = Run(2, commit: false), other = Run(2, commit: true);

        Assert.Equal(first, same);
        Assert.NotEqual(first, other);

        float[] Run(float prompt, bool commit)
        {
            call.Sample.Fill(0.5f);
            call.Embeddings.Fill(prompt);
            if (commit)
            {
                call.CommitConstants();
            }

            call.Run(10, scope);
            return call.Output.ToArray();
        }
    }

    private static Unet Load(TemporaryFolder folder) =>
        new(OnnxSession.Load(folder["unet/model.onnx"], OnnxDevice.Open(new() { Threads = 1 })));
}
