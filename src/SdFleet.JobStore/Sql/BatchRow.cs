using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.JobStore.Sql;

/// <summary>What decides whether and how a batch may change.</summary>
internal sealed record BatchRow(long Seq, BatchState State, bool Paused, long LinesRead, long BadLines, long? MaxBadLines, Guid Id, string Tenant, Webhook? Webhook);
