using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using SdFleet.Storage.Blobs;

namespace SdFleet.Storage.Trees;

/// <summary>
/// A lease on an empty blob, renewed as long as it is held. One whose holder was killed ends by itself within a minute.
/// </summary>
internal sealed class BlobLock : IFileTreeLock
{
    /// <summary>The longest that the service gives.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    // How long after the last renewal the lock counts as lost: well before somebody else may have it.
    private static readonly TimeSpan Patience = Lease * 0.75;
    private static readonly TimeSpan MinPatience = TimeSpan.FromSeconds(1);

    private readonly BlockBlobClient _blob;
    private readonly BlobLeaseClient _lease;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewal;

    private BlobLock(BlockBlobClient blob, BlobLeaseClient lease)
    {
        (_blob, _lease) = (blob, lease);
        _renewal = RenewAsync();
    }

    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lock, or gives null where somebody has it.</summary>
    public static async Task<BlobLock?> TryTakeAsync(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await blob.UploadAsync(Stream.Null, options, cancellationToken);
        }
        catch (RequestFailedException failed) when (failed.Status is 409 or 412)
        {
            // It is there, as it should be.
        }

        try
        {
            var lease = blob.GetBlobLeaseClient();
            await lease.AcquireAsync(Lease, cancellationToken: cancellationToken);
            return new BlobLock(blob, lease);
        }
        catch (RequestFailedException failed) when (failed.Is(BlobErrorCode.LeaseAlreadyPresent) || failed.Is(BlobErrorCode.BlobNotFound))
        {
            // Somebody has it, or has just deleted it.
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewal;
        try
        {
            // With the blob: a dataset has no lock file when nobody works on it.
            await _blob.DeleteAsync(conditions: new BlobRequestConditions { LeaseId = _lease.LeaseId });
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            // It ends by itself.
        }

        _released.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        var last = Stopwatch.GetTimestamp();
        while (true)
        {
            // The client's own tries would outlast the lease.
            using var late = CancellationTokenSource.CreateLinkedTokenSource(_released.Token);
            try
            {
                var left = Patience - Stopwatch.GetElapsedTime(last);
                await Task.Delay(left < Lease / 4 ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : Lease / 4, _released.Token);
                var begun = Stopwatch.GetTimestamp();
                left = Patience - Stopwatch.GetElapsedTime(last);
                late.CancelAfter(left > MinPatience ? left : MinPatience);
                await _lease.RenewAsync(cancellationToken: late.Token);
                last = begun;
            }
            catch (OperationCanceledException) when (_released.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
            {
                // It may be a passing trouble as long as the lease lasts; not where somebody else has it.
                if (e is RequestFailedException { Status: 409 or 412 or 404 } || late.IsCancellationRequested || Stopwatch.GetElapsedTime(last) >= Patience)
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
    }
}
