using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SdFleet.TestServers;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>
/// Celery doing as little: the same broker, messages persistent and confirmed, acknowledged late, two worker processes, results
/// in the same PostgreSQL. Its queue is filled while no worker is there: Celery's publisher waits for each confirmation before the next
/// message, so that with both at once the publisher would be measured.
/// </summary>
internal static class CeleryRun
{
    private const int WarmUp = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <returns>Jobs a second, from the workers' start-up being complete to the last result; null where Celery is not installed.</returns>
    public static async Task<double?> RunAsync(FleetSite site, int jobs)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Fleet", "Celery");
        if (await FindPythonAsync(folder) is not { } python)
        {
            Console.WriteLine("CELERY IS NOT COMPARED: python3 has no celery, sqlalchemy and psycopg2 (Debian: python3-celery python3-sqlalchemy python3-psycopg2).");
            return null;
        }

        await using var host = await site.Rabbit.CreateVirtualHostAsync();
        await using var database = await site.Postgres.CreateDatabaseAsync();
        await using var store = new StoreCounts(database.ConnectionString);
        var login = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var environment = new Dictionary<string, string>
        {
            ["BENCH_BROKER"] = host.Uri.AbsoluteUri,
            ["BENCH_BACKEND"] = $"db+postgresql+psycopg2://{login.Username}:{Uri.EscapeDataString(login.Password!)}@{login.Host}:{login.Port}/{login.Database}",
        };
        // Once through, so that the tables are there.
        await SubmitAsync(python, folder, environment, WarmUp);
        using (var first = await StartWorkerAsync(python, folder, environment))
        {
            await StopAfterAsync(first, () => UntilAsync(store, WarmUp));
        }

        var filled = Stopwatch.StartNew();
        var submitted = await SubmitAsync(python, folder, environment, jobs);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Celery's queue filled by one publisher, one message after the other: {jobs / filled.Elapsed.TotalSeconds:F0} jobs/s; CPU milliseconds a job: submitter {submitted * 1000 / jobs:F3}"));
        using var worker = await StartWorkerAsync(python, folder, environment);
        var rate = 0.0;
        await StopAfterAsync(worker, async () =>
        {
            var before = (Worker: ProcessTime.OfTrees([worker.Id]), Rabbit: ProcessTime.OfTrees(site.Rabbit.ProcessIds), Postgres: ProcessTime.OfTrees(site.Postgres.ProcessIds));
            var clock = Stopwatch.StartNew();
            await UntilAsync(store, WarmUp + jobs);
            var seconds = clock.Elapsed.TotalSeconds;
            var cpu = (
                Worker: (ProcessTime.OfTrees([worker.Id]) - before.Worker) * 1000 / jobs,
                Rabbit: (ProcessTime.OfTrees(site.Rabbit.ProcessIds) - before.Rabbit) * 1000 / jobs,
                Postgres: (ProcessTime.OfTrees(site.Postgres.ProcessIds) - before.Postgres) * 1000 / jobs);
            rate = jobs / seconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Celery from its workers' start to the last result: {jobs} jobs, {seconds:F1} s, {rate:F0} jobs/s; CPU milliseconds a job: workers {cpu.Worker:F3}, rabbitmq {cpu.Rabbit:F3}, postgres {cpu.Postgres:F3}"));
        });
        return rate;
    }

    // Returns when it takes jobs: tasks.py says so.
    private static async Task<Process> StartWorkerAsync(string python, string folder, Dictionary<string, string> environment)
    {
        var worker = Start(python, folder, environment, "-m", "celery", "--quiet", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING");
        try
        {
            while (await worker.StandardOutput.ReadLineAsync().WaitAsync(Patience) is var line && line != "ready")
            {
                if (line is null)
                {
                    throw new InvalidOperationException("Celery's worker ended while it started.");
                }
            }

            return worker;
        }
        catch
        {
            worker.Kill(entireProcessTree: true);
            worker.Dispose();
            throw;
        }
    }

    // In good order, so that nothing that is done is done again.
    private static async Task StopAfterAsync(Process worker, Func<Task> work)
    {
        try
        {
            await work();
            await ChildProcess.RunAsync(AppContext.BaseDirectory, "kill", ["-TERM", worker.Id.ToString(CultureInfo.InvariantCulture)]);
            await Task.WhenAny(worker.WaitForExitAsync(), Task.Delay(StopPatience));
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
            await worker.WaitForExitAsync();
        }
    }

    // The one that is found first may be another than Debian's own, for which its packages are.
    private static async Task<string?> FindPythonAsync(string folder)
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            if ((await ChildProcess.RunAsync(folder, python, ["-c", "import celery, sqlalchemy, psycopg2"])).ExitCode == 0)
            {
                return python;
            }
        }

        return null;
    }

    // Answers the processor seconds that it took.
    private static async Task<double> SubmitAsync(string python, string folder, Dictionary<string, string> environment, int jobs)
    {
        using var submitter = Start(python, folder, environment, "submit.py", jobs.ToString(CultureInfo.InvariantCulture));
        var spent = await submitter.StandardOutput.ReadToEndAsync();
        await submitter.WaitForExitAsync();
        return submitter.ExitCode == 0
            ? double.Parse(spent, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"submit.py ended with exit code {submitter.ExitCode}.");
    }

    // To count every row each time would slow down what is measured: each job's result is a row, so the last number tells when to count.
    private static async Task UntilAsync(StoreCounts store, int results)
    {
        var waited = Stopwatch.StartNew();
        while (await store.ScalarAsync("SELECT count(*) FROM pg_class WHERE relname = 'celery_taskmeta'") == 0 ||
            await store.ScalarAsync("SELECT coalesce(max(id), 0)::bigint FROM celery_taskmeta") < results ||
            await store.ScalarAsync("SELECT count(DISTINCT task_id) FROM celery_taskmeta WHERE status = 'SUCCESS'") < results)
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"Celery has not made {results} results in {Patience}.");
            }

            await Task.Delay(Tick);
        }
    }

    private static Process Start(string python, string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["PYTHONWARNINGS"] = "ignore";
        start.Environment["C_FORCE_ROOT"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
