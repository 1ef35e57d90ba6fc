using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Generate;

/// <summary>What a generation gave.</summary>
/// <param name="JobId">The fleet's job; null where it was made without a fleet.</param>
/// <param name="Recipe">What was really made, nothing left to defaults.</param>
/// <param name="Pictures">In order; picture i has seed + i.</param>
internal sealed record GeneratedPictures(Guid? JobId, Recipe Recipe, IReadOnlyList<GeneratedPicture> Pictures)
{
    /// <summary>How many tokens at the end of the prompt the model did not see, where that is known.</summary>
    public int DroppedTokens { get; init; }
}
