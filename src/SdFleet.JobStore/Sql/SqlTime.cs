namespace SdFleet.JobStore.Sql;

/// <summary>Times in the database: microseconds since 1970 in UTC, a number in both databases (in psql: to_timestamp(x / 1e6)).</summary>
internal static class SqlTime
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset From(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
