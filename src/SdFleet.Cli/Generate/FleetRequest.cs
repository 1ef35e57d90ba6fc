using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Generate;

/// <summary>What a <see cref="TaskRequest"/> is to a fleet: its pictures are uploaded, and named in the job.</summary>
internal static class FleetRequest
{
    /// <summary>The job with what was asked for.</summary>
    /// <param name="client">The fleet.</param>
    /// <param name="job">The job as the text asks for it.</param>
    /// <param name="request">What is asked for beyond text.</param>
    /// <param name="prompts">How prompts are read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">A file cannot be read, or the fleet does not take it.</exception>
    public static async Task<SubmitJob> ToJobAsync(
        FleetClient client, SubmitJob job, TaskRequest request, LocalPrompts prompts, CancellationToken cancellationToken)
    {
        job = WithPrompts(job, prompts);
        if (request.Hires is { } hires)
        {
            job = job with
            {
                HiresScale = hires.Scale, HiresUpscaler = Same<HiresUpscaler>(hires.Upscaler), HiresStrength = hires.Strength, HiresSteps = hires.Steps,
            };
        }

        if (request.Init is null)
        {
            return job;
        }

        var (isOutpaint, isInpaint) = (request.Outpaint is not null, request.Mask is not null);
        return job with
        {
            Task = request.Upscale ? JobTask.Upscale
                : isOutpaint ? JobTask.Outpaint
                : isInpaint ? JobTask.Inpaint
                : request.Depth is not null ? JobTask.DepthToImage
                : JobTask.ImageToImage,
            InitImage = await UploadAsync(request.Upscale ? "--upscale" : "--init", request.Init),
            Mask = await UploadAsync("--mask", request.Mask),
            DepthMap = await UploadAsync("--depth", request.Depth),
            Strength = request.Strength,
            Overlay = isOutpaint || isInpaint ? request.Overlay : null,
            OutpaintLeft = request.Outpaint?.Left,
            OutpaintTop = request.Outpaint?.Top,
            OutpaintRight = request.Outpaint?.Right,
            OutpaintBottom = request.Outpaint?.Bottom,
            Feather = request.Outpaint?.Feather,
            NoiseLevel = request.NoiseLevel,
        };

        async Task<string?> UploadAsync(string option, string? file)
        {
            if (file is null)
            {
                return null;
            }

            try
            {
                return await client.UploadInputAsync(await File.ReadAllBytesAsync(file, cancellationToken), cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliException($"{option} \"{file}\": {e.Message}", ExitCodes.Usage, e);
            }
        }
    }

    // What is as it always was is left out: a fleet of an older version takes it too.
    private static SubmitJob WithPrompts(SubmitJob job, LocalPrompts prompts) => job with
    {
        PromptSyntax = prompts.Syntax == default ? null : Same<PromptSyntax>(prompts.Syntax),
        LongPrompts = prompts.LongPrompts == default ? null : Same<LongPrompts>(prompts.LongPrompts),
        ClipSkip = prompts.ClipSkip == 0 ? null : prompts.ClipSkip,
    };

    // The library's words and the contract's are the same.
    private static T Same<T>(Enum word)
        where T : struct, Enum =>
        Enum.Parse<T>(word.ToString());
}
