using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The one output of a run, in ONNX Runtime's memory.</summary>
internal sealed class OnnxResult : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> _outputs;
    private readonly float[]? _converted;

    public OnnxResult(IDisposableReadOnlyCollection<OrtValue> outputs, TensorElementType type)
    {
        _outputs = outputs;
        Shape = outputs[0].GetTensorTypeAndShape().Shape;
        if (type == TensorElementType.Float16)
        {
            _converted = Array.ConvertAll(Elements<Half>().ToArray(), half => (float)half);
        }
    }

    /// <summary>The shape that came out.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The values in row-major order; valid until this is disposed.</summary>
    public ReadOnlySpan<float> Values => _converted ?? (ReadOnlySpan<float>)Elements<float>();

    /// <summary>The truth values of an output that has such; valid until this is disposed.</summary>
    public ReadOnlySpan<bool> Flags => Elements<bool>();

    /// <summary>Frees the output.</summary>
    public void Dispose() => _outputs.Dispose();

    private Span<T> Elements<T>()
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(_outputs[0].GetTensorMutableRawData());
}
