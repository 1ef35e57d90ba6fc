using System.Globalization;

namespace SdFleet.Contracts.Identity;

/// <summary>Names of artifacts: a function of the job and the picture's index, so that every attempt writes the same name.</summary>
public static class ArtifactName
{
    /// <summary>Folder of a job that belongs to no batch: the day it was submitted, in UTC.</summary>
    public static string DayFolder(DateTimeOffset submittedAt) =>
        submittedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>folder/job-index.png</c>.</summary>
    public static string ForImage(string folder, Guid jobId, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}/{jobId:D}-{index}.png");
}
