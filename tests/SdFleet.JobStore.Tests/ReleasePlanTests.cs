using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.JobStore.Sql;
using Xunit.Abstractions;

namespace SdFleet.JobStore.Tests;

/// <summary>
/// A long backlog, nearly all of it one tenant's, behind many jobs that are over: what a release reads of it. Shows the plans.
/// <c>SDFLEET_TEST_BACKLOG</c> is how many wait; with a million, filling the stores takes a minute or two.
/// </summary>
public abstract partial class ReleasePlanTests(JobStoreKind kind, ITestOutputHelper output) : StoreTests(kind)
{
    private const int Tenants = 101;

    private static readonly int Waiting = int.Parse(Environment.GetEnvironmentVariable("SDFLEET_TEST_BACKLOG") ?? "100000", CultureInfo.InvariantCulture);
    private static readonly int Over = Waiting / 5;

    private readonly JobStoreKind _kind = kind;

    [Fact]
    public async Task Release_LongBacklog_ReadsAFewRowsOfEachTenant()
    {
        await FillAsync();
        var statements = new JobStatements(Database());
        var wanted = Enumerable.Range(0, 16).Select(i => new { tenant = i == 0 ? "acme" : $"tenant-{i}", batch = 0, seq = Over + 1, take = 3 });
        var parameters = new { model = Samples.Model, lane = "normal", now = 0L, max = 48, rows = SqlJson.Rows(wanted) };

        var sources = await PlanAsync("sources", statements.SelectReadySources, parameters);
        var jobs = await PlanAsync("jobs", statements.SelectReadyJobs, parameters);
        var released = await ReleasedTenantsAsync(16);

        Assert.All([sources, jobs], plan =>
        {
            Assert.Contains("jobs_fair", plan, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"Seq Scan on jobs|SCAN (j|jobs)\b|Sort|TEMP B-TREE", plan);
        });
        if (_kind == JobStoreKind.Postgres)
        {
            // Pages of 8 KiB, the same few however many jobs wait: some descents of the index for each tenant, and one for each job.
            Assert.InRange(Pages(sources), 1, 25 * Tenants);
            Assert.InRange(Pages(jobs), 1, 15 * 48);
        }
        else
        {
            // The first job of a source and each that follows is found by its place, not counted off.
            Assert.Equal(2, Regex.Count(jobs, Regex.Escape("jobs_fair (model=? AND lane=? AND tenant=? AND <expr>=? AND <expr>>?)")));
        }

        // One each, and the long one is among them.
        Assert.Equal((16, 16), (released.Count, released.Distinct().Count()));
        Assert.Contains("acme", released);
        await TimeAsync();
    }

    private Database Database() =>
        _kind == JobStoreKind.Postgres ? new PostgresDatabase(Options.ConnectionString!) : new SqliteDatabase(Options.Path!);

    // By one statement, without counting: the counters are no part of this.
    private async Task FillAsync()
    {
        var (before, numbers, id, after) = _kind == JobStoreKind.Postgres
            ? ("ALTER TABLE jobs DISABLE TRIGGER USER", $"generate_series(1, {Over + Waiting}) AS numbers (i)", "gen_random_uuid()", "ALTER TABLE jobs ENABLE TRIGGER USER; ANALYZE jobs")
            : ("DROP TRIGGER jobs_counted_insert",
               $"(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Over + Waiting}) SELECT i FROM n) AS numbers",
               "lower(hex(randomblob(16)))",
               "ANALYZE jobs");
        await using var database = Database();
        await using var session = await database.BeginAsync(default);
        await session.ExecuteScriptAsync(before, default);
        await session.ExecuteScriptAsync(
            $"""
            INSERT INTO jobs (id, state, tenant, model, lane, images, recipe, artifact_folder, submitted_at, admitted_at, finished_at)
            SELECT {id}, CASE WHEN i <= {Over} THEN 'completed' ELSE 'queued' END,
                CASE WHEN i % 100 = 0 THEN 'tenant-' || CAST((i / 100) % {Tenants - 1} AS text) ELSE 'acme' END,
                '{Samples.Model}', 'normal', 1, '{JsonSerializer.Serialize(Samples.Job().Job.Recipe, ContractsJson.Options)}', '2026-01-31', 0, 0,
                CASE WHEN i <= {Over} THEN 0 END
            FROM {numbers}
            """,
            default);
        await session.ExecuteScriptAsync(after, default);
        await session.CommitAsync(default);
    }

    private async Task<List<string>> ReleasedTenantsAsync(int max) =>
        [.. (await Store.ReleaseAsync(Samples.Model, Lane.Normal, max, Now, ReleaseLease, default)).Select(r => r.Message.Tenant)];

    private async Task<string> PlanAsync(string name, string sql, object parameters)
    {
        await using var database = Database();
        await using var session = await database.BeginAsync(default);
        var plan = _kind == JobStoreKind.Postgres
            ? await session.QueryAsync($"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters, reader => reader.GetString(0), default)
            : await session.QueryAsync($"EXPLAIN QUERY PLAN {sql}", parameters, reader => reader.GetString(3), default);
        var text = string.Join('\n', plan);
        output.WriteLine($"--- {name}\n{text}");
        return text;
    }

    // Shown, not held against anything: it is the machine's.
    private async Task TimeAsync()
    {
        foreach (var max in new[] { 16, 64, 256 })
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 10; i++)
            {
                await ReleasedTenantsAsync(max);
            }

            output.WriteLine($"a release of {max} jobs of {Tenants} tenants: {watch.Elapsed.TotalMilliseconds / 10:0.0} ms");
        }
    }

    // What the whole statement touched stands with its first node.
    private static long Pages(string plan) => Buffers().Match(plan).Groups.Cast<Group>().Skip(1).Where(g => g.Success).Sum(g => long.Parse(g.Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")]
    private static partial Regex Buffers();
}

public sealed class EmbeddedReleasePlanTests(ITestOutputHelper output) : ReleasePlanTests(JobStoreKind.Embedded, output);

public sealed class PostgresReleasePlanTests(ITestOutputHelper output) : ReleasePlanTests(JobStoreKind.Postgres, output);
