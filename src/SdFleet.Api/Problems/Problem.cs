using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using SdFleet.Contracts;
using SdFleet.Contracts.Validation;

namespace SdFleet.Api.Problems;

/// <summary>Answers with problem details, whatever the client says it accepts: an error in the wrong type is better than none.</summary>
internal sealed class Problem : IResult
{
    public const string ContentType = "application/problem+json";

    /// <summary>How many wrong fields are named: far more than there are fields, far fewer than a hostile body can spell.</summary>
    private const int MaxErrors = 100;

    private const int MaxErrorsInDetail = 5;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly int _status;
    private readonly string _detail;
    private IReadOnlyList<FieldError>? _errors;
    private Guid? _id;

    private Problem(int status, string detail)
    {
        _status = status;
        _detail = detail;
    }

    public static Problem Of(int status, string detail) => new(status, detail);

    /// <summary>A submission that breaks the contract.</summary>
    public static Problem Of(IReadOnlyList<FieldError> errors)
    {
        var shown = string.Join("; ", errors.Take(MaxErrorsInDetail));
        var rest = errors.Count > MaxErrorsInDetail ? $"; and {errors.Count - MaxErrorsInDetail} more" : "";
        return new Problem(StatusCodes.Status400BadRequest, $"{shown}{rest}.") { _errors = [.. errors.Take(MaxErrors)] };
    }

    /// <summary>Something the API stands on is away for a while. Where a job was submitted, <paramref name="id"/> names it.</summary>
    public static Problem ComeBack(string detail, Guid? id = null) =>
        new(StatusCodes.Status503ServiceUnavailable, detail) { _id = id };

    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        if (_status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        var view = new ProblemView
        {
            Title = ReasonPhrases.GetReasonPhrase(_status),
            Status = _status,
            Detail = _detail,
            Errors = _errors,
            Id = _id,
            TraceId = TraceIdOf(httpContext),
        };
        return response.WriteAsJsonAsync(view, ContractsJson.Options, ContentType, httpContext.RequestAborted);
    }
}
