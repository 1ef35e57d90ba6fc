using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SdFleet.Benchmarks;

/// <summary>
/// A batch whose pictures cost nothing, from its file to an audited WebDataset, by the programs that its users run: how long, how much
/// memory each takes, and whether one more job costs the same in a large batch as in a small one.
/// </summary>
internal static class DatasetBenchmark
{
    private const int First = 1000;
    private const double MostGrowth = 1.2;

    /// <param name="program">The <c>sdfleet</c> program.</param>
    /// <param name="most">The largest batch; the smaller ones are a thousand jobs and each ten times as many.</param>
    /// <returns>
    /// Whether what one more job takes grew by no more than a fifth, from the step before the last to the last. Steps are compared, not
    /// averages: what does not depend on the number of jobs would make any average fall. True where there are fewer than two steps.
    /// </returns>
    public static async Task<bool> RunAsync(string program, int most)
    {
        Console.WriteLine("| jobs | submitted and made | exported | audited | jobs a second | most memory: fleet | submit | export | audit |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        var times = new List<(int Jobs, double Seconds)>();
        for (var jobs = Math.Min(First, most); jobs <= most; jobs *= 10)
        {
            times.Add((jobs, await MeasureAsync(program, jobs)));
        }

        if (times.Count < 3)
        {
            Console.WriteLine($"Growth: not judged, as that takes three sizes: {First}, {First * 10} and {First * 100} jobs.");
            return true;
        }

        var (before, last) = (Marginal(times[^3], times[^2]), Marginal(times[^2], times[^1]));
        Console.WriteLine(FormattableString.Invariant(
            $"One more job takes {last * 1000:F2} ms from {times[^2].Jobs} to {times[^1].Jobs}, {last / before:F2} times what it takes from {times[^3].Jobs} to {times[^2].Jobs}; {MostGrowth} is the limit."));
        return last <= before * MostGrowth;
    }

    // Seconds that one job more takes.
    private static double Marginal((int Jobs, double Seconds) from, (int Jobs, double Seconds) to) =>
        (to.Seconds - from.Seconds) / (to.Jobs - from.Jobs);

    private static async Task<double> MeasureAsync(string program, int jobs)
    {
        var folder = Directory.CreateTempSubdirectory("sdfleet-bench-").FullName;
        try
        {
            var file = Path.Combine(folder, "prompts.jsonl");
            await File.WriteAllLinesAsync(file, Enumerable.Range(1, jobs).Select(i => $"{{\"prompt\":\"picture {i}\",\"seed\":{i}}}"));
            var (data, export, server) = (Path.Combine(folder, "data"), Path.Combine(folder, "set"), $"http://127.0.0.1:{FreePort()}");
            using var fleet = MeasuredProgram.Start(program, "up", "--data", data, "--urls", server);
            Ignore(fleet);
            string id;
            TimeSpan made;
            long submitMemory, fleetMemory;
            try
            {
                await UntilUpAsync(server, fleet);
                string output;
                (made, submitMemory, output) = await MeasuredProgram.RunAsync(
                    program, "batch", "submit", file, "--steps", "1", "--watch", "--server", server);
                id = output.Split('\n')[0].Trim();
                fleetMemory = ProcessMemory.Peak(fleet.Id);
            }
            finally
            {
                fleet.Kill();
                await fleet.WaitForExitAsync();
            }

            string[] batch = ["--data", data, "--batch", id];
            var (exported, exportMemory, _) = await MeasuredProgram.RunAsync(program, ["dataset", "export", .. batch, "--format", "webdataset", "--out", export]);
            var (audited, auditMemory, report) = await MeasuredProgram.RunAsync(program, ["dataset", "audit", .. batch, "--export", export]);
            if (!report.StartsWith(string.Create(CultureInfo.InvariantCulture, $"complete: {jobs} requested, {jobs} records, {jobs} right"), StringComparison.Ordinal))
            {
                throw new InvalidOperationException(report);
            }

            var all = (made + exported + audited).TotalSeconds;
            Console.WriteLine(FormattableString.Invariant(
                $"| {jobs} | {made.TotalSeconds:F1} s | {exported.TotalSeconds:F1} s | {audited.TotalSeconds:F1} s | {jobs / all:F0} | {Mb(fleetMemory)} | {Mb(submitMemory)} | {Mb(exportMemory)} | {Mb(auditMemory)} |"));
            return all;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Ignore(Process process)
    {
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static async Task UntilUpAsync(string server, Process fleet)
    {
        using var client = new HttpClient();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(new Uri(server + "/health/ready"), deadline.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!fleet.HasExited)
            {
                // Not yet.
            }

            await Task.Delay(100, deadline.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Mb(long bytes) => FormattableString.Invariant($"{bytes / 1e6:F0} MB");
}
