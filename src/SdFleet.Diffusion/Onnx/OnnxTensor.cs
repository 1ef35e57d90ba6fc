using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// A tensor of real numbers in ONNX Runtime's memory, written and read as float32 whatever the model's type is. For float32 the values are
/// the tensor's own memory; for other types they stand beside it and are converted by <see cref="Commit"/> and <see cref="Fetch"/>.
/// </summary>
internal sealed class OnnxTensor : IDisposable
{
    private readonly TensorElementType _type;
    private readonly float[]? _beside;

    /// <param name="type">Float, Float16, Double, Int32 or Int64.</param>
    /// <param name="shape">The shape; empty for a scalar.</param>
    public OnnxTensor(TensorElementType type, params long[] shape)
    {
        _type = type;
        Length = checked((int)shape.Aggregate(1L, (product, size) => product * size));
        _beside = type == TensorElementType.Float ? null : new float[Length];
        Value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
    }

    /// <summary>ONNX Runtime's side of the tensor.</summary>
    public OrtValue Value { get; }

    /// <summary>The number of values.</summary>
    public int Length { get; }

    /// <summary>The values in row-major order.</summary>
    public Span<float> Values => _beside ?? Elements<float>();

    /// <summary>Makes what was written into <see cref="Values"/> the tensor's; integers are cut, not rounded.</summary>
    public void Commit()
    {
        switch (_type)
        {
            case TensorElementType.Float:
                break;
            case TensorElementType.Float16:
                Convert(_beside, Elements<Half>(), value => (Half)value);
                break;
            case TensorElementType.Double:
                Convert(_beside, Elements<double>(), value => value);
                break;
            case TensorElementType.Int32:
                Convert(_beside, Elements<int>(), value => (int)value);
                break;
            default:
                Convert(_beside, Elements<long>(), value => (long)value);
                break;
        }
    }

    /// <summary>Makes what a run wrote into a float16 tensor readable in <see cref="Values"/>.</summary>
    public void Fetch()
    {
        if (_type == TensorElementType.Float16)
        {
            Convert(Elements<Half>(), _beside, value => (float)value);
        }
    }

    /// <summary>Frees the tensor.</summary>
    public void Dispose() => Value.Dispose();

    private Span<T> Elements<T>()
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(Value.GetTensorMutableRawData());

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> from, Span<TTo> to, Func<TFrom, TTo> convert)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }
}
