using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace SdFleet.Diffusion.Weights;

/// <summary>
/// A safetensors file: the length of a JSON header as 8 bytes, the header, the tensors' bytes, all little-endian. Opening reads the header
/// only; tensors are read when they are asked for.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    // The format's own limit.
    private const int LongestHeader = 100_000_000;
    private const int LengthBytes = sizeof(long);
    private const string MetadataKey = "__metadata__";

    private static readonly JsonDocumentOptions HeaderOptions = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private static readonly Dictionary<string, int> Sizes = new(StringComparer.Ordinal)
    {
        ["F64"] = 8, ["F32"] = 4, ["F16"] = 2, ["BF16"] = 2, ["I64"] = 8, ["I32"] = 4, ["I16"] = 2, ["I8"] = 1, ["U64"] = 8, ["U32"] = 4,
        ["U16"] = 2, ["U8"] = 1, ["BOOL"] = 1, ["F8_E4M3"] = 1, ["F8_E5M2"] = 1,
    };

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, SafetensorsEntry> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsFile(string file, SafeFileHandle handle)
    {
        File = file;
        _handle = handle;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Its tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Tensors => _tensors;

    /// <summary>What it says of itself.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a file and checks its header; the caller disposes it.</summary>
    /// <exception cref="ModelFormatException">It is no safetensors file, or is damaged, or cannot be read.</exception>
    public static SafetensorsFile Open(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        SafetensorsFile? opened = null;
        try
        {
            opened = new(file, System.IO.File.OpenHandle(file));
            opened.ReadHeader();
            return opened;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            opened?.Dispose();
            throw new ModelFormatException(file, "a readable safetensors file", error.Message, error);
        }
        catch
        {
            opened?.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor's values, in row-major order.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor, or its elements are not F32, F16 or BF16.</exception>
    public float[] ReadFloats(string name)
    {
        if (!_tensors.TryGetValue(name, out SafetensorsEntry? tensor))
        {
            throw new ModelFormatException(File, $"a tensor with the name \"{name}\"", "none");
        }

        if (tensor.Type is not ("F32" or "F16" or "BF16"))
        {
            throw new ModelFormatException(File, "a tensor of F32, F16 or BF16", tensor.ToString());
        }

        if (tensor.Length > Array.MaxLength)
        {
            throw new ModelFormatException(
                File, FormattableString.Invariant($"a tensor of at most {Array.MaxLength} bytes"), tensor.ToString());
        }

        float[] values = new float[tensor.Length / Sizes[tensor.Type]];
        if (tensor.Type == "F32")
        {
            Read(MemoryMarshal.AsBytes(values.AsSpan()), tensor.Offset);
            return values;
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)tensor.Length);
        Read(bytes, tensor.Offset);
        if (tensor.Type == "F16")
        {
            FloatFormats.FromHalf(bytes, values);
        }
        else
        {
            FloatFormats.FromBFloat16(bytes, values);
        }

        return values;
    }

    /// <summary>Reads a tensor that is one number, which may be whole too.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is no number.</exception>
    public double ReadNumber(string name)
    {
        if (!_tensors.TryGetValue(name, out SafetensorsEntry? tensor) || tensor.Type is not ("F64" or "I64" or "I32"))
        {
            return ReadFloats(name) is [var number] ? number : throw Refuse("a tensor of one number", name);
        }

        byte[] bytes = new byte[Sizes[tensor.Type]];
        if (tensor.Length != bytes.Length)
        {
            throw Refuse("a tensor of one number", tensor.ToString());
        }

        Read(bytes, tensor.Offset);
        return tensor.Type switch
        {
            "F64" => BitConverter.ToDouble(bytes),
            "I64" => BitConverter.ToInt64(bytes),
            _ => BitConverter.ToInt32(bytes),
        };
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private void ReadHeader()
    {
        long size = RandomAccess.GetLength(_handle);
        if (size < LengthBytes)
        {
            throw Refuse("a safetensors file", FormattableString.Invariant($"{size} bytes"));
        }

        byte[] prefix = new byte[LengthBytes];
        Read(prefix, 0);
        ulong length = BitConverter.ToUInt64(prefix);
        if (length is < 2 or > LongestHeader || (long)length > size - LengthBytes)
        {
            throw Refuse(
                FormattableString.Invariant($"a safetensors file, whose header is no longer than it and than {LongestHeader} bytes"),
                FormattableString.Invariant($"{size} bytes that begin as with a header of {length}"));
        }

        byte[] header = new byte[length];
        Read(header, LengthBytes);
        long dataStart = LengthBytes + (long)length;
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, HeaderOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Refuse("a header that is a JSON object", document.RootElement.ValueKind.ToString());
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                Add(property, dataStart, size);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Text that is no UTF-8 comes to light only when it is read.
            throw new ModelFormatException(File, "a safetensors file with a JSON header", error.Message, error);
        }

        RequireApart();
    }

    private void Add(JsonProperty property, long dataStart, long fileSize)
    {
        if (property.Name == MetadataKey)
        {
            AddMetadata(property.Value);
            return;
        }

        JsonElement value = property.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out JsonElement shape) || !TryReadNumbers(shape, out List<long> sizes)
            || !value.TryGetProperty("data_offsets", out JsonElement offsets) || !TryReadNumbers(offsets, out List<long> range)
            || range.Count != 2)
        {
            throw Refuse($"dtype, shape and data_offsets for the tensor \"{property.Name}\"", Shorten(value.GetRawText()));
        }

        long available = fileSize - dataStart;
        if (range[0] > range[1] || range[1] > available)
        {
            throw Refuse(
                FormattableString.Invariant($"data_offsets within 0 to {available} for the tensor \"{property.Name}\""),
                Shorten(offsets.GetRawText()));
        }

        SafetensorsEntry tensor = new(property.Name, type.GetString()!, sizes, dataStart + range[0], range[1] - range[0]);
        if (Sizes.TryGetValue(tensor.Type, out int size) && !IsProduct(tensor.Length, size, sizes))
        {
            throw Refuse($"as many bytes as the tensor {tensor} has", FormattableString.Invariant($"{tensor.Length}"));
        }

        _tensors.Add(tensor.Name, tensor);
    }

    private void AddMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind == JsonValueKind.String)
            {
                _metadata[entry.Name] = entry.Value.GetString()!;
            }
        }
    }

    private void RequireApart()
    {
        SafetensorsEntry? previous = null;
        foreach (SafetensorsEntry tensor in _tensors.Values.Where(t => t.Length > 0).OrderBy(t => t.Offset))
        {
            if (previous is not null && tensor.Offset < previous.Offset + previous.Length)
            {
                throw Refuse("tensors with bytes of their own", $"{previous.Name} and {tensor.Name} in the same place");
            }

            previous = tensor;
        }
    }

    private static bool TryReadNumbers(JsonElement array, out List<long> numbers)
    {
        const int Most = 16;
        numbers = [];
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > Most)
        {
            return false;
        }

        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long number) || number < 0)
            {
                return false;
            }

            numbers.Add(number);
        }

        return true;
    }

    // By division, as a product of hostile sizes may overflow.
    private static bool IsProduct(long length, int size, List<long> shape)
    {
        if (shape.Contains(0))
        {
            return length == 0;
        }

        (long rest, bool fits) = (length / size, length % size == 0);
        foreach (long dimension in shape)
        {
            fits &= rest % dimension == 0;
            rest /= dimension;
        }

        return fits && rest == 1;
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "...";

    private void Read(Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(_handle, bytes, offset);
            if (read == 0)
            {
                throw Refuse("the bytes that its header declares", "an end before them");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    private ModelFormatException Refuse(string expected, string found) => new(File, expected, found);
}
