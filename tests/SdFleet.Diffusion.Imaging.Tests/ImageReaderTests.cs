using SdFleet.Diffusion.Imaging.Native;

namespace SdFleet.Diffusion.Imaging.Tests;

public class ImageReaderTests
{
    private const int JpegTolerance = 6;

    private static readonly byte[] Red = [255, 0, 0], Green = [0, 255, 0], Blue = [0, 0, 255], White = [255, 255, 255];

    public static TheoryData<string, byte[]> Files() => new()
    {
        { "PNG", PngWriter.ToArray(Quarters()) },
        { "JPEG", TestCodecs.Jpeg(Quarters()) },
        { "JPEG", TestCodecs.Jpeg(Quarters(), TestCodecs.Samples420, progressive: true) },
        { "WebP", TestCodecs.WebP(Quarters(), lossless: true) },
        { "WebP", TestCodecs.WebP(Quarters(), lossless: false) },
    };

    // Where the stored picture's top left and top right come to lie, by the table of EXIF 2.3: t(op), b(ottom), l(eft), r(ight).
    public static TheoryData<int, string, string> Orientations() => new()
    {
        { 1, "tl", "tr" }, { 2, "tr", "tl" }, { 3, "br", "bl" }, { 4, "bl", "br" },
        { 5, "tl", "bl" }, { 6, "tr", "br" }, { 7, "br", "tr" }, { 8, "bl", "tl" },
    };

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void Read_AnyFormat_GivesItsColors(string format, byte[] file)
    {
        RgbImage image = ImageReader.Read(file);

        Assert.True((image.Width, image.Height) == (48, 32), format);
        AssertCorners(image, Red, Green, Blue, White);
        using MemoryStream stream = new(file);
        Assert.Equal(image.Pixels.ToArray(), ImageReader.Read(stream).Pixels.ToArray());
    }

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void Read_LargerThanTheLimits_SaysWhich(string format, byte[] file)
    {
        Assert.Equal(48, ImageReader.Read(file, new() { MaxPixels = 48 * 32, MaxSide = 48 }).Width);
        Assert.Contains($"{format} file is 48x32, more than the limit of 1535 pixels", Refusal(file, new() { MaxPixels = 1535 }));
        Assert.Contains($"{format} file is 48x32, with a side above the limit of 47 pixels", Refusal(file, new() { MaxSide = 47 }));
        using MemoryStream stream = new(file);
        InvalidDataException error = Assert.Throws<InvalidDataException>(
            () => ImageReader.Read(stream, new() { MaxFileBytes = file.Length - 1 }));
        Assert.Contains($"larger than the limit of {file.Length - 1} bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void Read_CutFile_IsRefusedAndNotShownInPart(string format, byte[] file)
    {
        foreach (int length in (int[])[16, file.Length / 2, file.Length * 3 / 4])
        {
            Assert.Contains($"{format} file", Refusal(file[..length]));
        }
    }

    [Fact]
    public void Read_Jpeg_ReadsTheSizeBeforeTheDamage()
    {
        byte[] file = TestCodecs.Jpeg(Quarters());
        int frame = Enumerable.Range(0, file.Length).First(i => file[i] == 0xFF && file[i + 1] == 0xC0);
        (file[frame + 5], file[frame + 6], file[frame + 7], file[frame + 8]) = (0xFF, 0xDC, 0xFF, 0xDC);

        Assert.Contains("65500x65500, with a side above", Refusal(file));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("GIF89a", "neither PNG, JPEG nor WebP; it begins with 474946383961")]
    public void Read_OtherFormat_SaysHowItBegins(string text, string expected) =>
        Assert.Contains(expected, Refusal(System.Text.Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Read_Animation_IsRefused() => Assert.Contains("is an animation", Refusal(TestCodecs.AnimatedWebP(16, 16)));

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Read_OrientedJpeg_IsTurnedUpright(int orientation, string topLeft, string topRight)
    {
        byte[] upright = TestCodecs.Jpeg(Quarters());
        foreach (bool littleEndian in (bool[])[true, false])
        {
            RgbImage image = ImageReader.Read(TestCodecs.WithOrientation(upright, orientation, littleEndian));

            Assert.Equal(orientation >= 5 ? (32, 48) : (48, 32), (image.Width, image.Height));
            AssertColor(Red, Corner(image, topLeft));
            AssertColor(Green, Corner(image, topRight));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Read_OrientationThatThereIsNot_IsLeftAlone(int orientation)
    {
        RgbImage image = ImageReader.Read(TestCodecs.WithOrientation(TestCodecs.Jpeg(Quarters()), orientation, littleEndian: true));

        AssertCorners(image, Red, Green, Blue, White);
    }

    [Fact]
    public void Read_CmykJpeg_IsConverted()
    {
        // Inverted: 255 is no ink. Cyan alone takes the red away, black alone all.
        byte[] inks = [.. Enumerable.Repeat((byte[])[0, 255, 255, 255], 128).Concat(Enumerable.Repeat((byte[])[255, 255, 255, 0], 128)).SelectMany(i => i)];
        byte[] file = TestCodecs.CmykJpeg(inks, 16, 16);

        RgbImage image = ImageReader.Read(file);

        AssertColor([0, 255, 255], Corner(image, "tl"));
        AssertColor([0, 0, 0], Corner(image, "bl"));
    }

    public static TheoryData<string, byte[], byte[]> PngColors() => new()
    {
        { "gray", TestPng.Build(1, 1, TestPng.Gray, 8, [77]), [77, 77, 77] },
        { "1 bit", TestPng.Build(1, 1, TestPng.Gray, 1, [0x80]), [255, 255, 255] },
        { "16 bits", TestPng.Build(1, 1, TestPng.Gray, 16, [0x4D, 0xFF]), [0x4D, 0x4D, 0x4D] },
        { "palette", TestPng.Build(1, 1, TestPng.Palette, 8, [1], [9, 9, 9, 1, 2, 3]), [1, 2, 3] },
        { "palette, transparent", TestPng.Build(1, 1, TestPng.Palette, 8, [0], [10, 20, 30], [0]), [255, 255, 255] },
        { "one color transparent", TestPng.Build(1, 1, TestPng.Rgb, 8, [1, 2, 3], null, [0, 1, 0, 2, 0, 3]), [255, 255, 255] },
        { "another color transparent", TestPng.Build(1, 1, TestPng.Rgb, 8, [1, 2, 4], null, [0, 1, 0, 2, 0, 3]), [1, 2, 4] },
        { "gray and opacity", TestPng.Build(1, 1, TestPng.GrayAlpha, 8, [0, 51]), [204, 204, 204] },
        { "color and opacity", TestPng.Build(1, 1, TestPng.Rgba, 8, [255, 0, 0, 51]), [255, 204, 204] },
        { "16 bits and opacity", TestPng.Build(1, 1, TestPng.Rgba, 16, [255, 0, 0, 0, 0, 0, 255, 255]), [255, 0, 0] },
        { "WebP", TestCodecs.TransparentWebP([255, 0, 0, 51], 1, 1, lossless: true), [255, 204, 204] },
    };

    [Theory]
    [MemberData(nameof(PngColors), DisableDiscoveryEnumeration = true)]
    public void Read_AnyPixels_AreRgbOnWhite(string kind, byte[] file, byte[] expected) =>
        Assert.True(ImageReader.Read(file).Pixels.SequenceEqual(expected), kind + Convert.ToHexString(ImageReader.Read(file).Pixels));

    [Fact]
    public void ReadGray_TransparentPixel_IsBlack()
    {
        Assert.Equal([51], ImageReader.ReadGray(TestPng.Build(1, 1, TestPng.GrayAlpha, 8, [255, 51])).Pixels.ToArray());
        Assert.Equal([76], ImageReader.ReadGray(TestPng.Build(1, 1, TestPng.Rgb, 8, [255, 0, 0])).Pixels.ToArray());
    }

    [Fact]
    public void ReadDepth_SixteenBits_KeepsThem()
    {
        DepthMap deep = ImageReader.ReadDepth(TestPng.Build(2, 1, TestPng.Gray, 16, [0x12, 0x34, 0x12, 0x35]));
        DepthMap flat = ImageReader.ReadDepth(TestPng.Build(2, 1, TestPng.Gray, 8, [1, 2]));

        Assert.Equal([0x1234, 0x1235], deep.Values.ToArray());
        Assert.Equal([1, 2], flat.Values.ToArray());
        Assert.Throws<InvalidDataException>(
            () => ImageReader.ReadDepth(TestPng.Build(2, 1, TestPng.Gray, 16, [1, 2, 3, 4]), new() { MaxPixels = 1 }));
    }

    [Fact]
    public void FirstCall_LibraryIsMissing_NamesThePackage()
    {
        foreach (NativeCodec codec in (NativeCodec[])[NativeCodec.Png, NativeCodec.Jpeg, NativeCodec.WebP])
        {
            PlatformNotSupportedException error = Assert.Throws<PlatformNotSupportedException>(
                () => codec.FirstCall<int>(() => throw new DllNotFoundException()));

            Assert.Equal($"Reading {codec.Format} needs {codec.Library} (Debian and Ubuntu: package {codec.Package}).", error.Message);
        }
    }

    private static string Refusal(byte[] file, ImageLimits? limits = null) =>
        Assert.Throws<InvalidDataException>(() => ImageReader.Read(file, limits)).Message;

    // Red, green, blue and white quarters.
    private static RgbImage Quarters()
    {
        RgbImage image = new(48, 32);
        for (int i = 0; i < 48 * 32; i++)
        {
            byte[] color = (i % 48 < 24, i / 48 < 16) switch
            {
                (true, true) => Red,
                (false, true) => Green,
                (true, false) => Blue,
                _ => White,
            };
            color.CopyTo(image.Pixels[(i * 3)..]);
        }

        return image;
    }

    private static void AssertCorners(RgbImage image, byte[] topLeft, byte[] topRight, byte[] bottomLeft, byte[] bottomRight)
    {
        AssertColor(topLeft, Corner(image, "tl"));
        AssertColor(topRight, Corner(image, "tr"));
        AssertColor(bottomLeft, Corner(image, "bl"));
        AssertColor(bottomRight, Corner(image, "br"));
    }

    private static byte[] Corner(RgbImage image, string name)
    {
        int x = name[1] == 'l' ? 4 : image.Width - 5, y = name[0] == 't' ? 4 : image.Height - 5;
        return image.Row(y).Slice(x * 3, 3).ToArray();
    }

    private static void AssertColor(byte[] expected, byte[] actual) =>
        Assert.True(
            expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() <= JpegTolerance,
            $"expected {Convert.ToHexString(expected)}, found {Convert.ToHexString(actual)}");
}
