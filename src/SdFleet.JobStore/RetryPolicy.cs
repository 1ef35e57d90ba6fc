using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SdFleet.JobStore;

/// <summary>Whether and when a job is tried again.</summary>
public sealed record RetryPolicy
{
    /// <summary>
    /// From the attempt with about this number on, one that is given back because the artifact store is away counts as evicted. With what
    /// workers wait for the store, and the longest wait between attempts, that is more than a week: an outage is nobody's failure, and a job
    /// that should bring it about itself comes to an end all the same.
    /// </summary>
    internal const int MaxOutages = 1000;

    /// <summary>The failure with this number is the last. Default 3.</summary>
    public int MaxFailures { get; init; } = 3;

    /// <summary>
    /// The eviction with this number is the last: the job is suspected of killing its workers, or of what keeps them from storing it for more
    /// than a week. Default 10.
    /// </summary>
    public int MaxEvictions { get; init; } = 10;

    /// <summary>Wait after the first failure; doubles with each one. Default 2 seconds.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait. Default 5 minutes.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Part of the wait that is spread, 0 to 1, so that jobs that failed together do not come back together. Default 0.5.</summary>
    public double Jitter { get; init; } = 0.5;

    /// <summary>Wait after failure number <paramref name="failures"/> of a job, counted from 1.</summary>
    public TimeSpan DelayAfterFailure(int failures, Guid jobId, int attempt) =>
        Delay(failures, jobId, attempt);

    /// <summary>
    /// Wait after eviction number <paramref name="evictions"/>, counted from 1. The first one costs nothing, as nothing is
    /// wrong with a job whose worker was drained; a job that is evicted again and again waits like one that fails.
    /// </summary>
    public TimeSpan DelayAfterEviction(int evictions, Guid jobId, int attempt) =>
        evictions <= 1 ? TimeSpan.Zero : Delay(evictions - 1, jobId, attempt);

    /// <summary>Wait after the <paramref name="outages"/>th attempt, counted from 1, that was given back because the artifact store is away.</summary>
    public TimeSpan DelayAfterOutage(int outages, Guid jobId, int attempt) => Delay(outages, jobId, attempt);

    private TimeSpan Delay(int number, Guid jobId, int attempt)
    {
        // 2^30 base delays are far beyond any maximum; a larger exponent would only overflow.
        var full = Math.Min(BaseDelay.TotalSeconds * Math.Pow(2, Math.Clamp(number - 1, 0, 30)), MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(full * (1 - Math.Clamp(Jitter, 0, 1) * Spread(jobId, attempt)));
    }

    // Derived, not random: the same attempt waits equally long however often its failure is processed.
    private static double Spread(Guid jobId, int attempt)
    {
        Span<byte> key = stackalloc byte[20];
        jobId.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key[16..], attempt);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }
}
