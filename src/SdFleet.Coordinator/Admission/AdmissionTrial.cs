using SdFleet.Contracts.Jobs;

namespace SdFleet.Coordinator.Admission;

/// <summary>
/// Whether the job store admits anybody's jobs of a model and lane, for all that were refused: where it refuses everybody, hundreds ask
/// at once, and each trial takes a connection. One goes on at a time, and its answer holds for a second from when it was asked for.
/// </summary>
/// <param name="trial">Makes a trial.</param>
/// <param name="clock">What the second is measured by.</param>
internal sealed class AdmissionTrial(Func<string, Lane, Task> trial, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Model, Lane Lane), (Task Answer, long Since)> _last = [];

    /// <summary>Throws what the trial throws where nobody's jobs are admitted.</summary>
    public Task RunAsync(string model, Lane lane)
    {
        lock (_lock)
        {
            if (!_last.TryGetValue((model, lane), out var last) || (last.Answer.IsCompleted && clock.GetElapsedTime(last.Since) >= Kept))
            {
                // Elsewhere: a database that is a file does its work before it returns.
                last = (Task.Run(() => trial(model, lane)), clock.GetTimestamp());
                _last[(model, lane)] = last;
            }

            return last.Answer;
        }
    }
}
