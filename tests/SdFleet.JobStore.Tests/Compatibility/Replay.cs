using System.Data.Common;
using System.Globalization;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>Runs what an earlier version ran, word for word.</summary>
internal static class Replay
{
    /// <summary>Runs one session's statements.</summary>
    /// <returns>The statements with what they answered now.</returns>
    public static async Task<RecordedSession> RunAsync(RecordedSession session, Func<DbConnection> connect)
    {
        await using var connection = connect();
        await connection.OpenAsync();
        await using var transaction = session.IsTransaction ? await connection.BeginTransactionAsync() : null;
        var answered = new List<RecordedStatement>();
        foreach (var statement in session.Statements)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Recorded from the store itself.
            command.CommandText = statement.Sql;
#pragma warning restore CA2100
            command.Transaction = transaction;
            foreach (var value in statement.Parameters)
            {
                value.AddTo(command);
            }

            await using var reader = await command.ExecuteReaderAsync();
            answered.Add(statement with { Rows = await ReadAsync(reader) });
        }

        if (transaction is not null)
        {
            await transaction.CommitAsync();
        }

        return session with { Statements = answered };
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(DbDataReader reader)
    {
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        // Most statements leave the order open.
        return [.. rows.Order(StringComparer.Ordinal)];
    }
}
