using System.Buffers.Binary;
using System.Globalization;
using Xunit.Abstractions;

namespace SdFleet.Diffusion.Imaging.Tests;

/// <summary>
/// Damaged files by the thousand: each must end as an image within the limits or as <see cref="InvalidDataException"/>, with little memory
/// taken. Anything else, a crash of the process included, fails. The same files each time.
/// </summary>
[Collection(nameof(FuzzCollection))]
public class ImageReaderFuzzTests(ITestOutputHelper output)
{
    private const int Files = 20_000;

    // Of managed memory. A pixel may cost 10 bytes (CMYK, RGB, and RGB upright); the rest is for exceptions and their texts.
    private const int MostBytesACall = (10 * MaxPixels) + (96 << 10);
    private const int MaxPixels = 96 * 96, MaxSide = 128;
    private const long MostGrowth = 64L << 20;

    private static readonly ImageLimits Limits = new() { MaxPixels = MaxPixels, MaxSide = MaxSide };

    [Fact]
    public void Read_MutatedPng_IsAnImageOrInvalidData() => Fuzz(
        [
            PngWriter.ToArray(Picture(32, 24), new PngText("parameters", "a cat"), new PngText("Title", "Katze: \u732B")),
            TestPng.Build(16, 16, TestPng.Palette, 8, Bytes(256, below: 4), Bytes(12), Bytes(4)),
            TestPng.Build(24, 16, TestPng.Gray, 16, Bytes(24 * 16 * 2), transparency: [1, 2]),
            TestPng.Build(16, 16, TestPng.Rgba, 8, Bytes(16 * 16 * 4)),
            TestPng.Build(32, 16, TestPng.Gray, 1, Bytes(4 * 16)),
        ],
        (file, random) =>
        {
            if (random.Next(4) == 0 && file.Length > 24)
            {
                // Width or height in the header.
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16 + (4 * random.Next(2))), AnySize(random));
            }

            // Else most would end at a wrong checksum.
            if (random.Next(4) != 0)
            {
                TestPng.RepairChecksums(file);
            }
        });

    [Fact]
    public void Read_MutatedJpeg_IsAnImageOrInvalidData() => Fuzz(
        [
            TestCodecs.Jpeg(Picture(32, 24), TestCodecs.Samples420),
            TestCodecs.Jpeg(Picture(16, 16), TestCodecs.SamplesGray),
            TestCodecs.Jpeg(Picture(24, 32), TestCodecs.Samples420, progressive: true),
            TestCodecs.WithOrientation(TestCodecs.Jpeg(Picture(48, 16)), 6, littleEndian: false),
            TestCodecs.CmykJpeg(Bytes(16 * 16 * 4), 16, 16),
        ],
        (file, random) =>
        {
            int frame = Enumerable.Range(0, Math.Max(file.Length - 8, 0)).FirstOrDefault(i => file[i] == 0xFF && file[i + 1] is 0xC0 or 0xC2);
            if (random.Next(4) == 0 && frame > 0)
            {
                BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(frame + 5 + (2 * random.Next(2))), (short)AnySize(random));
            }
        });

    [Fact]
    public void Read_MutatedWebP_IsAnImageOrInvalidData() => Fuzz(
        [
            TestCodecs.WebP(Picture(32, 24), lossless: true),
            TestCodecs.WebP(Picture(32, 24), lossless: false),
            TestCodecs.TransparentWebP(Bytes(16 * 16 * 4), 16, 16, lossless: true),
            TestCodecs.TransparentWebP(Bytes(16 * 16 * 4), 16, 16, lossless: false),
            TestCodecs.AnimatedWebP(16, 16),
        ],
        (file, random) =>
        {
            if (random.Next(4) == 0 && file.Length > 30)
            {
                // Width and height stand at 24 and 27 of the extended format, from 21 on in the lossless and at 26 and 28 in the lossy one.
                BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(random.Next(21, 29)), (short)AnySize(random));
            }
        });

    private void Fuzz(byte[][] originals, Action<byte[], Random> finish)
    {
        Random random = new(20_261_121);
        int images = 0, refusals = 0;
        foreach (byte[] original in originals[..^1])
        {
            _ = ImageReader.Read(original, Limits);
        }

        GC.Collect();
        ResetPeak();
        long before = ReadStatus("VmRSS");
        for (int i = 0; i < Files; i++)
        {
            byte[] file = Mutate(originals, random);
            finish(file, random);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Size size = (i % 8) switch
                {
                    0 => Of(ImageReader.ReadGray(file, Limits)),
                    1 => Of(ImageReader.ReadDepth(file, Limits)),
                    _ => Of(ImageReader.Read(file, Limits)),
                };
                Assert.InRange(size.Width, 1, MaxSide);
                Assert.InRange(size.Height, 1, MaxSide);
                Assert.InRange(size.Width * size.Height, 1, MaxPixels);
                images++;
            }
            catch (InvalidDataException)
            {
                refusals++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MostBytesACall);
        }

        long growth = ReadStatus("VmHWM") - before;
        output.WriteLine($"{images} images, {refusals} refusals; memory grew by at most {growth >> 10} KiB");

        // Else the damage is such that it tests nothing.
        Assert.True(images > Files / 50 && refusals > Files / 50, $"{images} images, {refusals} refusals");
        Assert.InRange(growth, long.MinValue, MostGrowth);
    }

    private static byte[] Mutate(byte[][] originals, Random random)
    {
        byte[] original = originals[random.Next(originals.Length)];
        byte[] file = [.. original];
        switch (random.Next(5))
        {
            case 0:
                file = file[..random.Next(file.Length)];
                break;
            case 1:
                // The beginning of one and the end of another, at the same place or not.
                byte[] other = originals[random.Next(originals.Length)];
                file = [.. file[..random.Next(file.Length)], .. other[random.Next(other.Length)..]];
                break;
            case 2:
                int from = random.Next(file.Length), length = random.Next(1, 17);
                file = random.Next(2) == 0
                    ? [.. file[..from], .. Bytes(length, seed: random.Next()), .. file[from..]]
                    : [.. file[..from], .. file[Math.Min(from + length, file.Length)..]];
                break;
            case 3:
                for (int count = random.Next(1, 5); count > 0; count--)
                {
                    file[random.Next(file.Length)] = (byte)random.Next(256);
                }

                break;
            default:
                for (int count = random.Next(1, 9); count > 0; count--)
                {
                    file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
                }

                break;
        }

        return file;
    }

    // Now and then what the limits let through.
    private static int AnySize(Random random) => random.Next(3) == 0 ? random.Next(MaxSide + 2) : random.Next();

    private static RgbImage Picture(int width, int height)
    {
        RgbImage image = new(width, height);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(128 + (100 * Math.Sin(i * 0.07)));
        }

        return image;
    }

    private static byte[] Bytes(int count, int below = 256, int seed = 3)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(below))];
    }

    private static Size Of(RgbImage image) => new(image.Width, image.Height);

    private static Size Of(GrayImage image) => new(image.Width, image.Height);

    private static Size Of(DepthMap map) => new(map.Width, map.Height);

    /// <summary>Makes the process's peak of memory count from now (proc(5), clear_refs).</summary>
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static long ReadStatus(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private readonly record struct Size(int Width, int Height);
}
