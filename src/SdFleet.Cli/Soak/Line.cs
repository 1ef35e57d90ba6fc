namespace SdFleet.Cli.Soak;

/// <summary>One thing that is measured over time.</summary>
/// <param name="Of">Whose: a process by its name, <c>broker</c> or <c>PostgreSQL</c>.</param>
/// <param name="Measure">What.</param>
internal readonly record struct Line(string Of, Measure Measure)
{
    public override string ToString() => $"{Of}: {MeasureWords.Of(Measure)}";
}
