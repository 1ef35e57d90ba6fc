namespace SdFleet.Storage;

/// <summary>What <see cref="IArtifactStore.PutAsync"/> did.</summary>
/// <param name="Created">True where the artifact was stored; false where one of that name was there, which is unchanged.</param>
/// <param name="Sha256">SHA-256 of what is there now, lower-case hex.</param>
/// <param name="Length">Length in bytes of what is there now.</param>
public sealed record PutResult(bool Created, string Sha256, long Length);
