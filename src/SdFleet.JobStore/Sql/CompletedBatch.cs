using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore.Sql;

/// <summary>A batch that has just been marked as completed, and whom to tell.</summary>
internal sealed record CompletedBatch(long Seq, Guid Id, string Tenant, Webhook? Webhook);
