namespace SdFleet.Diffusion.Noise;

/// <summary>The numbers of PyTorch's CUDA generator, <c>torch.Generator("cuda").manual_seed(seed)</c>, computed on the CPU.</summary>
/// <remarks>
/// Each GPU thread has its own Philox stream, and what a value is depends on which thread makes it. As long as a call asks for no more
/// values than the GPU has threads, that is the value's place, on every GPU. Beyond that, a thread makes several values, and the numbers
/// depend on the GPU: its multiprocessors times the threads of one. Without that number this behaves like a GPU that is large enough, as
/// AUTOMATIC1111's "NV" noise does.
/// </remarks>
public sealed class TorchCudaGenerator : NoiseGenerator
{
    private const int BlockSize = 256;
    private const int NormalsPerCounter = 4;
    private const double Scale = 1.0 / (1UL << 32);
    private const float TwoPi = (float)(2 * Math.PI);

    private readonly ulong _seed;
    private readonly int _threadCapacity;

    /// <param name="seed">What <c>manual_seed</c> takes.</param>
    /// <param name="threadCapacity">
    /// The GPU's number of multiprocessors times its threads a multiprocessor, such as 84 x 1536 for an RTX A6000; a multiple of 256.
    /// Default: no limit.
    /// </param>
    /// <exception cref="ArgumentException">The capacity is not a positive multiple of 256.</exception>
    public TorchCudaGenerator(ulong seed, int? threadCapacity = null)
    {
        if (threadCapacity is { } capacity && (capacity <= 0 || capacity % BlockSize != 0))
        {
            throw new ArgumentException(
                $"A thread capacity of {capacity} is not a positive multiple of {BlockSize}.", nameof(threadCapacity));
        }

        _seed = seed;
        _threadCapacity = threadCapacity ?? int.MaxValue - BlockSize + 1;
    }

    /// <summary>How far the streams of all threads have advanced, in counters of four values.</summary>
    public ulong Offset { get; private set; }

    /// <inheritdoc/>
    public override void Randn(Span<float> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        int blocks = (destination.Length - 1) / BlockSize + 1;
        int threads = (int)Math.Min((long)blocks * BlockSize, _threadCapacity);
        long perCounter = (long)threads * NormalsPerCounter;
        for (long first = 0; first < destination.Length; first += perCounter, Offset++)
        {
            Span<float> rest = destination[(int)first..];
            int busy = Math.Min(threads, rest.Length);
            for (int thread = 0; thread < busy; thread++)
            {
                MakeNormals(thread, threads, rest);
            }
        }
    }

    /// <summary>The four normals of one thread at one counter, each as many places on as there are threads.</summary>
    private void MakeNormals(int thread, int threads, Span<float> destination)
    {
        (uint x, uint y, uint z, uint w) = Philox.Generate(_seed, Offset, (ulong)thread);
        (double sin, double cos) = BoxMuller(x, y);
        destination[thread] = (float)sin;
        Put(destination, thread + (long)threads, cos);
        if (thread + 2L * threads < destination.Length)
        {
            (sin, cos) = BoxMuller(z, w);
            Put(destination, thread + 2L * threads, sin);
            Put(destination, thread + 3L * threads, cos);
        }
    }

    private static void Put(Span<float> destination, long index, double value)
    {
        if (index < destination.Length)
        {
            destination[(int)index] = (float)value;
        }
    }

    private static (double Sin, double Cos) BoxMuller(uint a, uint b)
    {
        // The half added keeps the uniform off 0, so that the logarithm is finite.
        double radius = Math.Sqrt(-2 * Math.Log(a * Scale + Scale / 2));
        (double sin, double cos) = Math.SinCos((b * Scale + Scale / 2) * TwoPi);
        return (radius * sin, radius * cos);
    }
}
