using SdFleet.Contracts.Webhooks;

namespace SdFleet.Contracts.Jobs;

/// <summary>
/// A submission: one recipe, <see cref="Images"/> pictures. What HTTP clients post (without <see cref="Tenant"/>, which
/// their key decides) and what integrators publish as plain JSON to the exchange <see cref="Topology.SubmitExchange"/>.
/// A field left out takes the model's default.
/// </summary>
public sealed record SubmitJob
{
    /// <summary>The job's id. Submitting the same id twice gives one job. Chosen by the server where absent over HTTP.</summary>
    public Guid? Id { get; init; }

    /// <summary>Who pays and waits; also the unit of fairness. 1 to 64 characters of a-z, 0-9, '-', '_', '.'.</summary>
    public string? Tenant { get; init; }

    /// <summary>Name of a configured model. May be left out where only one is configured.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the model's weights, as an image's record gives it, to have these very ones or none.</summary>
    public string? ModelDigest { get; init; }

    /// <summary>What to draw.</summary>
    public string? Prompt { get; init; }

    /// <summary>What to steer away from; guidance uses it in place of the empty prompt.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>How many pictures; picture i uses seed + i. Default 1.</summary>
    public int? Images { get; init; }

    /// <summary>First seed, 0 to 2^53 - 1 (the integers every JSON reader keeps). Derived from the job's id where absent.</summary>
    public long? Seed { get; init; }

    /// <summary>Width in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Denoising steps.</summary>
    public int? Steps { get; init; }

    /// <summary>Classifier-free guidance scale; 1 or less turns guidance off.</summary>
    public double? GuidanceScale { get; init; }

    /// <summary>Scheduler by name, one of <see cref="SchedulerNames.All"/>.</summary>
    public string? Scheduler { get; init; }

    /// <summary>Which PyTorch generator the seed refers to. Default <see cref="Jobs.NoiseSource.Cpu"/>.</summary>
    public NoiseSource? NoiseSource { get; init; }

    /// <summary>Least cosine similarity of picture and prompt by the workers' CLIP model, -1 to 1. Default: not asked.</summary>
    public double? MinClipSimilarity { get; init; }

    /// <summary>Whether pictures of one colour, or of values that are no numbers, are filtered. Default no.</summary>
    public bool? FilterBlank { get; init; }

    /// <summary>Whether pictures that the model's safety checker objects to are filtered. Default no.</summary>
    public bool? FilterUnsafe { get; init; }

    /// <summary>Of 64 bits, in how many the perceptual hashes of near-duplicates differ at most, 0 to 11. Default: not compared.</summary>
    public int? DuplicateDistance { get; init; }

    /// <summary>How often a picture that is filtered is drawn again with another seed, 0 to 15. Default 0.</summary>
    public int? Redraws { get; init; }

    /// <summary>How soon. Default <see cref="Jobs.Lane.Normal"/>.</summary>
    public Lane? Lane { get; init; }

    /// <summary>Whom to tell of its end; nobody where it is left out.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>When the client submitted it; set by the API, and on arrival where a publisher leaves it out.</summary>
    public DateTimeOffset? SubmittedAt { get; init; }
}
