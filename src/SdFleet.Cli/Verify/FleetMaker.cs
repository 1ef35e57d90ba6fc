using SdFleet.Cli.Client;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Verify;

/// <summary>Has a fleet make it: by any of its workers that has the very same weights.</summary>
internal sealed class FleetMaker(FleetClient client, TimeProvider time) : IPictureMaker
{
    public async Task<byte[]> MakeAsync(ManifestRecord record, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var job = RecipeSubmission.Of(record.Recipe) with
        {
            Id = id,
            ModelDigest = record.Image.ModelDigest,
            Images = 1,
            Seed = record.Image.Seed,

            // The very files that changed the weights.
            Loras = record.Image.Loras,
        };
        await client.SubmitAsync(job, cancellationToken);
        var done = await new JobWait(client, time).UntilCompletedAsync(id, _ => { }, cancellationToken);
        return await client.DownloadAsync(done.Images.Single().Url, cancellationToken);
    }

    public void Dispose() => client.Dispose();
}
