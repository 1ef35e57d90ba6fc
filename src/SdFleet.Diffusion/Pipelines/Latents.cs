namespace SdFleet.Diffusion.Pipelines;

/// <summary>An image as the model's autoencoder has it: what the U-Net works on.</summary>
public sealed class Latents
{
    private readonly float[] _values;

    /// <summary>Latents over values that are already there; they are not copied.</summary>
    /// <param name="channels">Channels, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="values">Exactly channels × height × width numbers: plane by plane, row by row.</param>
    public Latents(int channels, int height, int width, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != (long)channels * height * width)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Latents of {channels}x{height}x{width} have {(long)channels * height * width} values, not {values.Length}."),
                nameof(values));
        }

        Channels = channels;
        Height = height;
        Width = width;
        _values = values;
    }

    /// <summary>Channels: 4 in Stable Diffusion.</summary>
    public int Channels { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>All values, plane by plane, row by row.</summary>
    public ReadOnlySpan<float> Values => _values;
}
