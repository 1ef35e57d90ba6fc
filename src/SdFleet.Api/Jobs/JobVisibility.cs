using System.Security.Claims;
using SdFleet.Hosting.Authentication;
using SdFleet.JobStore;

namespace SdFleet.Api.Jobs;

/// <summary>Which jobs a caller may know of: with keys, those of its tenant; without, all, as only this machine asks.</summary>
internal static class JobVisibility
{
    public static async Task<JobSnapshot?> FindVisibleJobAsync(
        this IJobStore store, Guid id, ClaimsPrincipal caller, ApiKeyRequirement keys, CancellationToken cancellationToken)
    {
        var job = await store.FindJobAsync(id, cancellationToken);
        return job is not null && (!keys.IsRequired || job.Tenant == caller.Tenant()) ? job : null;
    }
}
