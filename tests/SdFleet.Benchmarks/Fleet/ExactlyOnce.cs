using System.Security.Cryptography;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>Whether every job that was submitted is there once, completed, with one picture whose file is what its record says.</summary>
internal static class ExactlyOnce
{
    /// <summary>Prints what is wrong.</summary>
    /// <returns>Whether nothing is.</returns>
    public static async Task<bool> HoldsAsync(StoreCounts store, IReadOnlySet<Guid> submitted, string images)
    {
        var jobs = await store.ReadJobsAsync();
        var lost = submitted.Except(jobs.Where(j => j.State == "completed").Select(j => j.Id)).Count();
        var strange = jobs.Count(j => !submitted.Contains(j.Id));
        var doubled = jobs.Count - jobs.Select(j => j.Id).Distinct().Count();
        var wrong = jobs.Count(j => j.Artifact is null || !IsStored(Path.Combine(images, j.Artifact), j.Sha256));
        var named = jobs.Select(j => j.Artifact).ToHashSet(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(images, "*.png", SearchOption.AllDirectories).Count();
        var holds = lost + strange + doubled + wrong == 0 && files == named.Count;
        Console.WriteLine();
        Console.WriteLine(
            $"{submitted.Count} submitted: {lost} not completed, {doubled} twice, {strange} that nobody submitted; {files} files, {files - named.Count} too many, {wrong} missing or not what the record says. {(holds ? "Exactly once." : "NOT EXACTLY ONCE.")}");
        return holds;
    }

    private static bool IsStored(string file, string? sha256) =>
        File.Exists(file) && Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) == sha256;
}
