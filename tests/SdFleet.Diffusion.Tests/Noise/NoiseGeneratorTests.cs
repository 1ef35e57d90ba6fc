using SdFleet.Diffusion.Noise;

namespace SdFleet.Diffusion.Tests.Noise;

public class NoiseGeneratorTests
{
    private const int LatentLength = 4 * 64 * 64;

    [Theory]
    [InlineData(NoiseSource.Cpu)]
    [InlineData(NoiseSource.Cuda)]
    public void Randn_ManyValues_AreFiniteUnitGaussians(NoiseSource source)
    {
        float[] values = new float[1_000_003];
        NoiseGenerator.Create(source, 7).Randn(values);

        Assert.True(Array.TrueForAll(values, float.IsFinite));
        Assert.Equal(0, values.Average(), 0.005);
        Assert.Equal(1, values.Average(value => value * value), 0.005);
    }

    [Theory]
    [InlineData(NoiseSource.Cpu)]
    [InlineData(NoiseSource.Cuda)]
    public void Randn_SameSeedAndCalls_GivesSameBits(NoiseSource source)
    {
        NoiseGenerator first = NoiseGenerator.Create(source, ulong.MaxValue), second = NoiseGenerator.Create(source, ulong.MaxValue);
        foreach (int length in (int[])[LatentLength, 3, 0, 5, 16, 100])
        {
            Assert.Equal(Draw(first, length), Draw(second, length));
        }
    }

    [Fact]
    public void Cpu_SeedsThatAgreeInTheirLowerHalf_AreTheSame() => Assert.Equal(
        Draw(new TorchCpuGenerator(5), 64),
        Draw(new TorchCpuGenerator(5 + (1UL << 32)), 64));

    [Fact]
    public void Cuda_SeedsThatAgreeInTheirLowerHalf_Differ() => Assert.NotEqual(
        Draw(new TorchCudaGenerator(5), 64),
        Draw(new TorchCudaGenerator(5 + (1UL << 32)), 64));

    [Fact]
    public void Cuda_UpToItsThreads_DoesNotDependOnTheGpu() => Assert.Equal(
        Draw(new TorchCudaGenerator(5), LatentLength),
        Draw(new TorchCudaGenerator(5, 84 * 1536), LatentLength));

    [Theory]
    [InlineData(0)]
    [InlineData(-256)]
    [InlineData(1000)]
    public void Cuda_ImpossibleCapacity_IsRefused(int capacity) =>
        Assert.Throws<ArgumentException>("threadCapacity", () => new TorchCudaGenerator(0, capacity));

    [Fact]
    public void Create_UnknownSource_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseGenerator.Create((NoiseSource)9, 0));

    [Fact]
    public void Randint_EmptyRange_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TorchCpuGenerator(0).Randint(3, 3, new long[1]));

    private static float[] Draw(NoiseGenerator generator, int length)
    {
        float[] values = new float[length];
        generator.Randn(values);
        return values;
    }
}
