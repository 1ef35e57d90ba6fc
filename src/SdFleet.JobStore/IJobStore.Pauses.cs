using SdFleet.Contracts.Api;

namespace SdFleet.JobStore;

/// <content>
/// Pauses of models and tenants, beside those of batches. What is paused stays queued; what was released before goes on, as the
/// broker has it already and a window is all that it can be.
/// </content>
public partial interface IJobStore
{
    /// <summary>Stops or resumes releasing a model's jobs. Once this has returned, nothing more of it is released.</summary>
    Task PauseModelAsync(string model, bool paused, CancellationToken cancellationToken);

    /// <summary>The models that are paused, by name.</summary>
    Task<IReadOnlyList<string>> ListPausedModelsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stops or resumes releasing a tenant's jobs, whatever their model. Once this has returned, nothing more of it is released.
    /// A tenant that resumes gets its share from then on; it does not catch up.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="paused">What it is to be.</param>
    /// <param name="byOperator">Whether an operator asks. A tenant cannot lift what an operator has paused; an operator lifts everything.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where it stays paused because an operator has paused it.</returns>
    Task<bool> PauseTenantAsync(string tenant, bool paused, bool byOperator, CancellationToken cancellationToken);

    /// <summary>The tenants with jobs that wait or are in flight, and those that are paused, by name. From counters.</summary>
    Task<IReadOnlyList<TenantView>> ListTenantsAsync(CancellationToken cancellationToken);

    /// <summary>One tenant; without jobs where it is not known.</summary>
    Task<TenantView> FindTenantAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Jobs of a model that are released or running, or that wait for nothing but their turn: without those that a pause of the model,
    /// their tenant or their batch holds back. From counters.
    /// </summary>
    Task<long> CountOutstandingAsync(string model, CancellationToken cancellationToken);
}
