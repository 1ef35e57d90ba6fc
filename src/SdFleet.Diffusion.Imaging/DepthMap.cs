using System.Globalization;

namespace SdFleet.Diffusion.Imaging;

/// <summary>
/// How near each point of an image is, as a depth estimator such as MiDaS gives it: larger is nearer, in any unit. It may have another size
/// than the image.
/// </summary>
public sealed class DepthMap
{
    private readonly float[] _values;

    /// <summary>A map over values that are already there; they are not copied.</summary>
    /// <param name="width">Columns, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="height">Rows, 1 to <see cref="RgbImage.MaxSide"/>.</param>
    /// <param name="values">Exactly width × height finite numbers, rows from the top.</param>
    public DepthMap(int width, int height, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int expected = RgbImage.CountValues(width, height, channels: 1);
        if (values.Length != expected)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A {width}x{height} depth map has {expected} values, not {values.Length}."),
                nameof(values));
        }

        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            string where = string.Create(CultureInfo.InvariantCulture, $"({wrong % width}, {wrong / width})");
            throw new ArgumentException($"The depth at {where} is {values[wrong]}; it must be finite.", nameof(values));
        }

        Width = width;
        Height = height;
        _values = values;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>All values, row after row.</summary>
    public ReadOnlySpan<float> Values => _values;
}
