using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Npgsql;
using SdFleet.JobStore.Sql;
using SdFleet.TestServers;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>
/// Services of two versions beside each other, while one is replaced by the other: what an earlier version ran is run again,
/// word for word, on a database that this version has migrated in the middle of it, and must answer as it did.
/// </summary>
/// <remarks>
/// A migration makes a new version, which needs a record of its own; so does a changed statement. This makes it, after which
/// the file belongs into the repository:
/// <code>SDFLEET_RECORD=1 dotnet test tests/SdFleet.JobStore.Tests --filter Compatibility</code>
/// Records of earlier versions are never written again.
/// </remarks>
public abstract class CompatibilityTests(JobStoreKind kind) : IAsyncLifetime
{
    private const string RecordVariable = "SDFLEET_RECORD";

    // Two and three to five came with one release each; no program ever ran with the numbers between.
    private static readonly int[] NeverReleased = [3, 4, 6];

    private readonly string _folder = Directory.CreateTempSubdirectory("sdfleet-compatibility-").FullName;
    private readonly List<TestServers.PostgresDatabase> _databases = [];

    public static TheoryData<double> Cuts => [0, 0.1, 0.25, 0.5, 0.75, 0.9];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Record_OfThisVersion_ShowsEveryStatement()
    {
        var options = await CreateAsync();
        await using var database = DatabaseOf(options);
        var version = new Migrator(database, TimeProvider.System).LastVersion;
        await MigrateToAsync(options, version);
        await using var recorder = new RecordingDatabase(DatabaseOf(options), () => Connect(options));
        await RecordedLife.RunAsync(new SqlJobStore(recorder, TimeProvider.System));

        if (Environment.GetEnvironmentVariable(RecordVariable) == "1")
        {
            var fresh = await CreateAsync();
            await MigrateToAsync(fresh, version);
            var sessions = new List<RecordedSession>();
            foreach (var session in recorder.Sessions)
            {
                sessions.Add(await Replay.RunAsync(session, () => Connect(fresh)));
            }

            RecordFile.Write(kind, version, sessions);
        }

        var run = Texts(recorder.Sessions);
        Assert.Empty(Statements(database).Where(s => !run.Contains(s.Sql)).Select(s => $"{s.Name} is not run by {nameof(RecordedLife)}: add what runs it"));
        Assert.True(RecordFile.Versions(kind).Contains(version), $"Schema {version} has no record: {RecordVariable}=1 makes it.");
        Assert.True(run.SetEquals(Texts(RecordFile.Read(kind, version))), $"The record of schema {version} is not of this program's statements: {RecordVariable}=1 makes it anew.");
    }

