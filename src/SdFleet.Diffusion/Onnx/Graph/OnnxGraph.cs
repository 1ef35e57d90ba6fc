using System.Runtime.InteropServices;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>What an ONNX file says of itself: its operations, inputs, outputs and weights, but not the weights' values.</summary>
public sealed class OnnxGraph
{
    private readonly Dictionary<string, OnnxInitializer> _initializers;

    internal OnnxGraph(string file, OnnxGraphContent content)
    {
        File = file;
        Content = content;
        _initializers = new(content.Initializers.Count, StringComparer.Ordinal);
        foreach (OnnxInitializer initializer in content.Initializers)
        {
            if (!_initializers.TryAdd(initializer.Name, initializer))
            {
                throw new InvalidDataException($"two weights with the name \"{initializer.Name}\"");
            }
        }

        // Old files list their weights among the inputs.
        Inputs = [.. content.Inputs.Where(input => !_initializers.ContainsKey(input.Name))];
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The program that wrote it; may be empty.</summary>
    public string Producer => Content.Producer;

    /// <summary>Version of the standard operators; 0 where it does not say.</summary>
    public long Opset => Content.Opset;

    /// <summary>Its inputs, without the weights.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs { get; }

    /// <summary>Its outputs.</summary>
    public IReadOnlyList<OnnxValueInfo> Outputs => Content.Outputs;

    /// <summary>Its operations in its order; those inside of loops and branches are not among them.</summary>
    public IReadOnlyList<OnnxNode> Nodes => Content.Nodes;

    /// <summary>Its weights in its order.</summary>
    public IReadOnlyList<OnnxInitializer> Initializers => Content.Initializers;

    /// <summary>What an editor needs beside: where things stand in the file.</summary>
    internal OnnxGraphContent Content { get; }

    /// <summary>Reads a file's declarations. Of a model of gigabytes a few megabytes are read.</summary>
    /// <exception cref="ModelFormatException">It is no ONNX file, or is damaged, or cannot be read.</exception>
    public static OnnxGraph Read(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        try
        {
            using FileStream stream = System.IO.File.OpenRead(file);
            return new(file, OnnxGraphReader.Read(stream, file));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFormatException(file, "an ONNX file", error.Message, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(file, "a readable file", error.Message, error);
        }
    }

    /// <summary>The weight of a name, or null.</summary>
    public OnnxInitializer? FindInitializer(string name) => _initializers.GetValueOrDefault(name);

    /// <summary>Reads a weight's values as they stand in the file.</summary>
    /// <exception cref="ModelFormatException">They are missing, or not stored as a run of bytes.</exception>
    public byte[] ReadBytes(OnnxInitializer initializer)
    {
        (string file, long offset, long length) = Locate(initializer);
        try
        {
            using FileStream stream = System.IO.File.OpenRead(file);
            if (offset > stream.Length || length > stream.Length - offset)
            {
                throw new ModelFormatException(
                    file,
                    FormattableString.Invariant($"{length} bytes at {offset} for the weight {initializer}"),
                    FormattableString.Invariant($"a file of {stream.Length} bytes"));
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)length));
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(file, $"a readable file with the weight {initializer}", error.Message, error);
        }
    }

    /// <summary>Reads a weight's values, in row-major order.</summary>
    /// <exception cref="ModelFormatException">As <see cref="ReadBytes"/>, or they are not float32, float16 or bfloat16.</exception>
    public float[] ReadFloats(OnnxInitializer initializer)
    {
        byte[] bytes = ReadBytes(initializer);
        float[] values = new float[initializer.Count];
        switch (initializer.Type)
        {
            case OnnxElementType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case OnnxElementType.Float16:
                Weights.FloatFormats.FromHalf(bytes, values);
                break;
            case OnnxElementType.BFloat16:
                Weights.FloatFormats.FromBFloat16(bytes, values);
                break;
            default:
                throw new ModelFormatException(File, "a weight of float32, float16 or bfloat16", initializer.ToString());
        }

        return values;
    }

    private OnnxDataLocation Locate(OnnxInitializer initializer)
    {
        int size = initializer.Type.SizeOf();
        if (initializer.Data is not { } data || size == 0)
        {
            throw new ModelFormatException(File, $"the weight {initializer} as a run of bytes", "it written in another way");
        }

        // Who writes no length means as many bytes as the weight has.
        long needed = size * initializer.Count;
        return data.Length < 0 || data.Length == needed
            ? data with { Length = needed <= Array.MaxLength ? needed : throw TooLarge(initializer) }
            : throw new ModelFormatException(
                File,
                FormattableString.Invariant($"{needed} bytes for the weight {initializer}"),
                FormattableString.Invariant($"{data.Length}"));
    }

    private ModelFormatException TooLarge(OnnxInitializer initializer) =>
        new(File, FormattableString.Invariant($"a weight of at most {Array.MaxLength} bytes"), initializer.ToString());
}
