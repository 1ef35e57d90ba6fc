using System.CommandLine;
using System.Text.Json;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.CommandLine;

/// <summary>Which pictures of a batch are wanted, for lines that do not say it themselves.</summary>
internal sealed class FilterOptions
{
    public Option<double?> MinClipSimilarity { get; } = Values.Number(
        "--min-clip-similarity", "Filter pictures that fit their prompt less than this by the workers' CLIP model, -1 to 1; 0.2 to 0.25 is usual.");

    public Option<bool> Blank { get; } = new("--filter-blank") { Description = "Filter pictures of one colour, or of values that are no numbers." };

    public Option<bool> Unsafe { get; } = new("--filter-unsafe") { Description = "Filter pictures that the model's safety checker objects to." };

    public Option<int?> DuplicateDistance { get; } = Values.Whole<int>(
        "--duplicate-distance", "Filter near-duplicates: the later of two pictures whose perceptual hashes differ in at most so many of 64 bits, 0 to 11.");

    public Option<int?> Redraws { get; } = Values.Whole<int>(
        "--redraws", "Draw a filtered picture again with another seed, at most so often, 0 to 15. Near-duplicates are found later and are not.");

    /// <summary>A job with what was given, and nothing else.</summary>
    /// <exception cref="CliException">Something is out of its limits.</exception>
    public SubmitJob Of(ParseResult parsed)
    {
        var job = new SubmitJob
        {
            MinClipSimilarity = parsed.GetValue(MinClipSimilarity),
            FilterBlank = parsed.GetValue(Blank) ? true : null,
            FilterUnsafe = parsed.GetValue(Unsafe) ? true : null,
            DuplicateDistance = parsed.GetValue(DuplicateDistance),
            Redraws = parsed.GetValue(Redraws),
        };
        var errors = new List<FieldError>();
        SubmissionReader.Read(JsonSerializer.SerializeToUtf8Bytes(job with { Prompt = "any" }, ContractsJson.Options), SubmissionDoor.Http, errors);
        return errors.Count == 0 ? job : throw FieldErrors.ToException("A batch", errors);
    }
}
