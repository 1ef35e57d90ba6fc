namespace SdFleet.Worker.Models;

/// <summary>Words that make the synthetic model misbehave, where its options allow it.</summary>
internal static class SyntheticFault
{
    /// <summary>The device fails in the first step.</summary>
    public const string Device = "fault:device";

    /// <summary>The first step never ends.</summary>
    public const string Hang = "fault:hang";

    /// <summary>Pictures whose seed is even are blank.</summary>
    public const string Blank = "fault:blank";

    /// <summary>The process dies without a word.</summary>
    public const string Kill = "fault:kill";
}
