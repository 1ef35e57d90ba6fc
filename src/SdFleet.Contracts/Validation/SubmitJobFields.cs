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
        new("noiseSource", FieldKind.Word, "Which PyTorch generator the seed refers to.") { Words = ["cpu", "cuda"] },
        new("modelDigest", FieldKind.Text, "SHA-256 over the model's files, to insist on these very weights.") { IsDigest = true, MinLength = 64, MaxLength = 64 },
        new("minClipSimilarity", FieldKind.Number, "Least cosine similarity of picture and prompt by a CLIP model; what is below is filtered.") { Min = -1, Max = 1 },
        new("filterBlank", FieldKind.Truth, "Whether pictures of one colour, or of values that are no numbers, are filtered."),
        new("filterUnsafe", FieldKind.Truth, "Whether pictures that the model's safety checker objects to are filtered."),
        new("duplicateDistance", FieldKind.WholeNumber, "Of 64 bits, in how many the perceptual hashes of near-duplicates differ at most; the later one is filtered.") { Min = 0, Max = MaxDuplicateDistance },
        new("redraws", FieldKind.WholeNumber, "How often a filtered picture is drawn again with another seed.") { Min = 0, Max = 15 },
        new("lane", FieldKind.Word, "How soon.") { Words = ["interactive", "normal", "bulk"] },
        WebhookFields.OfJob,
        new("submittedAt", FieldKind.DateTime, "When the client submitted it."),
    ];

    /// <summary>Fields that a publisher on the broker may set but an HTTP client may not: its key and the server decide them.</summary>
    public static IReadOnlySet<string> BrokerOnly { get; } = new[] { "tenant", "submittedAt" }.ToFrozenSet(StringComparer.Ordinal);

    internal static FrozenDictionary<string, FieldRule> ByName { get; } = All.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
}
