using Microsoft.Extensions.Options;
using SdFleet.Contracts.Identity;
using SdFleet.JobStore;
using SdFleet.Storage;

namespace SdFleet.Coordinator.Inputs;

/// <summary>
/// Removes uploaded pictures that are old and that nobody uses: no job that has not come to its end, and no line of a batch that is no job
/// yet. A picture is as old as its upload, or as the last job that named it: whoever admits a job, or makes a batch's lines jobs, renews its
/// pictures first, and one that was renewed is not removed. So a job that is submitted just then either renews a picture before it would be
/// removed, or is told that it is not there. Of a batch that comes just then, or a job that was admitted while the artifact store did not
/// answer, an old picture may go that was looked at a moment before: its job then fails, and says which picture it was.
/// </summary>
internal sealed partial class UnusedInputs(
    IJobStore store, IArtifactStore artifacts, IOptions<InputOptions> options, TimeProvider clock, ILogger<UnusedInputs> logger)
{
    // What is in use is asked for again after so many: it is a matter of seconds until they are removed.
    private const int AtOnce = 200;

    /// <summary>Looks at the pictures of all tenants once.</summary>
    /// <returns>How many it has removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        await foreach (var folder in artifacts.ListFoldersAsync(ArtifactName.Inputs, cancellationToken).ConfigureAwait(false))
        {
            if (ArtifactName.TenantOfInputs(folder) is { } tenant)
            {
                removed += await SweepAsync(tenant, cancellationToken).ConfigureAwait(false);
            }
        }

        return removed;
    }

    private async Task<int> SweepAsync(string tenant, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - options.Value.Keep;
        var prefix = ArtifactName.InputPrefix(tenant);
        var old = await artifacts.ListAsync(prefix, cancellationToken).Where(i => i.ModifiedAt <= before).ToListAsync(cancellationToken).ConfigureAwait(false);
        var (removed, bytes) = (0, 0L);
        foreach (var some in old.Chunk(AtOnce))
        {
            // Whatever becomes a job from here on has renewed its pictures, or does so before it is one.
            var used = await store.FindInputsInUseAsync(tenant, cancellationToken).ConfigureAwait(false);
            if (used.HasUnreadLines)
            {
                break;
            }

            foreach (var input in some)
            {
                if (used.Sha256.Contains(input.Name[prefix.Length..]))
                {
                    await artifacts.RenewAsync(input.Name, before, cancellationToken).ConfigureAwait(false);
                }
                else if (await artifacts.RemoveAsync(input.Name, before, cancellationToken).ConfigureAwait(false))
                {
                    removed++;
                    bytes += input.Length;
                }
            }
        }

        if (removed > 0)
        {
            LogRemoved(removed, bytes, tenant, before);
            CoordinatorMetrics.UnusedInputs.Add(removed);
        }

        return removed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Pictures} uploaded pictures ({Bytes} bytes) of tenant {Tenant}, which nobody has used since {Before}")]
    private partial void LogRemoved(int pictures, long bytes, string tenant, DateTimeOffset before);
}
