using System.Globalization;
using System.Reflection;

namespace SdFleet.JobStore.Sql;

/// <summary>Brings a database to this program's schema: numbered scripts, each run once, forward only.</summary>
internal sealed class Migrator(Database database, TimeProvider time)
{
    /// <summary>Number of the last script that this program has.</summary>
    public int LastVersion => Scripts()[^1].Version;

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var scripts = Scripts();
        await using var session = await database.BeginMigrationAsync(cancellationToken);
        await session.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)", null, cancellationToken);
        var versions = await session.QueryAsync("SELECT coalesce(max(version), 0) FROM schema_version", null, reader => reader.GetInt32(0), cancellationToken);
        var current = versions[0];
        if (current > scripts[^1].Version)
        {
            throw new JobStoreException(
                $"The job store ({database.Place}) has schema {current}, and this program knows {scripts[^1].Version} at most: a newer one has used it. Run that one.",
                isTransient: false);
        }

        foreach (var script in scripts.Where(s => s.Version > current))
        {
            await session.ExecuteScriptAsync(script.Sql, cancellationToken);
            await session.ExecuteAsync(
                "INSERT INTO schema_version (version, name, applied_at) VALUES (@version, @name, @now)",
                new { version = script.Version, name = script.Name, now = SqlTime.Of(time.GetUtcNow()) },
                cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
    }

    private List<Migration> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = database.Migrations + "/";
        return assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(n)!);
                var name = Path.GetFileNameWithoutExtension(n);
                return new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name[5..], reader.ReadToEnd());
            })
            .ToList();
    }

    private sealed record Migration(int Version, string Name, string Sql);
}
