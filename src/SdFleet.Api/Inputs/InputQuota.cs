using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.Storage;

namespace SdFleet.Api.Inputs;

/// <summary>
/// How much of its quota of uploaded pictures a tenant has used. Counted in the artifact store once a minute at most, and by what comes in
/// here meanwhile: several API processes may let in what each of them takes in a minute beyond it.
/// </summary>
internal sealed class InputQuota(IArtifactStore artifacts, IOptions<ApiOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Recount = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Usage> _tenants = new(StringComparer.Ordinal);

    /// <summary>Takes room for a picture.</summary>
    /// <returns>Null where there is room; what is wrong where there is none, and then nothing is taken.</returns>
    public async Task<string?> TakeAsync(string tenant, int bytes, CancellationToken cancellationToken)
    {
        var usage = _tenants.GetOrAdd(tenant, _ => new Usage());
        await usage.Gate.WaitAsync(cancellationToken);
        try
        {
            if (usage.CountedAt is not { } counted || clock.GetElapsedTime(counted) >= Recount)
            {
                (usage.Pictures, usage.Bytes) = (0, 0);
                usage.CountedAt = null;
                await foreach (var input in artifacts.ListAsync(ArtifactName.InputPrefix(tenant), cancellationToken))
                {
                    usage.Pictures++;
                    usage.Bytes += input.Length;
                }

                usage.CountedAt = clock.GetTimestamp();
            }

            var limits = options.Value;
            if (usage.Pictures >= limits.MaxInputs || usage.Bytes + bytes > limits.MaxInputBytes)
            {
                return FormattableString.Invariant(
                    $"Tenant {tenant} keeps {usage.Pictures} pictures of {usage.Bytes} bytes in all, and this one has {bytes}: at most {limits.MaxInputs} pictures of {limits.MaxInputBytes} bytes in all are kept. ") +
                    "Those that no job names for a while are removed (SdFleet:Inputs:Keep).";
            }

            usage.Pictures++;
            usage.Bytes += bytes;
            return null;
        }
        finally
        {
            usage.Gate.Release();
        }
    }

    /// <summary>Gives the room back: the picture was there before, or was not stored.</summary>
    public async Task GiveBackAsync(string tenant, int bytes)
    {
        var usage = _tenants.GetOrAdd(tenant, _ => new Usage());
        await usage.Gate.WaitAsync();
        usage.Pictures--;
        usage.Bytes -= bytes;
        usage.Gate.Release();
    }

    private sealed class Usage
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public long? CountedAt { get; set; }

        public long Pictures { get; set; }

        public long Bytes { get; set; }
    }
}
