namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>A part of a file: from the first byte to before the end.</summary>
internal readonly record struct FileSpan(long Start, long End)
{
    public long Length => End - Start;
}
