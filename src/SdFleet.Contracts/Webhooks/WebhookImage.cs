namespace SdFleet.Contracts.Webhooks;

/// <summary>A finished picture, as a webhook names it.</summary>
/// <param name="Index">Its place in the job, from 0; <c>GET /v1/jobs/ID/images/INDEX</c> has the file.</param>
/// <param name="Artifact">Its name in the artifact store.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hex.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Seed">Its seed.</param>
public sealed record WebhookImage(int Index, string Artifact, string Sha256, long Bytes, long Seed);
