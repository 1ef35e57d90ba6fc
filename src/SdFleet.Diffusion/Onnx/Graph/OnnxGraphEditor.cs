using System.Globalization;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>
/// Changes of a model that take effect when it is loaded. What is not changed stays byte for byte as it is in the file; weights beside the
/// model stay there.
/// </summary>
internal sealed class OnnxGraphEditor(OnnxGraph graph)
{
    private const int GraphField = 7, InitializerField = 5, InputField = 11, OutputField = 12;

    // Protocol Buffers' own limit, which ONNX Runtime keeps.
    private const long LongestModel = int.MaxValue;

    private readonly SortedDictionary<long, Change> _changes = [];
    private readonly List<byte[]> _appended = [];
    private readonly HashSet<string> _outputs = [.. graph.Outputs.Select(output => output.Name)];

    /// <summary>The model without the changes.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>Whether anything was changed.</summary>
    public bool HasChanges => _changes.Count + _appended.Count > 0;

    /// <summary>Makes an inner tensor an output of the model, after those that it has.</summary>
    /// <param name="tensor">What a node makes; nothing is done where it is an output already.</param>
    /// <param name="type">The type of its elements; undefined to leave it to the runtime, which infers it.</param>
    /// <exception cref="ModelFormatException">No node makes it.</exception>
    public void AddOutput(string tensor, OnnxElementType type = OnnxElementType.Undefined)
    {
        if (!graph.Nodes.Any(node => node.Outputs.Contains(tensor)))
        {
            throw new ModelFormatException(graph.File, $"an operation that makes \"{tensor}\"", "none");
        }

        if (_outputs.Add(tensor))
        {
            _appended.Add(new ProtobufWriter().Message(OutputField, Value(tensor, type, dimensions: null)).ToArray());
        }
    }

    /// <summary>Gives a weight other values, and if need be another shape or type. The values are not copied before the model is.</summary>
    /// <param name="name">The weight's name.</param>
    /// <param name="type">The type of its elements from now on.</param>
    /// <param name="dimensions">Its shape from now on.</param>
    /// <param name="data">Its values in row-major order, little-endian.</param>
    /// <exception cref="ModelFormatException">The model has no such weight.</exception>
    /// <exception cref="ArgumentException">The values are not as many as the shape says.</exception>
    public void ReplaceInitializer(string name, OnnxElementType type, IReadOnlyList<long> dimensions, ReadOnlyMemory<byte> data)
    {
        if (!graph.Content.InitializerFields.TryGetValue(name, out FileSpan field))
        {
            throw new ModelFormatException(graph.File, $"a weight with the name \"{name}\"", "none");
        }

        long needed = dimensions.Aggregate((long)type.SizeOf(), (product, size) => checked(product * size));
        if (needed != data.Length)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"data has {data.Length} bytes; its shape and type need {needed}."), nameof(data));
        }

        ProtobufWriter tensor = new();
        foreach (long size in dimensions)
        {
            tensor.Number(1, size);
        }

        byte[] declaration = tensor.Number(2, (int)type).Text(8, name).Head(9, data.Length).ToArray();
        byte[] head = new ProtobufWriter().Head(InitializerField, declaration.Length + (long)data.Length).ToArray();
        _changes[field.Start] = new(field.End, [.. head, .. declaration], data);

        // Old files list their weights among the inputs, with their shapes.
        if (graph.Content.InputFields.TryGetValue(name, out FileSpan input))
        {
            byte[] value = new ProtobufWriter().Message(InputField, Value(name, type, dimensions)).ToArray();
            _changes[input.Start] = new(input.End, value, default);
        }
    }

    /// <summary>The changed model, as long as it and its new weights together.</summary>
    /// <exception cref="ModelFormatException">It would be longer than 2 GB, or the file can no longer be read.</exception>
    public byte[] ToArray()
    {
        OnnxGraphContent content = graph.Content;
        long length = content.Graph.Length + _appended.Sum(part => (long)part.Length)
            + _changes.Sum(change => change.Key - change.Value.End + change.Value.Head.Length + change.Value.Data.Length);
        byte[] head = new ProtobufWriter().Head(GraphField, length).ToArray();
        try
        {
            using FileStream file = File.OpenRead(graph.File);
            long total = file.Length - content.Field.Length + head.Length + length;
            if (total > LongestModel)
            {
                throw new ModelFormatException(
                    graph.File,
                    string.Create(CultureInfo.InvariantCulture, $"at most {LongestModel} bytes with its changed weights"),
                    string.Create(CultureInfo.InvariantCulture, $"{total}"));
            }

            byte[] model = GC.AllocateUninitializedArray<byte>((int)total);
            Span<byte> rest = Copy(file, new(0, content.Field.Start), model);
            rest = Copy(head, rest);
            long position = content.Graph.Start;
            foreach ((long start, Change change) in _changes)
            {
                rest = Copy(file, new(position, start), rest);
                rest = Copy(change.Head, rest);
                rest = Copy(change.Data.Span, rest);
                position = change.End;
            }

            rest = Copy(file, new(position, content.Graph.End), rest);
            foreach (byte[] part in _appended)
            {
                rest = Copy(part, rest);
            }

            _ = Copy(file, new(content.Field.End, file.Length), rest);
            return model;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(graph.File, "a readable file", error.Message, error);
        }
    }

    // Both give back what is still to be written.
    private static Span<byte> Copy(FileStream file, FileSpan span, Span<byte> model)
    {
        file.Position = span.Start;
        file.ReadExactly(model[..(int)span.Length]);
        return model[(int)span.Length..];
    }

    private static Span<byte> Copy(ReadOnlySpan<byte> bytes, Span<byte> model)
    {
        bytes.CopyTo(model);
        return model[bytes.Length..];
    }

    private static ProtobufWriter Value(string name, OnnxElementType type, IReadOnlyList<long>? dimensions)
    {
        ProtobufWriter value = new ProtobufWriter().Text(1, name);
        if (type == OnnxElementType.Undefined)
        {
            return value;
        }

        ProtobufWriter tensor = new ProtobufWriter().Number(1, (int)type);
        if (dimensions is not null)
        {
            ProtobufWriter shape = new();
            foreach (long size in dimensions)
            {
                shape.Message(1, new ProtobufWriter().Number(1, size));
            }

            tensor.Message(2, shape);
        }

        return value.Message(2, new ProtobufWriter().Message(1, tensor));
    }

    private sealed record Change(long End, byte[] Head, ReadOnlyMemory<byte> Data);
}
