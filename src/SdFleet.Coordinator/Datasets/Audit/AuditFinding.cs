namespace SdFleet.Coordinator.Datasets.Audit;

/// <summary>Something that is wrong.</summary>
/// <param name="Fault">What.</param>
/// <param name="Image">With which picture; null where it is none of the batch's.</param>
/// <param name="Detail">More, for people.</param>
public sealed record AuditFinding(AuditFault Fault, ImageKey? Image, string Detail)
{
    /// <summary>Whether making the picture again mends it. The other faults are mended in the manifest, or by deleting.</summary>
    public bool IsRepairable => Image is not null && Fault is
        AuditFault.MissingRecord or AuditFault.MissingArtifact or AuditFault.TruncatedArtifact or AuditFault.WrongArtifact or AuditFault.WrongJob;

    public override string ToString() => $"{Image?.ToString() ?? "no picture"}: {Fault}{(Detail.Length > 0 ? $" ({Detail})" : "")}";
}
