using System.Globalization;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>
/// Changes of a model that take effect when it is loaded. What is not changed stays byte for byte as it is in the file; weights beside the
/// model stay there.
/// </summary>
/// <param name="graph">The model.</param>
/// <param name="longestModel">How many bytes the changed model may have before its new weights are kept beside it.</param>
internal sealed class OnnxGraphEditor(OnnxGraph graph, long longestModel = OnnxGraphEditor.LongestModel)
{
    private const int GraphField = 7, OpsetField = 8;
    private const int NodeField = 1, InitializerField = 5, InputField = 11, OutputField = 12;

    // Of smaller ones a page of the file would be mapped for each.
    private const int LeastInFile = 1 << 16;

    // Of one array; Protocol Buffers' own limit, which ONNX Runtime keeps, is 56 bytes more.
    private const int LongestModel = 0x7FFFFFC7;

    private readonly SortedDictionary<long, Change> _changes = [];
    private readonly List<byte[]> _appended = [];
    private readonly Dictionary<string, byte[]> _domains = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs = [.. graph.Outputs.Select(output => output.Name)];

    /// <summary>The model without the changes.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>Whether anything was changed.</summary>
    public bool HasChanges => _changes.Count + _appended.Count + _domains.Count > 0;

    /// <summary>Whether the model has weights in its own file that <see cref="LeaveWeightsInFile"/> is for.</summary>
    public bool HasWeightsToLeave => graph.Initializers.Any(IsLeft);

    /// <summary>Whether a tensor is an output of the model, or has been made one.</summary>
    public bool IsOutput(string tensor) => _outputs.Contains(tensor);

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

    /// <summary>Takes an operation out of the model, or puts others in its place.</summary>
    /// <param name="index">Which one of <see cref="OnnxGraph.Nodes"/>.</param>
    /// <param name="nodes">What stands there from now on; empty for nothing.</param>
    public void ReplaceNode(int index, IReadOnlyList<OnnxNewNode> nodes)
    {
        FileSpan field = graph.Content.NodeFields[index];
        ProtobufWriter fields = new();
        foreach (OnnxNewNode node in nodes)
        {
            fields.Message(NodeField, node.ToMessage());
        }

        _changes[field.Start] = new(field.End, fields.ToArray(), default);
    }

    /// <summary>Takes a weight out of the model that nothing takes any more.</summary>
    public void RemoveInitializer(string name)
    {
        FileSpan field = graph.Content.InitializerFields[name];
        _changes[field.Start] = new(field.End, [], default);
        if (graph.Content.InputFields.TryGetValue(name, out FileSpan input))
        {
            _changes[input.Start] = new(input.End, [], default);
        }
    }

