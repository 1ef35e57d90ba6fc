using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Identity;

/// <summary>Tells whether two submissions under one id ask for the same thing.</summary>
public static class JobDigest
{
    /// <summary>
    /// SHA-256 over tenant, lane, number of pictures, recipe and webhook, lower-case hex. When it was submitted does not count. A
    /// webhook does: who gives another one under the same id is told so, and does not wait for calls that never come.
    /// </summary>
    public static string Of(ResolvedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new { job.Tenant, job.Lane, job.Images, job.Recipe, job.Webhook }, ContractsJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(json));
    }
}
