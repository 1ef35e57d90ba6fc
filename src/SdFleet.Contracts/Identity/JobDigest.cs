using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Identity;

/// <summary>Tells whether two submissions under one id ask for the same thing.</summary>
public static class JobDigest
{
    /// <summary>SHA-256 over tenant, lane, number of pictures and recipe, lower-case hex. When it was submitted does not count.</summary>
    public static string Of(ResolvedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new { job.Tenant, job.Lane, job.Images, job.Recipe }, ContractsJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(json));
    }
}
