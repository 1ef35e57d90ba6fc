using System.Globalization;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>What follows from an element type.</summary>
public static class OnnxElementTypes
{
    /// <summary>As people write it: float32, int64; a number where this library has no name for it.</summary>
    public static string ToName(this OnnxElementType type) => Enum.IsDefined(type)
        ? type.ToString().ToLowerInvariant()
        : string.Create(CultureInfo.InvariantCulture, $"type {(int)type}");

    /// <summary>Bytes of one element; 0 where that has no one answer.</summary>
    public static int SizeOf(this OnnxElementType type) => type switch
    {
        OnnxElementType.UInt8 or OnnxElementType.Int8 or OnnxElementType.Bool => 1,
        OnnxElementType.UInt16 or OnnxElementType.Int16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => 2,
        OnnxElementType.Float32 or OnnxElementType.Int32 or OnnxElementType.UInt32 => 4,
        OnnxElementType.Float64 or OnnxElementType.Int64 or OnnxElementType.UInt64 => 8,
        _ => 0,
    };
}
