namespace SdFleet.JobStore;

/// <summary>Which of a tenant's uploaded pictures are needed yet.</summary>
/// <param name="HasUnreadLines">Whether a batch of the tenant's has lines that are no jobs yet: those may name any picture.</param>
/// <param name="Sha256">What its jobs name that have not come to their end: the SHA-256 of the pictures' files, lower-case hex.</param>
public sealed record InputsInUse(bool HasUnreadLines, IReadOnlySet<string> Sha256);
