namespace SdFleet.Diffusion.Imaging.Native;

/// <summary>A library that the system provides, for one image format.</summary>
/// <param name="Format">The format, for messages.</param>
/// <param name="Library">The library.</param>
/// <param name="Package">Debian's and Ubuntu's package that has it.</param>
internal sealed record NativeCodec(string Format, string Library, string Package)
{
    public static NativeCodec Png { get; } = new("PNG", "libspng", "libspng0");

    public static NativeCodec Jpeg { get; } = new("JPEG", "libturbojpeg", "libturbojpeg0");

    public static NativeCodec WebP { get; } = new("WebP", "libwebp", "libwebp7");

    /// <summary>Makes the first call into the library, which loads it.</summary>
    /// <exception cref="PlatformNotSupportedException">It is not installed.</exception>
    public T FirstCall<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (DllNotFoundException error)
        {
            throw new PlatformNotSupportedException($"Reading {Format} needs {Library} (Debian and Ubuntu: package {Package}).", error);
        }
    }
}
