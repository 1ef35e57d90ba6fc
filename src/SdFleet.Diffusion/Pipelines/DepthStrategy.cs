using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Pipelines;

/// <summary>Image to image with a model whose U-Net is also given how near everything is.</summary>
internal sealed class DepthStrategy(GenerationContext context) : ImageToImageStrategy(context)
{
    private readonly GenerationContext _context = context;
    private readonly LatentShape _shape = context.Shape;
    private readonly IReadOnlyList<GenerationTask> _tasks = context.Tasks;
    private float[] _channels = [];

    public override ReadOnlySpan<float> ExtraChannels => _channels;

    public override int Prepare(Scheduler scheduler, BatchNoise noise, Span<float> latents)
    {
        int plane = _shape.Height * _shape.Width;
        _channels = new float[_tasks.Count * plane];
        for (int i = 0; i < _tasks.Count; i++)
        {
            Span<float> depth = _channels.AsSpan(i * plane, plane);
            DepthMap map = _tasks[i].DepthMap ?? _context.Components.Depth!.Estimate(_tasks[i].InitImage!, _context.Scope);
            BicubicResize.Resize(map.Values, map.Width, map.Height, depth, _shape.Width, _shape.Height);
            Normalize(depth, nameof(GenerationTask.DepthMap));
        }

        return base.Prepare(scheduler, noise, latents);
    }

    /// <summary>Stretches depths to -1 to 1: the unit does not count.</summary>
    private void Normalize(Span<float> depth, string field)
    {
        float min = float.PositiveInfinity, max = float.NegativeInfinity;
        foreach (float value in depth)
        {
            min = MathF.Min(min, value);
            max = MathF.Max(max, value);
        }

        // Nothing to stretch gives 0 / 0 in diffusers, and an image of nothing.
        if (!float.IsFinite(max - min) || max == min)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"{field} is {min} to {max} at {_shape.Width}x{_shape.Height}; the depths must differ, by a finite number."),
                field);
        }

        foreach (ref float value in depth)
        {
            value = (2 * (value - min) / (max - min)) - 1;
        }
    }
}
