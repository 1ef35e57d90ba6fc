using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// Stable Diffusion's safety checker as diffusers exports it: says whether an image shows what it should not. Safe for use from several
/// threads.
/// </summary>
internal sealed class SafetyChecker : IDisposable
{
    private readonly OnnxSession _session;
    private readonly ClipImages _images;
    private readonly OnnxTensorSpec _clip;
    private readonly OnnxTensorSpec? _whole;
    private readonly OnnxTensorSpec _verdict;

    public SafetyChecker(OnnxSession session, ClipImages images)
    {
        OnnxRoles roles = new(session, "a safety checker");
        _session = session;
        _images = images;
        _clip = roles.Input("float clip_input of rank 4", s => s.IsFloat && s.Rank == 4, "clip_input");
        _whole = roles.OptionalInput("images", "float images of rank 4", s => s.IsFloat && s.Rank == 4);
        _verdict = roles.Output(
            "has_nsfw_concepts, a truth value an image,", s => s.Type == TensorElementType.Bool && s.Rank == 1, "has_nsfw_concepts");
        roles.RefuseOtherInputs();
    }

    /// <summary>Whether the checker objects to an image.</summary>
    public bool Objects(RgbImage image, RunScope scope)
    {
        using OnnxTensor clip = new(_clip.Type, 1, RgbImage.Channels, _images.Side, _images.Side);
        _images.Write(image, clip.Values);
        clip.Commit();
        Dictionary<string, OrtValue> inputs = new() { [_clip.Name] = clip.Value };

        // The model blanks these itself, in its other output; pixel by pixel, 0 to 1.
        using OnnxTensor? whole = _whole is null ? null : new(_whole.Type, 1, image.Height, image.Width, RgbImage.Channels);
        if (whole is not null)
        {
            Span<float> values = whole.Values;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = image.Pixels[i] / (float)byte.MaxValue;
            }

            whole.Commit();
            inputs.Add(_whole!.Name, whole.Value);
        }

        using OnnxResult result = _session.Run(inputs, _verdict, scope);
        return result.Flags[0];
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();
}
