using System.Data.Common;
using System.Globalization;

namespace SdFleet.JobStore.Sql;

/// <summary>Looks at a database and changes nothing.</summary>
internal sealed class Inspector(Database database)
{
    public async Task<JobStoreInspection> InspectAsync(CancellationToken cancellationToken)
    {
        var known = new Migrator(database, TimeProvider.System).LastVersion;
        if (!database.Exists)
        {
            return new JobStoreInspection(database.Place, Server: null, Schema: 0, known, At: null);
        }

        try
        {
            await using var session = await database.OpenAsync(cancellationToken);
            var version = await session.QueryAsync(database.SelectVersion, null, reader => reader.GetString(0), cancellationToken);
            var hasSchema = await session.QueryAsync(database.SelectHasSchema, null, Number, cancellationToken);
            var schema = hasSchema[0] == 0
                ? [0]
                : await session.QueryAsync("SELECT coalesce(max(version), 0) FROM schema_version", null, Number, cancellationToken);
            DateTimeOffset? at = null;
            if (database.SelectTime is { } clock)
            {
                at = DateTimeOffset.UnixEpoch.AddSeconds((await session.QueryAsync(clock, null, reader => reader.GetDouble(0), cancellationToken))[0]);
            }

            return new JobStoreInspection(database.Place, version[0], schema[0], known, at);
        }
        catch (Exception exception) when (exception is DbException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw database.Translate(exception);
        }
    }

    // The databases' integers have different lengths.
    private static int Number(DbDataReader reader) => Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture);
}
