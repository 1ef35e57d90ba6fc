using System.Security.Claims;
using SdFleet.Api.Problems;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Batches;

/// <summary>Which batches a caller may know of: with keys, those of its tenant; without, all, as only this machine asks.</summary>
internal static class BatchVisibility
{
    public static async Task<BatchSnapshot?> FindVisibleBatchAsync(
        this IJobStore store, Guid id, ClaimsPrincipal caller, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        var batch = await store.FindBatchAsync(id, cancellationToken);
        return batch is not null && (!keys.IsRequired || batch.Batch.Tenant == caller.Tenant()) ? batch : null;
    }

    public static Problem NotFound(Guid id) => Problem.Of(
        StatusCodes.Status404NotFound,
        $"There is no batch {id} here. A batch that was just submitted may take a moment until it is admitted: ask again.");
}
