namespace SdFleet.JobStore;

/// <content>Pictures that tenants have uploaded: the store only knows which of them are needed.</content>
public partial interface IJobStore
{
    /// <summary>Finds out which of a tenant's uploaded pictures are needed yet.</summary>
    Task<InputsInUse> FindInputsInUseAsync(string tenant, CancellationToken cancellationToken);
}
