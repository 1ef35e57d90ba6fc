using SdFleet.Diffusion.Adapters;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Tests.Golden;
using SdFleet.Diffusion.Weights;
using SdFleet.ShapesModel;

namespace SdFleet.Diffusion.Tests.Adapters;

/// <summary>
/// The bundled model with its LoRA beside the same two merged in PyTorch, where they were trained: what the U-Net predicts for the same
/// input. The recipe's stage lora-reference writes the file.
/// </summary>
public sealed class LoraReferenceTests
{
    // PyTorch merged the very numbers that the files hold (float16, widened), so only the order of float32 sums differs.
    private const double StoredTolerance = 1e-4;

    // PyTorch merged the float32 numbers of the training; the files hold them in float16. The rounding, at most 2^-11 of each weight, is
    // passed on from layer to layer: lora-reference prints its effect, 0.002 of predictions that the LoRA changes by 2 and more.
    private const double TrainedTolerance = 5e-3;

    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "Adapters", "lora-reference.safetensors");

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(0.6, "0.6")]
    [InlineData(1.0, "1.0")]
    public void Run_BundledLora_EqualsTheModelMergedInPyTorch(double scale, string name)
    {
        using SafetensorsFile reference = SafetensorsFile.Open(File);

        float[] predicted = Predict(reference, scale);

        Near.Absolute("stored", reference.ReadFloats($"stored {name}"), predicted, StoredTolerance);
        Near.Absolute("trained", reference.ReadFloats($"trained {name}"), predicted, TrainedTolerance);
    }

    // By far more than the tolerances, so that a change that was not applied, or with the other strength, cannot pass.
    [Theory]
    [InlineData(0.0, "0.6")]
    [InlineData(0.0, "1.0")]
    [InlineData(0.6, "1.0")]
    public void Run_OtherStrength_IsFarFromTheModelMergedInPyTorch(double scale, string name)
    {
        using SafetensorsFile reference = SafetensorsFile.Open(File);

        float[] predicted = Predict(reference, scale);

        double furthest = reference.ReadFloats($"trained {name}").Zip(predicted, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(furthest > 20 * TrainedTolerance, $"Differs by {furthest} only.");
    }

    // One run for each timestep, as the pipeline loads and calls the network.
    private static float[] Predict(SafetensorsFile reference, double scale)
    {
        ModelAdapters adapters = scale == 0 ? new() : new() { Loras = [new(ShapesModelFolder.HollowLora, scale)] };
        using PipelineComponents model = PipelineComponents.Load(
            ModelFolder.Open(ShapesModelFolder.Path), OnnxDevice.Open(new() { Threads = 1 }), adapters);
        int[] sample = [.. reference.Tensors["sample"].Shape.Select(size => (int)size)];
        int[] texts = [.. reference.Tensors["encoder_hidden_states"].Shape.Select(size => (int)size)];
        UnetShape shape = new(sample[0], new(sample[1], sample[2], sample[3]), sample[1], texts[1], texts[2]);
        using UnetCall call = model.Unet.CreateCall(shape);
        using RunScope scope = new(CancellationToken.None);
        reference.ReadFloats("encoder_hidden_states").CopyTo(call.Embeddings);
        call.CommitConstants();

        List<float> predicted = [];
        foreach (float timestep in reference.ReadFloats("timesteps"))
        {
            reference.ReadFloats("sample").CopyTo(call.Sample);
            call.Run(timestep, scope);
            predicted.AddRange(call.Output);
        }

        return [.. predicted];
    }
}
