using SdFleet.Contracts.Api;
using SdFleet.Contracts.Workers;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>What the workers of a model have measured since they started.</summary>
/// <param name="Images">On how many pictures.</param>
/// <param name="SecondsPerPixelPass">Time of the device for each unit of <see cref="Contracts.Jobs.RecipeWork.PixelPasses"/>.</param>
/// <param name="BytesPerImage">Mean length of a file.</param>
internal sealed record MeasuredRate(long Images, double SecondsPerPixelPass, double BytesPerImage)
{
    /// <summary>Of the workers that are alive; of those that were, where no other has done anything. Null where none has.</summary>
    public static MeasuredRate? Of(string model, IEnumerable<WorkerView> workers)
    {
        var measured = workers.Where(w => w.Heartbeat is { GpuSeconds: > 0, PixelPasses: > 0, ImagesDone: > 0 } && w.Heartbeat.Model == model).ToList();
        return Of([.. measured.Where(w => w.Alive).Select(w => w.Heartbeat)]) ?? Of([.. measured.Select(w => w.Heartbeat)]);
    }

    private static MeasuredRate? Of(IReadOnlyList<WorkerHeartbeat> heartbeats)
    {
        var images = heartbeats.Sum(h => h.ImagesDone);
        return images == 0
            ? null
            : new MeasuredRate(images, heartbeats.Sum(h => h.GpuSeconds!.Value) / heartbeats.Sum(h => h.PixelPasses!.Value), (double)heartbeats.Sum(h => h.BytesStored ?? 0) / images);
    }
}
