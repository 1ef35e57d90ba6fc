using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Imaging;

/// <summary>A canvas around an image: what is in it where the image is not, and where it is new.</summary>
internal sealed class OutpaintingCanvas(RgbImage image, int left, int top, int right, int bottom)
{
    // Enough grain for a model to paint details on, in 8-bit levels; reached so many pixels from the image.
    private const float Grain = 20;
    private const float GrainDistance = 16;

    // So that the grain is not the noise that the generation of the same seed begins with.
    private const ulong GrainSeed = 0x6F7574_7061696E;

    /// <summary>Columns.</summary>
    public int Width { get; } = left + image.Width + right;

    /// <summary>Rows.</summary>
    public int Height { get; } = top + image.Height + bottom;

    /// <summary>
    /// The image on the canvas. Beyond it stands the mean color of its nearest part, a square that reaches half as far into the image as
    /// the pixel is away from it: the edge's own colors beside it and their mean further out, without the streaks of a repeated edge. Grain
    /// lies over it.
    /// </summary>
    /// <param name="seed">The grain's seed.</param>
    public RgbImage Fill(ulong seed)
    {
        RgbImage canvas = new(Width, Height);
        NoiseGenerator random = NoiseGenerator.Create(NoiseSource.Cpu, seed ^ GrainSeed);
        float[] grain = new float[Width * RgbImage.Channels];
        PixelSums sums = new(image);
        for (int y = 0; y < Height; y++)
        {
            random.Randn(grain);
            Span<byte> row = canvas.Row(y);
            int nearestY = Math.Clamp(y - top, 0, image.Height - 1);
            for (int x = 0; x < Width; x++)
            {
                int nearestX = Math.Clamp(x - left, 0, image.Width - 1);
                int distance = Math.Max(Math.Abs(x - left - nearestX), Math.Abs(y - top - nearestY));
                float amount = Grain * Math.Min(distance / GrainDistance, 1);
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    int i = (x * RgbImage.Channels) + channel;
                    double mean = sums.Mean(nearestX, nearestY, distance / 2, channel);
                    row[i] = (byte)Math.Clamp(Math.Round(mean + (amount * grain[i])), byte.MinValue, byte.MaxValue);
                }
            }
        }

        return canvas;
    }

    /// <summary>White where the canvas is new, black where the image stays, and a straight fall over the feather in the image.</summary>
    /// <param name="feather">Pixels of the image beside a side that grows; 0 for none.</param>
    public GrayImage Mask(int feather)
    {
        GrayImage mask = new(Width, Height);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                // Pixels to what is new, below 1 in it; sides that do not grow are as far as can be.
                int inside = Math.Min(
                    Math.Min(Distance(x - left, left), Distance(left + image.Width - 1 - x, right)),
                    Math.Min(Distance(y - top, top), Distance(top + image.Height - 1 - y, bottom)));
                double share = inside < 1 ? 1 : 1 - ((double)inside / (feather + 1));
                mask.Pixels[(y * Width) + x] = (byte)Math.Round(Math.Max(share, 0) * byte.MaxValue);
            }
        }

        return mask;
    }

    private static int Distance(int position, int grown) => grown > 0 ? position + 1 : int.MaxValue;
}
