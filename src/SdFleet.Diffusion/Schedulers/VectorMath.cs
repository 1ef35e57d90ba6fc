using System.Numerics;
using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// The arithmetic of all schedulers, and the only file here that is written for vector units: sums of scaled vectors, and clamping.
/// </summary>
/// <remarks>
/// Scales come in double, where schedulers compute them, and are rounded once. Products and sums are rounded separately (no fused
/// multiply-add), so that an element's value does not depend on whether it falls into a vector or into the tail behind the last one:
/// an image comes out the same, bit for bit, whatever it is batched with. A destination may be one of the operands, not a shifted part
/// of one.
/// </remarks>
internal static class VectorMath
{
    /// <summary>destination = a x</summary>
    public static void Scale(Span<float> destination, double a, ReadOnlySpan<float> x)
    {
        x = x[..destination.Length];
        float fa = (float)a;
        Span<Vector<float>> vd = MemoryMarshal.Cast<float, Vector<float>>(destination);
        ReadOnlySpan<Vector<float>> vx = MemoryMarshal.Cast<float, Vector<float>>(x);
        for (int i = 0; i < vd.Length; i++)
        {
            vd[i] = vx[i] * fa;
        }

        for (int i = vd.Length * Vector<float>.Count; i < destination.Length; i++)
        {
            destination[i] = x[i] * fa;
        }
    }

    /// <summary>destination = a x + b y</summary>
    public static void Combine(Span<float> destination, double a, ReadOnlySpan<float> x, double b, ReadOnlySpan<float> y)
    {
        x = x[..destination.Length];
        y = y[..destination.Length];
        float fa = (float)a, fb = (float)b;
        Span<Vector<float>> vd = MemoryMarshal.Cast<float, Vector<float>>(destination);
        ReadOnlySpan<Vector<float>> vx = MemoryMarshal.Cast<float, Vector<float>>(x);
        ReadOnlySpan<Vector<float>> vy = MemoryMarshal.Cast<float, Vector<float>>(y);
        for (int i = 0; i < vd.Length; i++)
        {
            vd[i] = vx[i] * fa + vy[i] * fb;
        }

        for (int i = vd.Length * Vector<float>.Count; i < destination.Length; i++)
        {
            destination[i] = x[i] * fa + y[i] * fb;
        }
    }

    /// <summary>destination = a x + b y + c z</summary>
    public static void Combine(
        Span<float> destination, double a, ReadOnlySpan<float> x, double b, ReadOnlySpan<float> y, double c, ReadOnlySpan<float> z)
    {
        x = x[..destination.Length];
        y = y[..destination.Length];
        z = z[..destination.Length];
        float fa = (float)a, fb = (float)b, fc = (float)c;
        Span<Vector<float>> vd = MemoryMarshal.Cast<float, Vector<float>>(destination);
        ReadOnlySpan<Vector<float>> vx = MemoryMarshal.Cast<float, Vector<float>>(x);
        ReadOnlySpan<Vector<float>> vy = MemoryMarshal.Cast<float, Vector<float>>(y);
        ReadOnlySpan<Vector<float>> vz = MemoryMarshal.Cast<float, Vector<float>>(z);
        for (int i = 0; i < vd.Length; i++)
        {
            vd[i] = vx[i] * fa + vy[i] * fb + vz[i] * fc;
        }

        for (int i = vd.Length * Vector<float>.Count; i < destination.Length; i++)
        {
            destination[i] = x[i] * fa + y[i] * fb + z[i] * fc;
        }
    }

    /// <summary>destination += a x. Nothing is read of <paramref name="x"/> where <paramref name="a"/> is 0.</summary>
    public static void AddScaled(Span<float> destination, double a, ReadOnlySpan<float> x)
    {
        if (a != 0)
        {
            Combine(destination, 1, destination, a, x);
        }
    }

    /// <summary>values = min(max(values, -bound), bound) scale</summary>
    public static void ClampAndScale(Span<float> values, double bound, double scale = 1)
    {
        float fb = (float)bound, fs = (float)scale;
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var low = new Vector<float>(-fb);
        var high = new Vector<float>(fb);
        foreach (ref Vector<float> v in vectors)
        {
            v = Vector.Min(Vector.Max(v, low), high) * fs;
        }

        for (int i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
        {
            values[i] = MathF.Min(MathF.Max(values[i], -fb), fb) * fs;
        }
    }
}
