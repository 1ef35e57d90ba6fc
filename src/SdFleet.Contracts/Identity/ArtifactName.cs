using System.Globalization;

namespace SdFleet.Contracts.Identity;

/// <summary>Names of artifacts: a function of the job and the picture's index, so that every attempt writes the same name.</summary>
public static class ArtifactName
{
    /// <summary>What the names of everything of batches begin with, before a slash.</summary>
    public const string Batches = "batches";

    /// <summary>What the names of all uploaded pictures begin with, before a slash.</summary>
    public const string Inputs = "inputs";

    private const string SourceEnding = ".source";
    private const string PicturesEnding = ".pictures";
    private const long BatchFolderLines = 10_000;
    private const string DrawMark = "-r";
    private const string Extension = ".png";

    /// <summary>Folder of a job that belongs to no batch: the day it was submitted, in UTC.</summary>
    public static string DayFolder(DateTimeOffset submittedAt) =>
        submittedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>
    /// Folder of a batch's job: below the batch's own, ten thousand lines each, as neither a file system nor a listing likes a
    /// million files in one.
    /// </summary>
    public static string BatchFolder(Guid batch, long line) =>
        string.Create(CultureInfo.InvariantCulture, $"{BatchRoot(batch)}/images/{(line - 1) / BatchFolderLines:D6}");

    /// <summary>
    /// A part of a batch's source, by its number from 0. The tenant is in the name, so that nobody can put a part where a
    /// stranger's batch looks for it.
    /// </summary>
    public static string ForBatchPart(string tenant, Guid batch, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{BatchPartPrefix(tenant, batch)}{number:D6}.jsonl");

    /// <summary>What the names of a batch's parts begin with.</summary>
    public static string BatchPartPrefix(string tenant, Guid batch) => $"{BatchRoot(batch)}/{tenant}{SourceEnding}/";

    /// <summary>What the names of the files of a batch's export begin with, before a slash.</summary>
    public static string ExportRoot(Guid batch, string name) => $"{BatchRoot(batch)}/exports/{name}";

    /// <summary>
    /// A picture that a tenant uploaded for its jobs, by the SHA-256 of its file. The tenant is in the name, so that a job reaches only
    /// what its own tenant has.
    /// </summary>
    public static string ForInput(string tenant, string sha256) => InputPrefix(tenant) + sha256;

    /// <summary>What the names of a tenant's uploaded pictures begin with.</summary>
    public static string InputPrefix(string tenant) => $"{Inputs}/{tenant}{PicturesEnding}/";

    /// <summary>Whose pictures a folder below <see cref="Inputs"/> holds; null where it holds something else.</summary>
    public static string? TenantOfInputs(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.EndsWith(PicturesEnding, StringComparison.Ordinal) ? folder[..^PicturesEnding.Length] : null;
    }

    /// <summary><c>folder/job-index.png</c>; where it was drawn again, <c>folder/job-index-rN.png</c>.</summary>
    /// <param name="folder">The job's folder.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="index">The picture's place within the job, from 0.</param>
    /// <param name="draw">Which draw it is, from 0: two attempts whose scores differ in the last bits may keep different ones.</param>
    public static string ForImage(string folder, Guid jobId, int index, int draw = 0) => draw == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{folder}/{jobId:D}-{index}.png")
        : string.Create(CultureInfo.InvariantCulture, $"{folder}/{jobId:D}-{index}{DrawMark}{draw}.png");

    /// <summary>The name that the first draw of the same picture has.</summary>
    public static string OfFirstDraw(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var mark = name.LastIndexOf(DrawMark, StringComparison.Ordinal);
        if (mark < 0 || !name.EndsWith(Extension, StringComparison.Ordinal))
        {
            return name;
        }

        var digits = name.AsSpan(mark + DrawMark.Length, name.Length - mark - DrawMark.Length - Extension.Length);
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') ? name[..mark] + Extension : name;
    }

    /// <summary>What the names of everything of a batch begin with, before a slash.</summary>
    public static string BatchRoot(Guid batch) => $"{Batches}/{batch:D}";

    /// <summary>Whether a name is one of a part of a batch's source.</summary>
    public static bool IsBatchPart(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split('/') is [Batches, var batch, var source, _] && Guid.TryParseExact(batch, "D", out _) && source.EndsWith(SourceEnding, StringComparison.Ordinal);
    }
}
