namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>Decodes WebP files with libwebp.</summary>
internal static unsafe class WebPDecoder
{
    private const int RgbaChannels = 4;

    // VP8StatusCode, in its order.
    private static readonly string[] Reasons =
    [
        "no error", "not enough memory", "a wrong call", "it is damaged", "it uses what is not supported", "it is cut off", "it was stopped",
        "it is cut off",
    ];

    public static RgbImage Decode(ReadOnlySpan<byte> bytes, ImageLimits limits, byte background)
    {
        fixed (byte* file = bytes)
        {
            nuint size = (nuint)bytes.Length;
            WebP.Features features = ReadFeatures(file, size);
            limits.Check("WebP", features.Width, features.Height);
            if (features.HasAnimation != 0)
            {
                throw new InvalidDataException("The WebP file is an animation; a still image is expected.");
            }

            RgbImage image = new(features.Width, features.Height);
            if (features.HasAlpha == 0)
            {
                fixed (byte* pixels = image.Pixels)
                {
                    int rowBytes = image.Width * RgbImage.Channels;
                    Check(WebP.DecodeRgb(file, size, pixels, (nuint)image.Pixels.Length, rowBytes));
                }

                return image;
            }

            byte[] layered = new byte[RgbImage.CountValues(image.Width, image.Height, RgbaChannels)];
            fixed (byte* pixels = layered)
            {
                Check(WebP.DecodeRgba(file, size, pixels, (nuint)layered.Length, image.Width * RgbaChannels));
            }

            AlphaComposite.Over(layered, background, image.Pixels);
            return image;
        }
    }

    private static WebP.Features ReadFeatures(byte* file, nuint size)
    {
        WebP.Features features = default;
        WebP.Features* target = &features;
        int status = NativeCodec.WebP.FirstCall(() => WebP.ReadFeatures(file, size, target, WebP.AbiVersion));
        return status == 0
            ? features
            : throw new InvalidDataException($"The WebP file cannot be read: {Reasons.ElementAtOrDefault(status) ?? "it is damaged"}.");
    }

    // The decoder does not say why.
    private static void Check(byte* result)
    {
        if (result is null)
        {
            throw new InvalidDataException("The WebP file cannot be read: it is damaged or cut off.");
        }
    }
}
