namespace SdFleet.Diffusion.Weights;

/// <summary>A tensor as a safetensors header declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements in the format's own words, such as <c>F16</c>.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Length">How many there are.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>For messages: <c>lora_down.weight: F16[4,320]</c>.</summary>
    public override string ToString() => $"{Name}: {Type}[{string.Join(',', Shape)}]";
}
