using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Contracts.Batches;

namespace SdFleet.Contracts.Identity;

/// <summary>Tells whether two batches under one id ask for the same thing.</summary>
public static class BatchDigest
{
    /// <summary>SHA-256 over everything that a client says of a batch, lower-case hex. When it was submitted does not count.</summary>
    public static string Of(SubmitBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var json = JsonSerializer.SerializeToUtf8Bytes(batch with { SubmittedAt = default }, ContractsJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(json));
    }
}
