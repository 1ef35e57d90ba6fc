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
        _converted = type == TensorElementType.Float16 ? ToArray(outputs[0], type) : null;
    }

    /// <summary>The shape that came out.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The values in row-major order; valid until this is disposed.</summary>
    public ReadOnlySpan<float> Values => _converted ?? (ReadOnlySpan<float>)Elements<float>(_outputs[0]);

    /// <summary>A copy of a float32 or float16 tensor's values.</summary>
    public static float[] ToArray(OrtValue value, TensorElementType type) => type == TensorElementType.Float16
        ? Array.ConvertAll(Elements<Half>(value).ToArray(), half => (float)half)
        : Elements<float>(value).ToArray();

    /// <summary>The truth values of an output that has such; valid until this is disposed.</summary>
    public ReadOnlySpan<bool> Flags => Elements<bool>(_outputs[0]);

    /// <summary>Frees the output.</summary>
    public void Dispose() => _outputs.Dispose();

    private static Span<T> Elements<T>(OrtValue value)
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData());
}
