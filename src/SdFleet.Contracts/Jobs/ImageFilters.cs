using System.Text.Json.Serialization;

namespace SdFleet.Contracts.Jobs;

/// <summary>
/// What a job's pictures must be to be wanted. A picture that is not is kept and recorded, with what was measured and the reason;
/// exports leave it out.
/// </summary>
public sealed record ImageFilters
{
    /// <summary>Least cosine similarity of picture and prompt by the workers' CLIP model, -1 to 1; null where it is not asked.</summary>
    public double? MinClipSimilarity { get; init; }

    /// <summary>Whether pictures of one colour, or of values that are no numbers, are not wanted. Without it, the latter end the job.</summary>
    public bool Blank { get; init; }

    /// <summary>Whether pictures that the model's safety checker objects to are not wanted.</summary>
    public bool Unsafe { get; init; }

    /// <summary>
    /// Of two pictures of a dataset whose perceptual hashes differ in at most so many of 64 bits, the later one by line and index
    /// is not wanted, 0 to 11; null where they are not compared.
    /// </summary>
    public int? DuplicateDistance { get; init; }

    /// <summary>How often a picture is drawn again, with another seed each time, as long as it is not wanted: 0 to 15.</summary>
    public int Redraws { get; init; }

    /// <summary>Whether a worker can tell from a picture alone that it is not wanted.</summary>
    [JsonIgnore]
    public bool JudgePictures => MinClipSimilarity is not null || Blank || Unsafe;
}
