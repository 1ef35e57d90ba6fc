namespace SdFleet.Diffusion.Onnx;

/// <summary>How far ONNX Runtime rewrites a model when it loads it.</summary>
public enum GraphOptimization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>What keeps the meaning of every node, such as constant folding.</summary>
    Basic,

    /// <summary>Also fused nodes.</summary>
    Extended,

    /// <summary>Also the memory layout of convolutions. Replaced weights may be ignored at this level.</summary>
    All,
}