    /// <summary>Lets the model have operators of others than ONNX.</summary>
    /// <param name="domain">Whose operators, such as <c>com.microsoft</c>.</param>
    /// <param name="version">Their version, unless the model names one.</param>
    public void RequireOperators(string domain, long version)
    {
        if (!graph.Content.Domains.Contains(domain))
        {
            _domains[domain] = new ProtobufWriter().Message(OpsetField, new ProtobufWriter().Text(1, domain).Number(2, version)).ToArray();
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

        byte[] declaration = Tensor(name, type, dimensions).Head(9, data.Length).ToArray();
        byte[] head = new ProtobufWriter().Head(InitializerField, declaration.Length + (long)data.Length).ToArray();
        string location = string.Create(CultureInfo.InvariantCulture, $"changed-weights-{field.Start}");
        _changes[field.Start] = new(field.End, [.. head, .. declaration], data)
        {
            Location = location,
            HeadOutside = new ProtobufWriter().Message(
                InitializerField, Outside(Tensor(name, type, dimensions), new(location, 0, data.Length))).ToArray(),
        };

        // Old files list their weights among the inputs, with their shapes.
        if (graph.Content.InputFields.TryGetValue(name, out FileSpan input))
        {
            byte[] value = new ProtobufWriter().Message(InputField, Value(name, type, dimensions)).ToArray();
            _changes[input.Start] = new(input.End, value, default);
        }
    }

    /// <summary>
    /// Names the weights beside the model by the files that links lead to, as in the cache of Hugging Face's hub. ONNX Runtime follows such
    /// links itself where it is given a file, but not where it is given bytes; as there, they may lead to the folder that the model's own
    /// link leads to, and nowhere else.
    /// </summary>
    /// <returns>The folder that the names count from.</returns>
    public string FollowLinks()
    {
        OnnxInitializer[] outside = [.. graph.Initializers.Where(i => i.Data is { } data && data.File != graph.File)];
        Dictionary<string, string> targets = outside.Select(i => i.Data!.File).Distinct().ToDictionary(file => file, TargetOf);
        string own = FolderOf(Path.GetFullPath(graph.File)), linked = FolderOf(TargetOf(graph.File));
        if (own == linked || !targets.Values.All(target => FolderOf(target) == linked) || IsLong)
        {
            return own;
        }

        foreach (OnnxInitializer weight in outside)
        {
            FileSpan field = graph.Content.InitializerFields[weight.Name];
            OnnxDataLocation data = weight.Data! with { File = Path.GetFileName(targets[weight.Data!.File]) };
            ProtobufWriter tensor = Outside(Tensor(weight.Name, weight.Type, weight.Dimensions), data);

            // What was changed is beside the model no more.
            _changes.TryAdd(field.Start, new(field.End, new ProtobufWriter().Message(InitializerField, tensor).ToArray(), default));
        }

        return linked;
    }

    /// <summary>
    /// Names the large weights that the model has in its own file as if they were beside it, at their places in that file. ONNX Runtime
    /// then maps them from there; else it would be given them in the model's bytes, and copy these.
    /// </summary>
    /// <param name="folder">The folder that names count from, as <see cref="FollowLinks"/> says.</param>
    public void LeaveWeightsInFile(string folder)
    {
        string file = TargetOf(graph.File);
        if (FolderOf(file) != folder)
        {
            return;
        }

        List<long> left = [];
        foreach (OnnxInitializer weight in graph.Initializers.Where(IsLeft))
        {
            FileSpan field = graph.Content.InitializerFields[weight.Name];
            ProtobufWriter tensor = Outside(
                Tensor(weight.Name, weight.Type, weight.Dimensions), weight.Data! with { File = Path.GetFileName(file) });
            if (_changes.TryAdd(field.Start, new(field.End, new ProtobufWriter().Message(InitializerField, tensor).ToArray(), default)))
            {
                left.Add(field.Start);
            }
        }

        if (IsLong)
        {
            // The changed weights alone are too long. They will be given as files in memory, and then all files must be.
            left.ForEach(start => _changes.Remove(start));
        }
    }

    /// <summary>The changed model: its new weights in it, or where it would become too long, beside it.</summary>
    /// <exception cref="ModelFormatException">The file can no longer be read.</exception>
    public OnnxEditedModel Build() => !IsLong
        ? new(ToArray(), [])
        : new(
            Write(outside: true),
            [.. _changes.Values.Where(c => c.HeadOutside is not null).Select(c => new OnnxOutsideWeight(c.Location, c.Data))]);

    /// <summary>The changed model, with its new weights in it.</summary>
    /// <exception cref="ModelFormatException">It would be longer than 2 GB, or the file can no longer be read.</exception>
    public byte[] ToArray() => Write(outside: false);

    private bool IsLeft(OnnxInitializer weight) => weight.Data is { } data && data.File == graph.File
        && data.Length >= LeastInFile && data.Length == weight.Type.SizeOf() * weight.Count;

    private bool IsLong => LengthOf(outside: false) > longestModel;

    // Of the graph, without the tag and the length before it.
    private long GraphLength(bool outside) => graph.Content.Graph.Length + _appended.Sum(part => (long)part.Length)
        + _changes.Sum(change => change.Key - change.Value.End + change.Value.Length(outside));

    private long LengthOf(bool outside)
    {
        long length = GraphLength(outside);
        return graph.Content.FileLength - graph.Content.Field.Length + length + Head(length).Length
            + _domains.Values.Sum(part => (long)part.Length);
    }

    private static byte[] Head(long length) => new ProtobufWriter().Head(GraphField, length).ToArray();

    private byte[] Write(bool outside)
    {
        OnnxGraphContent content = graph.Content;
        byte[] head = Head(GraphLength(outside));
        long total = LengthOf(outside);
        if (total > LongestModel)
        {
            throw new ModelFormatException(
                graph.File,
                string.Create(CultureInfo.InvariantCulture, $"at most {LongestModel} bytes with its changed weights"),
                string.Create(CultureInfo.InvariantCulture, $"{total}"));
        }

        try
        {
            using FileStream file = File.OpenRead(graph.File);
            byte[] model = GC.AllocateUninitializedArray<byte>((int)total);
            Span<byte> rest = Copy(file, new(0, content.Field.Start), model);
            rest = Copy(head, rest);
            long position = content.Graph.Start;
            foreach ((long start, Change change) in _changes)
            {
                rest = Copy(file, new(position, start), rest);
                bool apart = outside && change.HeadOutside is not null;
                rest = Copy(apart ? change.HeadOutside : change.Head, rest);
                rest = Copy(apart ? default : change.Data.Span, rest);
                position = change.End;
            }

            rest = Copy(file, new(position, content.Graph.End), rest);
            foreach (byte[] part in _appended)
            {
                rest = Copy(part, rest);
            }

            rest = Copy(file, new(content.Field.End, content.FileLength), rest);
            foreach (byte[] part in _domains.Values)
            {
                rest = Copy(part, rest);
            }

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

    private static ProtobufWriter Tensor(string name, OnnxElementType type, IReadOnlyList<long> dimensions)
    {
        ProtobufWriter tensor = new();
        foreach (long size in dimensions)
        {
            tensor.Number(1, size);
        }

        return tensor.Number(2, (int)type).Text(8, name);
    }

    // As onnx.proto has weights that lie in a file.
    private static ProtobufWriter Outside(ProtobufWriter tensor, OnnxDataLocation data)
    {
        const int ExternalLocation = 1;
        tensor.Message(13, new ProtobufWriter().Text(1, "location").Text(2, data.File));
        tensor.Message(13, new ProtobufWriter().Text(1, "offset").Text(2, data.Offset.ToString(CultureInfo.InvariantCulture)));
        if (data.Length >= 0)
        {
            tensor.Message(13, new ProtobufWriter().Text(1, "length").Text(2, data.Length.ToString(CultureInfo.InvariantCulture)));
        }

        return tensor.Number(14, ExternalLocation);
    }

    // What is missing is missing under its own name.
    private static string TargetOf(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(file);
        }
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(file) ?? "";

    private sealed record Change(long End, byte[] Head, ReadOnlyMemory<byte> Data)
    {
        public string Location { get; init; } = "";

        /// <summary>The whole field where the data lies beside the model; null where there is none to lie there.</summary>
        public byte[]? HeadOutside { get; init; }

        public long Length(bool outside) => outside && HeadOutside is not null ? HeadOutside.Length : Head.Length + (long)Data.Length;
    }
}
