using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SdFleet.TestServers;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>
/// Celery doing as little: the same broker, messages persistent and confirmed, acknowledged late, two worker processes, results
/// in the same PostgreSQL.
/// </summary>
internal static class CeleryRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>Jobs a second; null where Celery is not installed.</returns>
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
        using var worker = Start(python, folder, environment, "-m", "celery", "--quiet", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING");
        try
        {
            // Once through, so that the connections stand and the tables are there.
            await SubmitAsync(python, folder, environment, 200);
            await UntilAsync(store, 200);
            var before = (Worker: ProcessTime.OfTrees([worker.Id]), Rabbit: ProcessTime.OfTrees(site.Rabbit.ProcessIds), Postgres: ProcessTime.OfTrees(site.Postgres.ProcessIds));
            var clock = Stopwatch.StartNew();
            var submitted = await SubmitAsync(python, folder, environment, jobs);
            await UntilAsync(store, 200 + jobs);
            var seconds = clock.Elapsed.TotalSeconds;
            var cpu = (
                Worker: (ProcessTime.OfTrees([worker.Id]) - before.Worker) * 1000 / jobs,
                Rabbit: (ProcessTime.OfTrees(site.Rabbit.ProcessIds) - before.Rabbit) * 1000 / jobs,
                Postgres: (ProcessTime.OfTrees(site.Postgres.ProcessIds) - before.Postgres) * 1000 / jobs);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Celery end to end: {jobs} jobs, {seconds:F1} s, {jobs / seconds:F0} jobs/s; CPU milliseconds a job: submitter {submitted * 1000 / jobs:F3}, workers {cpu.Worker:F3}, rabbitmq {cpu.Rabbit:F3}, postgres {cpu.Postgres:F3}"));
            return jobs / seconds;
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

    private static async Task UntilAsync(StoreCounts store, int results)
    {
        var waited = Stopwatch.StartNew();
        while (await store.ScalarAsync("SELECT count(*) FROM pg_class WHERE relname = 'celery_taskmeta'") == 0 ||
            await store.ScalarAsync("SELECT count(DISTINCT task_id) FROM celery_taskmeta WHERE status = 'SUCCESS'") < results)
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"Celery has not made {results} results in {Patience}.");
            }

            await Task.Delay(200);
        }
    }

    private static Process Start(string python, string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { WorkingDirectory = folder, RedirectStandardOutput = arguments is ["submit.py", ..] };
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
