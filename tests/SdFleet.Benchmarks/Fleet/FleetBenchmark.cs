using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using SdFleet.Cli.Soak;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>
/// What the fleet costs beside the pictures: jobs whose model computes nothing, on real RabbitMQ and PostgreSQL and separate
/// processes, from submission to completion. What is in the rows also says where the time goes.
/// </summary>
internal static class FleetBenchmark
{
    private const int WarmUp = 2000;
    private const int Clients = 16;
    private const int MemoryJobs = 4000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);

    /// <param name="jobs">Jobs of each phase.</param>
    /// <param name="backlog">Most jobs that wait while memory is looked at; 0 leaves that out.</param>
    /// <returns>Whether every job was completed exactly once.</returns>
    public static async Task<bool> RunAsync(int jobs, long backlog)
    {
        await using var site = await FleetSite.CreateAsync();
        await using var submitter = new Submitter(site.Host.Uri);
        Console.WriteLine(
            $"{Environment.ProcessorCount} cores; PostgreSQL {(Environment.GetEnvironmentVariable("SDFLEET_DEV_FAST") == "1" ? "does not wait" : "waits")} for the disk; artifacts are kept {(FleetSite.InMemory ? "in memory" : "on the disk")}; one coordinator, {FleetSite.Workers} workers.");
        await site.StartCoordinatorAsync();
        await site.UntilPoliciesAsync();
        await site.StartWorkersAsync();
        await submitter.SubmitAsync(WarmUp);
        await UntilAsync(site.Store.CompletedAsync, WarmUp);

        Phase.PrintHead();
        var phases = new List<Phase>
        {
            await AdmitAsync(site, submitter, jobs),
            await WorkOffAsync(site, jobs),
            await EndToEndAsync(site, "end to end", jobs, () => submitter.SubmitAsync(jobs)),
        };
        await site.StartApiAsync();
        var few = Math.Max(1, jobs / 10);
        phases.Add(await EndToEndAsync(site, "end to end, by HTTP", few, () => PostAsync(site, submitter, few)));
        if (await site.Store.StatementsAsync() > 0)
        {
            Console.WriteLine();
            Console.WriteLine("Where PostgreSQL's time went:");
            foreach (var line in await site.Store.SlowestAsync(8))
            {
                Console.WriteLine($"  {line}");
            }
        }

        var holds = await ExactlyOnce.HoldsAsync(site.Store, submitter.Submitted, site.Images);
        Console.WriteLine();
        var celery = await CeleryRun.RunAsync(site, jobs);
        if (celery is { } rate)
        {
            Print($"Fleet / Celery, jobs that wait already: {phases[1].Rate / rate:F2} (release to completed, two worker processes, their start included / from Celery's two started worker processes to the last result)");
            Print($"Fleet / Celery, submission included: {phases[2].Rate / rate:F2} (end to end / the same of Celery, whose submission is not in it)");
        }

        await MemoryAsync(site, submitter, backlog);
        Console.WriteLine();
        Print($"admitted: {phases[0].Rate:F0} jobs/s (wanted 3000); end to end: {phases[2].Rate:F0} jobs/s (wanted 2000)");
        return holds;
    }

    // Into a queue whose coordinator stands still, and then at once.
    private static async Task<Phase> AdmitAsync(FleetSite site, Submitter submitter, int jobs)
    {
        await site.StopWorkersAsync();
        var there = await site.Store.AdmittedAsync();
        site.Coordinator.Pause();
        await submitter.SubmitAsync(jobs);
        return await MeasureAsync(site, "admission", jobs, () =>
        {
            site.Coordinator.Resume();
            return UntilAsync(site.Store.AdmittedAsync, there + jobs);
        });
    }

    // What was admitted, by workers that come now: their start is in it.
    private static async Task<Phase> WorkOffAsync(FleetSite site, int jobs)
    {
        var there = await site.Store.CompletedAsync();
        return await MeasureAsync(site, "release to completed", jobs, async () =>
        {
            await site.StartWorkersAsync();
            await UntilAsync(site.Store.CompletedAsync, there + jobs);
        });
    }

    private static async Task<Phase> EndToEndAsync(FleetSite site, string name, int jobs, Func<Task> submit)
    {
        var there = await site.Store.CompletedAsync();
        return await MeasureAsync(site, name, jobs, async () =>
        {
            await submit();
            await UntilAsync(site.Store.CompletedAsync, there + jobs);
        });
    }

    private static async Task<Phase> MeasureAsync(FleetSite site, string name, int jobs, Func<Task> work)
    {
        var before = await site.SpentBeforeAsync();
        var clock = Stopwatch.StartNew();
        await work();
        var seconds = clock.Elapsed.TotalSeconds;
        var phase = new Phase(name, jobs, seconds, before, await site.SpentAfterAsync());
        phase.Print();
        return phase;
    }

    private static async Task PostAsync(FleetSite site, Submitter submitter, int jobs)
    {
        using var client = new HttpClient { BaseAddress = site.Api.Address };
        var left = new ConcurrentQueue<Guid>(Enumerable.Range(0, jobs).Select(_ => Guid.CreateVersion7()));
        foreach (var id in left)
        {
            submitter.Count(id);
        }

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (left.TryDequeue(out var id))
            {
                using var body = new ByteArrayContent(Submitter.HttpBody(id)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                using var answer = await client.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body);
                answer.EnsureSuccessStatusCode();
            }
        }));
    }

    // The same work each time, by a new coordinator, with ever more jobs waiting.
    private static async Task MemoryAsync(FleetSite site, Submitter submitter, long backlog)
    {
        await site.StopWorkersAsync();
        await site.StopCoordinatorAsync();
        long? least = null, most = null;
        for (var queued = 1000L; queued <= backlog; queued *= 10)
        {
            await site.Store.FillAsync(queued);
            var completed = await site.Store.CompletedAsync();
            var admitted = await site.Store.AdmittedAsync();
            await site.StartCoordinatorAsync();
            await site.StartWorkersAsync();
            var clock = Stopwatch.StartNew();
            await submitter.SubmitAsync(MemoryJobs);
            await UntilAsync(site.Store.AdmittedAsync, admitted + MemoryJobs);
            await UntilAsync(site.Store.CompletedAsync, completed + MemoryJobs);
            var seconds = clock.Elapsed.TotalSeconds;
            var asItIs = ProcessTime.Memory(site.Coordinator.Id);

            // How much garbage lies about depends on when it was last collected, not on what waits.
            if (!await FullCollection.RequestAsync(site.Coordinator.Id, CancellationToken.None))
            {
                throw new InvalidOperationException("The coordinator does not collect its garbage: has it been started without diagnostics?");
            }

            var memory = ProcessTime.Memory(site.Coordinator.Id);
            Print($"{queued,8} waiting: coordinator has {Megabytes(memory):F0} MB after {MemoryJobs} more jobs in {seconds:F1} s, with its garbage {Megabytes(asItIs):F0}");
            least = Math.Min(least ?? memory, memory);
            most = Math.Max(most ?? memory, memory);
            await site.StopWorkersAsync();
            await site.StopCoordinatorAsync();
        }

        if (most is not null)
        {
            Print($"coordinator's memory, most / least: {most / (double)least!:F2} (wanted at most 1.20)");
        }
    }

    private static double Megabytes(long bytes) => bytes / (double)(1 << 20);

    private static async Task UntilAsync(Func<Task<long>> count, long wanted)
    {
        var waited = Stopwatch.StartNew();
        long there;
        while ((there = await count()) < wanted)
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"Of {wanted} jobs, {there} after {Patience}.");
            }

            await Task.Delay(Tick);
        }
    }

    private static void Print(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
