using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Identity;

/// <summary>Ids that follow from what they name, so that doing a thing twice makes one thing (RFC 9562, version 5).</summary>
public static class DerivedId
{
    private static readonly Guid IdempotencyNamespace = new("5d8f6a52-2f3f-5a5e-9c1b-7f3f0d0c6b01");
    private static readonly Guid BatchLineNamespace = new("5d8f6a52-2f3f-5a5e-9c1b-7f3f0d0c6b02");
    private static readonly Guid WebhookNamespace = new("5d8f6a52-2f3f-5a5e-9c1b-7f3f0d0c6b77");

    /// <summary>Job id of a tenant's Idempotency-Key.</summary>
    public static Guid FromIdempotencyKey(string tenant, string key) =>
        Version5(IdempotencyNamespace, $"{tenant}\n{key}");

    /// <summary>Job id of one line of a batch.</summary>
    public static Guid FromBatchLine(Guid batch, long line) =>
        Version5(BatchLineNamespace, string.Create(null, $"{batch:D}\n{line}"));

    /// <summary>Id of the delivery that tells of a job's end, or of a batch's; each has one end, so one is enough.</summary>
    public static Guid ForWebhook(WebhookSubject subject, Guid id) =>
        Version5(WebhookNamespace, $"{(subject == WebhookSubject.Batch ? "batch" : "job")}\n{id:D}");

    /// <summary>A seed in 0..2^32-1 that follows from the job's id: a job without a seed still makes the same pictures at every attempt.</summary>
    public static long SeedFor(Guid jobId)
    {
        Span<byte> bytes = stackalloc byte[16];
        jobId.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    /// <summary>UUID version 5: SHA-1 of the namespace's bytes and the UTF-8 name.</summary>
    public static Guid Version5(Guid @namespace, string name)
    {
        var data = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        @namespace.TryWriteBytes(data, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, data.AsSpan(16));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 here; it names things, it protects nothing.
        SHA1.HashData(data, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
