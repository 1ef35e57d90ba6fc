using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Contracts.Batches;

/// <summary>Reads one line of a batch: a <see cref="SubmitJob"/> whose missing fields the batch's defaults fill in.</summary>
public static class BatchLine
{
    /// <summary>Reads a line.</summary>
    /// <param name="batch">The batch; its defaults, its tenant, and the job's id with <paramref name="line"/>.</param>
    /// <param name="line">The line's number, from 1.</param>
    /// <param name="utf8">The line, without its end.</param>
    /// <param name="errors">Takes every fault found.</param>
    public static SubmitJob Read(SubmitBatch batch, long line, ReadOnlyMemory<byte> utf8, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(errors);
        var found = new List<FieldError>();
        var own = SubmissionReader.Read(utf8, SubmissionDoor.Http, found);
        if (own.Id is { } id)
        {
            found.Add(new FieldError("id", $"\"{id}\"", "not in a batch; a job's id follows from the batch's and the line's number"));
        }

        if (own.Webhook is not null)
        {
            found.Add(NoWebhook);
        }

        foreach (var error in found.Where(e => !(IsMissingPrompt(e) && batch.Defaults.Prompt is not null)))
        {
            errors.Add(error);
        }

        return WithDefaults(own, batch.Defaults) with
        {
            Id = DerivedId.FromBatchLine(batch.Id, line),
            Tenant = batch.Tenant,
            SubmittedAt = batch.SubmittedAt,
        };
    }

    /// <summary>A line's job with what the line leaves out; id, tenant and time are the batch's to give.</summary>
    public static SubmitJob WithDefaults(SubmitJob own, SubmitJob defaults)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(defaults);
        return new SubmitJob
        {
            Model = own.Model ?? defaults.Model,
            ModelDigest = own.ModelDigest ?? defaults.ModelDigest,
            Prompt = own.Prompt ?? defaults.Prompt,
            NegativePrompt = own.NegativePrompt ?? defaults.NegativePrompt,
            Images = own.Images ?? defaults.Images,
            Seed = own.Seed ?? defaults.Seed,
            Width = own.Width ?? defaults.Width,
            Height = own.Height ?? defaults.Height,
            Steps = own.Steps ?? defaults.Steps,
            GuidanceScale = own.GuidanceScale ?? defaults.GuidanceScale,
            Scheduler = own.Scheduler ?? defaults.Scheduler,
            SchedulerSettings = own.SchedulerSettings ?? defaults.SchedulerSettings,
            NoiseSource = own.NoiseSource ?? defaults.NoiseSource,
            MinClipSimilarity = own.MinClipSimilarity ?? defaults.MinClipSimilarity,
            FilterBlank = own.FilterBlank ?? defaults.FilterBlank,
            FilterUnsafe = own.FilterUnsafe ?? defaults.FilterUnsafe,
            DuplicateDistance = own.DuplicateDistance ?? defaults.DuplicateDistance,
            Redraws = own.Redraws ?? defaults.Redraws,
            PromptSyntax = own.PromptSyntax ?? defaults.PromptSyntax,
            LongPrompts = own.LongPrompts ?? defaults.LongPrompts,
            ClipSkip = own.ClipSkip ?? defaults.ClipSkip,
            GuidanceRescale = own.GuidanceRescale ?? defaults.GuidanceRescale,
            Loras = own.Loras ?? defaults.Loras,
            Task = own.Task ?? defaults.Task,
            InitImage = own.InitImage ?? defaults.InitImage,
            Mask = own.Mask ?? defaults.Mask,
            DepthMap = own.DepthMap ?? defaults.DepthMap,
            Strength = own.Strength ?? defaults.Strength,
            Overlay = own.Overlay ?? defaults.Overlay,
            MaskBlending = own.MaskBlending ?? defaults.MaskBlending,
            OutpaintLeft = own.OutpaintLeft ?? defaults.OutpaintLeft,
            OutpaintTop = own.OutpaintTop ?? defaults.OutpaintTop,
            OutpaintRight = own.OutpaintRight ?? defaults.OutpaintRight,
            OutpaintBottom = own.OutpaintBottom ?? defaults.OutpaintBottom,
            Feather = own.Feather ?? defaults.Feather,
            NoiseLevel = own.NoiseLevel ?? defaults.NoiseLevel,
            HiresScale = own.HiresScale ?? defaults.HiresScale,
            HiresUpscaler = own.HiresUpscaler ?? defaults.HiresUpscaler,
            HiresStrength = own.HiresStrength ?? defaults.HiresStrength,
            HiresSteps = own.HiresSteps ?? defaults.HiresSteps,

            // Dataset generation fills what the other lanes leave free.
            Lane = own.Lane ?? defaults.Lane ?? Lane.Bulk,
        };
    }
    /// <summary>The error of a line with a webhook: a batch of a million lines would call its receiver a million times.</summary>
    public static FieldError NoWebhook { get; } = new("webhook", "an object", "not in a line of a batch; the batch itself has one, which is told of its end");

    /// <summary>True for the error that a submission without a prompt gives.</summary>
    internal static bool IsMissingPrompt(FieldError error) => error is { Field: "prompt", Value: null };
}
