namespace SdFleet.JobStore;

/// <content>Making again what was lost.</content>
public partial interface IJobStore
{
    /// <summary>
    /// Puts jobs that are completed or have failed back into the queue, under their ids and with their attempts numbered on. Failures and
    /// evictions are counted anew. The records of a completed job stand: where a picture comes out the same it keeps its record, else it gets
    /// the new one, and where the job cannot be made again it is completed as before. Doing it twice is the same as once. A job whose end
    /// goes to a webhook is refused: it is told once.
    /// </summary>
    /// <returns>Outcomes in the order of the list.</returns>
    Task<IReadOnlyList<ReopenOutcome>> ReopenAsync(IReadOnlyList<Guid> jobIds, CancellationToken cancellationToken);
}
