namespace SdFleet.Cli.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Check">Which check, such as <c>broker</c>.</param>
/// <param name="State">How it came out.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do; null where nothing is to be done, or where the text says it.</param>
internal sealed record Finding(string Check, FindingState State, string Text, string? Advice = null);
