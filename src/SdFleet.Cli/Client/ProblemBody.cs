using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Client;

/// <summary>An error as the API answers it (RFC 9457), as far as the command shows it.</summary>
internal sealed record ProblemBody
{
    public string? Title { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyList<FieldError>? Errors { get; init; }

    public string? TraceId { get; init; }
}
