namespace SdFleet.Cli.Batches.Specification;

/// <summary>Digests for people.</summary>
internal static class Digest
{
    private const int ShownLength = 12;

    /// <summary>Its beginning, which tells it from others.</summary>
    public static string Short(string digest) => digest.Length <= ShownLength ? digest : digest[..ShownLength] + "…";
}
