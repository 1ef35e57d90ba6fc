using SdFleet.Contracts.Api;

namespace SdFleet.JobStore.Sql;

/// <content>Pauses, and what they hold back.</content>
internal sealed partial class SqlJobStore
{
    private const string ModelKind = "model";
    private const string TenantKind = "tenant";

    public Task PauseModelAsync(string model, bool paused, CancellationToken cancellationToken) =>
        PauseAsync(ModelKind, model, paused, byOperator: true, cancellationToken);

    public async Task<IReadOnlyList<string>> ListPausedModelsAsync(CancellationToken cancellationToken) =>
        await ReadAsync(session => session.QueryAsync(_sql.SelectPausedModels, null, reader => reader.GetString(0), cancellationToken), cancellationToken);

    public Task<bool> PauseTenantAsync(string tenant, bool paused, bool byOperator, CancellationToken cancellationToken) =>
        PauseAsync(TenantKind, tenant, paused, byOperator, cancellationToken);

    public async Task<IReadOnlyList<TenantView>> ListTenantsAsync(CancellationToken cancellationToken) =>
        await ReadAsync(session => TenantsAsync(session, tenant: null, cancellationToken), cancellationToken);

    public async Task<TenantView> FindTenantAsync(string tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var found = await ReadAsync(session => TenantsAsync(session, tenant, cancellationToken), cancellationToken);
        return found.SingleOrDefault() ?? new TenantView { Tenant = tenant, Queued = 0, InFlight = 0, Paused = false, PausedByOperator = false };
    }

    public async Task<long> CountOutstandingAsync(string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        var sums = await ReadAsync(
            session => session.QueryAsync(_sql.SelectOutstanding, new { model }, reader => reader.GetInt64(0), cancellationToken), cancellationToken);
        return sums[0];
    }

    // True where it is now as was asked for.
    private Task<bool> PauseAsync(string kind, string name, bool paused, bool byOperator, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parameters = new { kind, name, byOperator = byOperator ? 1 : 0 };
        return WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(_sql.InsertLanes, null, cancellationToken);
                await session.QueryAsync(_sql.SelectLanesForUpdate, null, reader => reader.GetDouble(0), cancellationToken);
                await session.ExecuteAsync(paused ? _sql.InsertPause : _sql.DeletePause, parameters, cancellationToken);
                var left = await session.QueryAsync(_sql.SelectPause, parameters, reader => reader.GetInt32(0), cancellationToken);
                return (left.Count > 0) == paused;
            },
            cancellationToken);
    }

    private Task<List<TenantView>> TenantsAsync(Session session, string? tenant, CancellationToken cancellationToken) =>
        session.QueryAsync(_sql.SelectTenants, new { tenant }, RowReaders.Tenant, cancellationToken);
}
