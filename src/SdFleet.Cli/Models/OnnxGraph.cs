namespace SdFleet.Cli.Models;

/// <summary>What an ONNX file says of itself.</summary>
internal sealed record OnnxGraph
{
    /// <summary>The program that wrote it.</summary>
    public required string Producer { get; init; }

    /// <summary>Version of the standard operators.</summary>
    public required long Opset { get; init; }

    public required IReadOnlyList<OnnxTensor> Inputs { get; init; }

    public required IReadOnlyList<OnnxTensor> Outputs { get; init; }

    /// <summary>Numbers in all weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>The type that most weights have; empty where there are none.</summary>
    public required string ParameterType { get; init; }
}
