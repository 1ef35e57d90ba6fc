namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>What a reader found in an ONNX file, and where.</summary>
internal sealed class OnnxGraphContent
{
    public string Producer { get; set; } = "";

    public long Opset { get; set; }

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength { get; set; }

    /// <summary>The field that holds the graph: from its tag to its end.</summary>
    public FileSpan Field { get; set; }

    /// <summary>The graph itself.</summary>
    public FileSpan Graph { get; set; }

    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>The fields of <see cref="Nodes"/>, in the same order.</summary>
    public List<FileSpan> NodeFields { get; } = [];

    /// <summary>What operations inside of loops and branches take; some of it is made outside of them.</summary>
    public HashSet<string> InnerInputs { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose operators the model may have; ONNX's own have an empty name.</summary>
    public HashSet<string> Domains { get; } = new(StringComparer.Ordinal);

    public List<OnnxValueInfo> Inputs { get; } = [];

    public List<OnnxValueInfo> Outputs { get; } = [];

    public List<OnnxInitializer> Initializers { get; } = [];

    /// <summary>The fields of <see cref="Inputs"/>, by name.</summary>
    public Dictionary<string, FileSpan> InputFields { get; } = new(StringComparer.Ordinal);

    /// <summary>The fields of <see cref="Initializers"/>, by name.</summary>
    public Dictionary<string, FileSpan> InitializerFields { get; } = new(StringComparer.Ordinal);
}
