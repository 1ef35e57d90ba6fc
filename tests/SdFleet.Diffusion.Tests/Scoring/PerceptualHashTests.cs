using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Scoring;

namespace SdFleet.Diffusion.Tests.Scoring;

public sealed class PerceptualHashTests
{
    // 32 bits set: half of the frequencies are above the median.
    private const ulong Pattern = 0xB2A5_5A3C_96E1_4D0F;

    [Fact]
    public void Of_AnImageMadeOfKnownFrequencies_HasTheirSignsAsBits()
    {
        Assert.Equal(32, System.Numerics.BitOperations.PopCount(Pattern));

        Assert.Equal(Pattern, PerceptualHash.Of(OfFrequencies(Pattern)).Bits);
        Assert.Equal("b2a55a3c96e14d0f", PerceptualHash.Of(OfFrequencies(Pattern)).ToString());
    }

    [Fact]
    public void Of_TheSameImageScaledAndDimmed_IsNear()
    {
        RgbImage image = OfFrequencies(Pattern);
        RgbImage large = ImageResize.Resize(image, 200, 120);
        for (int i = 0; i < large.Pixels.Length; i++)
        {
            large.Pixels[i] = (byte)((large.Pixels[i] * 0.8) + 10);
        }

        Assert.InRange(PerceptualHash.Of(image).DistanceTo(PerceptualHash.Of(large)), 0, 3);
    }

    [Fact]
    public void Of_ImagesOfDifferentThings_IsFarApart()
    {
        Random random = new(7);
        PerceptualHash[] hashes = [.. Enumerable.Range(0, 20).Select(_ => PerceptualHash.Of(Noise(random)))];
        foreach ((int i, PerceptualHash hash) in hashes.Index())
        {
            Assert.All(hashes[..i], other => Assert.InRange(hash.DistanceTo(other), 12, 52));
        }
    }

    [Theory]
    [InlineData(0, "0000000000000000")]
    [InlineData(77, "8000000000000000")]
    [InlineData(255, "8000000000000000")]
    public void Of_AnImageOfOneColor_HasNothingButItsBrightness(byte level, string expected)
    {
        RgbImage image = new(50, 40);
        image.Pixels.Fill(level);

        Assert.Equal(expected, PerceptualHash.Of(image).ToString());
    }

    [Fact]
    public void DistanceTo_HashesThatDifferInThreeBits_IsThree() =>
        Assert.Equal(3, new PerceptualHash(0b1011).DistanceTo(new PerceptualHash(0b1100)));

    // The inverse of what is hashed: each of the 64 lowest frequencies is there with its bit as its sign.
    private static RgbImage OfFrequencies(ulong bits)
    {
        RgbImage image = new(32, 32);
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 32; x++)
            {
                double value = 128;
                for (int place = 1; place < 64; place++)
                {
                    (int v, int u) = Math.DivRem(place, 8);
                    double sign = (bits >> (63 - place) & 1) == 1 ? 1 : -1;

                    // A frequency of 0 in one direction counts twice in the transform of a cosine.
                    double weight = u == 0 || v == 0 ? 2.5 : 5;
                    value += sign * weight * Math.Cos(Math.PI * ((2 * x) + 1) * u / 64) * Math.Cos(Math.PI * ((2 * y) + 1) * v / 64);
                }

                byte level = (byte)Math.Clamp(Math.Round(value), 0, 255);
                for (int channel = 0; channel < RgbImage.Channels; channel++)
                {
                    image.Pixels[(((y * 32) + x) * RgbImage.Channels) + channel] = level;
                }
            }
        }

        return image;
    }

    private static RgbImage Noise(Random random)
    {
        RgbImage small = new(8, 8);
        random.NextBytes(small.Pixels);
        return ImageResize.Resize(small, 64, 64);
    }
}
