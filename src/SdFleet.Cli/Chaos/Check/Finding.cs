namespace SdFleet.Cli.Chaos.Check;

/// <summary>A broken promise.</summary>
/// <param name="Kind">How.</param>
/// <param name="Id">The job; null where nobody knows whose it is.</param>
/// <param name="Text">What was found.</param>
internal sealed record Finding(FindingKind Kind, Guid? Id, string Text)
{
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}: {(Id is { } id ? $"job {id}" : "no job")}: {Text}";
}
