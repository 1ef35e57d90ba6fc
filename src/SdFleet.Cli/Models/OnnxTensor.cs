namespace SdFleet.Cli.Models;

/// <summary>An input or output as an ONNX file declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Dimensions">Sizes, or names where they are open.</param>
internal sealed record OnnxTensor(string Name, string Type, IReadOnlyList<string> Dimensions)
{
    public override string ToString() => $"{Name}: {Type}[{string.Join(',', Dimensions)}]";
}
