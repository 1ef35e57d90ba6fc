namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>What a reader found in an ONNX file, and where.</summary>
internal sealed class OnnxGraphContent
{
    public string Producer { get; set; } = "";

    public long Opset { get; set; }

    /// <summary>The field that holds the graph: from its tag to its end.</summary>
    public FileSpan Field { get; set; }

    /// <summary>The graph itself.</summary>
    public FileSpan Graph { get; set; }

    public List<OnnxNode> Nodes { get; } = [];

    public List<OnnxValueInfo> Inputs { get; } = [];

    public List<OnnxValueInfo> Outputs { get; } = [];

    public List<OnnxInitializer> Initializers { get; } = [];

    /// <summary>The fields of <see cref="Inputs"/>, by name.</summary>
    public Dictionary<string, FileSpan> InputFields { get; } = new(StringComparer.Ordinal);

    /// <summary>The fields of <see cref="Initializers"/>, by name.</summary>
    public Dictionary<string, FileSpan> InitializerFields { get; } = new(StringComparer.Ordinal);
}
