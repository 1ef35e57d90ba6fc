using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Contract;

/// <summary>A message and what is wrong with it.</summary>
/// <param name="Line">Its line, from 1; null where the file is one message.</param>
/// <param name="Body">UTF-8 JSON, or what should have been.</param>
/// <param name="Id">The job's id, where one could be read.</param>
/// <param name="Errors">Every fault; empty where it keeps the contract.</param>
internal sealed record CheckedSubmission(int? Line, ReadOnlyMemory<byte> Body, Guid? Id, IReadOnlyList<FieldError> Errors)
{
    /// <summary>Where it is, before what is said of it.</summary>
    public string Place => Line is null ? "" : $"line {Line}: ";
}
