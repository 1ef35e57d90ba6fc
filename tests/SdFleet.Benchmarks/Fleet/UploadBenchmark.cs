using System.Diagnostics;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>
/// A file of very many lines submitted to an API and a coordinator in processes of their own: how long until it is taken, and how much
/// memory each process had, then and while the lines become jobs behind it.
/// </summary>
internal static class UploadBenchmark
{
    private const double Megabyte = 1e6;
    private const double MostClient = 100 * Megabyte;
    private const double MostServer = 200 * Megabyte;

    private static readonly TimeSpan Expansion = TimeSpan.FromSeconds(60);

    /// <param name="program">The <c>sdfleet</c> program.</param>
    /// <param name="lines">Lines of the file.</param>
    /// <returns>Whether the client kept within 100 MB and each server within 200 MB.</returns>
    public static async Task<bool> RunAsync(string program, int lines)
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-bench-").FullName;
        try
        {
            var file = Path.Combine(folder, "prompts.jsonl");
            await File.WriteAllLinesAsync(file, Enumerable.Range(1, lines).Select(i =>
                $"{{\"prompt\":\"picture {i} of a long list, with a subject, a style and a light\",\"seed\":{i}}}"));
            await using var site = await FleetSite.CreateAsync();
            await site.StartCoordinatorAsync();
            await site.StartApiAsync();
            await site.UntilPoliciesAsync();
            Print($"{lines} lines, {new FileInfo(file).Length / Megabyte:F0} MB; before: API {Peak(site.Api.Id):F0} MB, coordinator {Peak(site.Coordinator.Id):F0} MB");

            var (time, client, _) = await MeasuredProgram.RunAsync(program, "batch", "submit", file, "--server", site.Api.Address!.AbsoluteUri);
            Print($"submitted in {time.TotalSeconds:F1} s; most memory: client {client / Megabyte:F0} MB, API {Peak(site.Api.Id):F0} MB, coordinator {Peak(site.Coordinator.Id):F0} MB");

            var clock = Stopwatch.StartNew();
            long jobs;
            while ((jobs = await site.Store.AdmittedAsync()) < lines && clock.Elapsed < Expansion)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }

            var (api, coordinator) = (Peak(site.Api.Id), Peak(site.Coordinator.Id));
            Print($"{jobs} of them are jobs {clock.Elapsed.TotalSeconds:F1} s later; most memory: API {api:F0} MB, coordinator {coordinator:F0} MB");
            return client <= MostClient && Math.Max(api, coordinator) * Megabyte <= MostServer;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Peak(int process) => ProcessMemory.Peak(process) / Megabyte;

    private static void Print(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