    [Fact]
    public async Task Records_OfAllEarlierVersions_AreThere()
    {
        var versions = RecordFile.Versions(kind);
        await using var database = DatabaseOf(await CreateAsync());

        Assert.Equal(Enumerable.Range(versions[0], new Migrator(database, TimeProvider.System).LastVersion - versions[0] + 1).Except(NeverReleased), versions);
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task EarlierVersions_WhoseDatabaseIsMigratedUnderThem_GoOnAsTheyDid(double cut)
    {
        foreach (var version in RecordFile.Versions(kind))
        {
            var options = await CreateAsync();
            await MigrateToAsync(options, version);
            var sessions = RecordFile.Read(kind, version);
            var before = (int)(sessions.Count * cut);
            await using var store = JobStores.Open(options);
            foreach (var (i, session) in sessions.Index())
            {
                if (i == before)
                {
                    await store.MigrateAsync(default);
                }

                var answered = await Replay.RunAsync(session, () => Connect(options));
                foreach (var (then, now) in session.Statements.Zip(answered.Statements))
                {
                    Assert.True(
                        then.Rows.SequenceEqual(now.Rows),
                        $"Schema {version}, session {i}, {(i < before ? "before" : "after")} the migration:\n{then.Sql}\nanswered\n{string.Join('\n', then.Rows)}\nand now\n{string.Join('\n', now.Rows)}");
                }
            }

            await AssertWholeAsync(store, options);
        }
    }

    // What a migration must never do: the test above has to see it.
    [Theory]
    [InlineData("ALTER TABLE jobs RENAME COLUMN worker_id TO worker", "worker_id")]
    [InlineData("UPDATE jobs SET tenant = 'nobody'", "")]
    public async Task EarlierVersions_AMigrationThatTakesSomethingAway_IsFound(string harm, string expected)
    {
        var options = await CreateAsync();
        var version = RecordFile.Versions(kind)[0];
        await MigrateToAsync(options, version);
        var sessions = RecordFile.Read(kind, version);
        var found = new List<string>();
        foreach (var (i, session) in sessions.Index())
        {
            if (i == sessions.Count / 4)
            {
                await ExecuteAsync(options, harm);
            }

            try
            {
                var answered = await Replay.RunAsync(session, () => Connect(options));
                found.AddRange(session.Statements.Zip(answered.Statements).Where(s => !s.First.Rows.SequenceEqual(s.Second.Rows)).Select(s => s.First.Sql));
            }
            catch (DbException e)
            {
                found.Add(e.Message);
            }
        }

        Assert.Contains(found, text => text.Contains(expected, StringComparison.Ordinal));
    }

    // The counters are the rows', and this version reads all of it.
    private static async Task AssertWholeAsync(IJobStore store, JobStoreOptions options)
    {
        var counted = (await store.CountAsync(default)).Select(c => $"{c.Model} {c.State.ToString().ToLowerInvariant()} {c.Jobs}").Order(StringComparer.Ordinal).ToList();
        var rows = await Replay.RunAsync(
            new RecordedSession(false, [new RecordedStatement("SELECT model || ' ' || state || ' ' || CAST(count(*) AS text) FROM jobs GROUP BY model, lane, state", [])]),
            () => Connect(options));
        Assert.Equal(rows.Statements[0].Rows, counted);

        var ids = await Replay.RunAsync(new RecordedSession(false, [new RecordedStatement("SELECT id FROM jobs", []), new RecordedStatement("SELECT id FROM batches", [])]), () => Connect(options));
        foreach (var id in ids.Statements[0].Rows)
        {
            Assert.NotNull(await store.FindJobAsync(Guid.Parse(id), default));
        }

        foreach (var id in ids.Statements[1].Rows)
        {
            Assert.NotNull(await store.FindBatchAsync(Guid.Parse(id), default));
        }
    }

    private static HashSet<string> Texts(IEnumerable<RecordedSession> sessions) => sessions.SelectMany(s => s.Statements).Select(s => s.Sql).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<(string Name, string Sql)> Statements(Database database)
    {
        var statements = new JobStatements(database);
        foreach (var property in typeof(JobStatements).GetProperties().Where(p => p.PropertyType == typeof(string)))
        {
            yield return (property.Name, (string)property.GetValue(statements)!);
        }

        foreach (var method in typeof(JobStatements).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.ReturnType == typeof(string)))
        {
            foreach (var choice in Choices(method.GetParameters().Length))
            {
                yield return ($"{method.Name}({string.Join(", ", choice)})", (string)method.Invoke(null, [.. choice])!);
            }
        }
    }

    // Every row of a truth table.
    private static IEnumerable<object[]> Choices(int count) => Enumerable.Range(0, 1 << count).Select(bits => Enumerable.Range(0, count).Select(i => (object)((bits >> i & 1) == 1)).ToArray());

    private async Task<JobStoreOptions> CreateAsync()
    {
        if (kind == JobStoreKind.Embedded)
        {
            return new JobStoreOptions { Kind = kind, Path = Path.Combine(_folder, $"{Guid.NewGuid():N}.db") };
        }

        var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        _databases.Add(database);
        return new JobStoreOptions { Kind = kind, ConnectionString = database.ConnectionString };
    }

    private static Database DatabaseOf(JobStoreOptions options) =>
        options.Kind == JobStoreKind.Postgres ? new Sql.PostgresDatabase(options.ConnectionString!) : new SqliteDatabase(options.Path!);

    private static DbConnection Connect(JobStoreOptions options) => options.Kind == JobStoreKind.Postgres
        ? new NpgsqlConnection(options.ConnectionString)
        : new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = options.Path, DefaultTimeout = 30, ForeignKeys = true }.ConnectionString);

    // As the program of that version left it.
    private static async Task MigrateToAsync(JobStoreOptions options, int version)
    {
        await using var database = DatabaseOf(options);
        await using var session = await database.BeginMigrationAsync(default);
        await session.ExecuteAsync("CREATE TABLE schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)", null, default);
        var assembly = typeof(IJobStore).Assembly;
        foreach (var script in assembly.GetManifestResourceNames().Where(n => n.StartsWith(database.Migrations + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(script);
            if (int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture) <= version)
            {
                using var text = new StreamReader(assembly.GetManifestResourceStream(script)!);
                await session.ExecuteAsync(await text.ReadToEndAsync(), null, default);
                await session.ExecuteAsync($"INSERT INTO schema_version (version, name, applied_at) VALUES ({name[..4]}, '{name[5..]}', 0)", null, default);
            }
        }

        await session.CommitAsync(default);
    }

    private static async Task ExecuteAsync(JobStoreOptions options, string sql) =>
        await Replay.RunAsync(new RecordedSession(IsTransaction: true, [new RecordedStatement(sql, [])]), () => Connect(options));
}

public sealed class EmbeddedCompatibilityTests() : CompatibilityTests(JobStoreKind.Embedded);

public sealed class PostgresCompatibilityTests() : CompatibilityTests(JobStoreKind.Postgres);
