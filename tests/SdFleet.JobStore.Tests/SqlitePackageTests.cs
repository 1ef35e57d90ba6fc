using Microsoft.Data.Sqlite;

namespace SdFleet.JobStore.Tests;

public sealed class SqlitePackageTests
{
    [Fact]
    public void Open_InMemory_IsARecentSqlite()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();

        // 3.35 is the first with RETURNING, which the job store needs; the bundle of a feed with gaps is no newer than that.
        Assert.True(Version.Parse(connection.ServerVersion) >= new Version(3, 38), connection.ServerVersion);
    }
}
