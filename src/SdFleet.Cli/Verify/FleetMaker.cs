using SdFleet.Cli.Client;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Verify;

/// <summary>Has a fleet make it: by any of its workers that has the very same weights.</summary>
internal sealed class FleetMaker(FleetClient client, TimeProvider time) : IPictureMaker
{
    public async Task<byte[]> MakeAsync(ManifestRecord record, CancellationToken cancellationToken)
    {
        var recipe = record.Recipe;
        var job = new SubmitJob
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Model = recipe.Model,
            ModelDigest = record.Image.ModelDigest,
            Prompt = recipe.Prompt,
            NegativePrompt = recipe.NegativePrompt,
            Images = 1,
            Seed = record.Image.Seed,
            Width = recipe.Width,
            Height = recipe.Height,
            Steps = recipe.Steps,
            GuidanceScale = recipe.GuidanceScale,
            Scheduler = recipe.Scheduler,
            NoiseSource = recipe.NoiseSource,
        };
        await client.SubmitAsync(job, cancellationToken);
        var done = await new JobWait(client, time).UntilCompletedAsync(job.Id.Value, _ => { }, cancellationToken);
        return await client.DownloadAsync(done.Images.Single().Url, cancellationToken);
    }

    public void Dispose() => client.Dispose();
}
