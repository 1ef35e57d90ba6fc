namespace SdFleet.JobStore.Sql;

/// <content>Uploaded pictures that are needed yet.</content>
internal sealed partial class SqlJobStore
{
    public Task<InputsInUse> FindInputsInUseAsync(string tenant, CancellationToken cancellationToken) =>
        ReadAsync(
            async session =>
            {
                // Lines before jobs: a line that becomes a job in between is found as one of them.
                var unread = (await session.QueryAsync(_sql.SelectUnreadLines, new { tenant }, reader => reader.GetInt64(0), cancellationToken))[0] > 0;
                var named = await session.QueryAsync(_sql.SelectOpenInputs, new { tenant }, reader => reader.GetString(0), cancellationToken);
                return new InputsInUse(unread, named.ToHashSet(StringComparer.Ordinal));
            },
            cancellationToken);
}
