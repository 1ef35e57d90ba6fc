using System.Globalization;
using SdFleet.Cli.Generate;
using SdFleet.Contracts.Identity;

namespace SdFleet.Cli.Demo;

/// <summary>One picture of the demo. All of it follows from the list of prompts, so that each run makes the same.</summary>
/// <param name="Number">Place in the list, from 1.</param>
/// <param name="Prompt">What to draw.</param>
internal sealed record DemoPicture(int Number, string Prompt)
{
    private static readonly Guid Batch = new("0b54f1a6-4e0c-5d0e-8a51-6d1f4a3f9c10");

    /// <summary>The job that makes it.</summary>
    public Guid JobId => DerivedId.FromBatchLine(Batch, Number);

    /// <summary>Its seed.</summary>
    public long Seed => Number;

    /// <summary>Its file, relative to the demo's folder.</summary>
    public string File => string.Create(CultureInfo.InvariantCulture, $"images/{Number:00}-{Slug.Of(Prompt)}.png");

    public static IReadOnlyList<DemoPicture> Of(IEnumerable<string> prompts) => [.. prompts.Select((prompt, i) => new DemoPicture(i + 1, prompt))];
}
