using System.Collections.Frozen;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Contracts.Validation;

/// <summary>The fields of a <see cref="SubmitJob"/> and what each may hold, whatever the model.</summary>
public static class SubmitJobFields
{
    /// <summary>Largest seed: the integers that every JSON reader keeps exactly.</summary>
    public const long MaxSeed = (1L << 53) - 1;

    /// <summary>Largest Hamming distance of near-duplicates: pictures of different things come near to it by chance.</summary>
    public const int MaxDuplicateDistance = 11;

    /// <summary>Every field, in the order people read them.</summary>
    public static IReadOnlyList<FieldRule> All { get; } =
    [
        new("id", FieldKind.Uuid, "The job's id; the same id twice is one job."),
        new("tenant", FieldKind.Text, "Whose job it is.") { IsName = true, MinLength = 1, MaxLength = 64 },
        new("model", FieldKind.Text, "Name of a configured model.") { IsName = true, MinLength = 1, MaxLength = 64 },
        new("prompt", FieldKind.Text, "What to draw.") { MinLength = 1, MaxLength = 4000 },
        new("negativePrompt", FieldKind.Text, "What to steer away from.") { MaxLength = 4000 },
        new("images", FieldKind.WholeNumber, "How many pictures; picture i uses seed + i.") { Min = 1, Max = 64 },
        new("seed", FieldKind.WholeNumber, "Seed of the first picture.") { Min = 0, Max = MaxSeed },
        new("width", FieldKind.WholeNumber, "Width in pixels.") { Min = 64, Max = 4096, MultipleOf = 8 },
        new("height", FieldKind.WholeNumber, "Height in pixels.") { Min = 64, Max = 4096, MultipleOf = 8 },
        new("steps", FieldKind.WholeNumber, "Denoising steps.") { Min = 1, Max = 1000 },
        new("guidanceScale", FieldKind.Number, "Classifier-free guidance scale; 1 or less turns guidance off.") { Min = 0, Max = 50 },
        new("scheduler", FieldKind.Word, "The scheduler.") { Words = SchedulerNames.All },
        SchedulerSettingsFields.OfJob,
        new("noiseSource", FieldKind.Word, "Which PyTorch generator the seed refers to.") { Words = ["cpu", "cuda"] },
        new("modelDigest", FieldKind.Text, "SHA-256 over the model's files, to insist on these very weights.") { IsDigest = true, MinLength = 64, MaxLength = 64 },
        new("minClipSimilarity", FieldKind.Number, "Least cosine similarity of picture and prompt by a CLIP model; what is below is filtered.") { Min = -1, Max = 1 },
        new("filterBlank", FieldKind.Truth, "Whether pictures of one colour, or of values that are no numbers, are filtered."),
        new("filterUnsafe", FieldKind.Truth, "Whether pictures that the model's safety checker objects to are filtered."),
        new("duplicateDistance", FieldKind.WholeNumber, "Of 64 bits, in how many the perceptual hashes of near-duplicates differ at most; the later one is filtered.") { Min = 0, Max = MaxDuplicateDistance },
        new("redraws", FieldKind.WholeNumber, "How often a filtered picture is drawn again with another seed.") { Min = 0, Max = 15 },
        new("promptSyntax", FieldKind.Word, "How prompts are read: as they stand, or with weights such as (word:1.2) and [word].") { Words = ["plain", "weighted"] },
        new("longPrompts", FieldKind.Word, "What becomes of prompts beyond 75 tokens: they are cut off, or taken in chunks.") { Words = ["truncate", "chunk"] },
        new("clipSkip", FieldKind.WholeNumber, "How many of the text encoder's last layers are left out, as in diffusers.") { Min = 0, Max = 31 },
        new("guidanceRescale", FieldKind.Number, "How far guided predictions are brought back to the deviation of the unguided ones.") { Min = 0, Max = 1 },
        LoraFields.OfJob,
        new("task", FieldKind.Word, "What the pictures are made from; each task but textToImage needs initImage.")
        {
            Words = ["textToImage", "imageToImage", "inpaint", "outpaint", "depthToImage", "upscale"],
        },
        new("initImage", FieldKind.Text, "The picture to begin with, or to make larger: the SHA-256 under which it was uploaded (POST /v1/inputs).") { IsDigest = true, MinLength = 64, MaxLength = 64 },
        new("mask", FieldKind.Text, "What of initImage is repainted (white) and kept (black); uploaded likewise.") { IsDigest = true, MinLength = 64, MaxLength = 64 },
        new("depthMap", FieldKind.Text, "How near everything in initImage is, brighter for nearer; uploaded likewise.") { IsDigest = true, MinLength = 64, MaxLength = 64 },
        new("strength", FieldKind.Number, "How much of initImage is made anew.") { Min = 0, Max = 1 },
        new("overlay", FieldKind.Truth, "Whether what in- and outpainting keep is pasted back pixel by pixel."),
        new("maskBlending", FieldKind.Word, "How a model that was not made for inpainting keeps what is kept.") { Words = ["hard", "soft"] },
        new("outpaintLeft", FieldKind.WholeNumber, "New pixels to the left of initImage.") { Min = 0, Max = 4096 },
        new("outpaintTop", FieldKind.WholeNumber, "New pixels above initImage.") { Min = 0, Max = 4096 },
        new("outpaintRight", FieldKind.WholeNumber, "New pixels to the right of initImage.") { Min = 0, Max = 4096 },
        new("outpaintBottom", FieldKind.WholeNumber, "New pixels below initImage.") { Min = 0, Max = 4096 },
        new("feather", FieldKind.WholeNumber, "How many pixels of initImage pass over into what outpainting adds.") { Min = 0, Max = 4096 },
        new("noiseLevel", FieldKind.WholeNumber, "How much noise is put on a picture that is made larger: the more, the more is made up.") { Min = 0, Max = 1000 },
        new("hiresScale", FieldKind.Number, "How much larger a second pass makes the picture.") { Min = 1.1, Max = 8 },
        new("hiresUpscaler", FieldKind.Word, "How the first pass is made larger.") { Words = ["lanczos", "bicubic", "latentNearestExact", "latentBilinear", "latentBicubic"] },
        new("hiresStrength", FieldKind.Number, "How much the second pass makes anew.") { Min = 0, Max = 1 },
        new("hiresSteps", FieldKind.WholeNumber, "Steps of the second pass.") { Min = 1, Max = 1000 },
        new("lane", FieldKind.Word, "How soon.") { Words = ["interactive", "normal", "bulk"] },
        WebhookFields.OfJob,
        new("submittedAt", FieldKind.DateTime, "When the client submitted it."),
    ];

    /// <summary>Fields that a publisher on the broker may set but an HTTP client may not: its key and the server decide them.</summary>
    public static IReadOnlySet<string> BrokerOnly { get; } = new[] { "tenant", "submittedAt" }.ToFrozenSet(StringComparer.Ordinal);

    internal static FrozenDictionary<string, FieldRule> ByName { get; } = All.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
}
