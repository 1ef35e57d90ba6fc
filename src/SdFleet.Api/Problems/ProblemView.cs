using SdFleet.Contracts.Validation;

namespace SdFleet.Api.Problems;

/// <summary>An error as the API shows it: problem details of RFC 9457.</summary>
internal sealed record ProblemView
{
    /// <summary>The status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>Every wrong field of a submission.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>The job that was asked for: submitting again under this id cannot make a second one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Finds this request in traces and logs.</summary>
    public required string TraceId { get; init; }
}
