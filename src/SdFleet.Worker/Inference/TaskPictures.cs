using System.Security.Cryptography;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Imaging;
using SdFleet.Storage;
using SdFleet.Storage.Inputs;

namespace SdFleet.Worker.Inference;

/// <summary>The pictures that a recipe's task begins with, decoded.</summary>
public sealed record TaskPictures
{
    private static readonly ImageLimits Limits = new()
    {
        MaxFileBytes = InputLimits.MaxBytes, MaxPixels = InputLimits.MaxPixels, MaxSide = InputLimits.MaxSide,
    };

    // Attempts wait with their pictures in hand, and a picture of the largest size is 150 MB while it is decoded.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>None: text to image.</summary>
    public static TaskPictures None { get; } = new();

    /// <summary>The picture to begin with, or to make larger.</summary>
    public RgbImage? Init { get; init; }

    /// <summary>What of it is repainted.</summary>
    public GrayImage? Mask { get; init; }

    /// <summary>How near everything in it is.</summary>
    public DepthMap? Depth { get; init; }

    /// <summary>Reads what a recipe needs.</summary>
    /// <param name="artifacts">Where it is kept.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">One is not there, or no picture; the message names its field and digest.</exception>
    /// <exception cref="ArtifactStoreException">The store failed, or has other bytes than were uploaded.</exception>
    public static async Task<TaskPictures> ReadAsync(IArtifactStore artifacts, string tenant, Recipe recipe, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var pictures = None;
        foreach (var input in RecipeInput.Of(recipe))
        {
            var file = await ReadAsync(artifacts, tenant, input, cancellationToken).ConfigureAwait(false);

            // Decoding takes its time, and the threads of the pool keep the broker's connection alive.
            await OneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                pictures = await Task.Factory.StartNew(
                    () => pictures.With(input, file).Fitted(recipe), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                OneAtATime.Release();
            }
        }

        return pictures;
    }

    // Once for all pictures of a job, and so that no more is kept than it needs.
    private TaskPictures Fitted(Recipe recipe) => recipe.Task?.Kind is JobTask.ImageToImage or JobTask.Inpaint or JobTask.DepthToImage
        ? this with
        {
            Init = Init is null ? null : Cover.Fit(Init, recipe.Width, recipe.Height),
            Mask = Mask is null ? null : Cover.Fit(Mask, recipe.Width, recipe.Height),
        }
        : this;

    private TaskPictures With(RecipeInput input, byte[] file)
    {
        try
        {
            return input.Field switch
            {
                "initImage" => this with { Init = ImageReader.Read(file, Limits) },
                "mask" => this with { Mask = ImageReader.ReadGray(file, Limits) },
                "depthMap" => this with { Depth = ImageReader.ReadDepth(file, Limits) },
                _ => throw new InvalidOperationException($"Nobody reads {input.Field}."),
            };
        }
        catch (InvalidDataException e)
        {
            throw new ArgumentException($"{input.Field} is \"{input.Sha256}\": {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadAsync(IArtifactStore artifacts, string tenant, RecipeInput input, CancellationToken cancellationToken)
    {
        var bytes = await artifacts.ReadAsync(ArtifactName.ForInput(tenant, input.Sha256), cancellationToken).ConfigureAwait(false);
        if (bytes is null)
        {
            // A share that is not mounted has nothing: only a store that is well can say that something is not there.
            await artifacts.PingAsync(cancellationToken).ConfigureAwait(false);
            throw new ArgumentException($"{InputCheck.Missing(input, tenant)}.");
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == input.Sha256
            ? bytes
            : throw new ArtifactStoreException($"{input.Field} is \"{input.Sha256}\", and the artifact store has other bytes under that name: it is damaged.", isTransient: false) { IsDamage = true };
    }
}
