using System.Globalization;

namespace SdFleet.Diffusion.Onnx.Graph;

/// <summary>Reads an ONNX file's declarations (onnx.proto), without its weights and without a runtime.</summary>
internal sealed class OnnxGraphReader
{
    private const int External = 1;

    // Of graphs in operations of graphs; exporters write one or two.
    private const int DeepestGraph = 16;

    private readonly OnnxGraphContent _content = new();
    private readonly ProtobufReader _reader;
    private readonly string _file;
    private int _depth;

    private OnnxGraphReader(Stream stream, string file)
    {
        _reader = new(stream);
        _file = file;
    }

    /// <param name="stream">The file's content.</param>
    /// <param name="file">Its path, which the paths of external data go by.</param>
    /// <exception cref="InvalidDataException">It is no ONNX file, or is damaged.</exception>
    public static OnnxGraphContent Read(Stream stream, string file)
    {
        OnnxGraphReader reader = new(stream, file);
        reader._content.FileLength = stream.Length;
        reader.ReadModel();
        return reader._content;
    }

    private void ReadModel()
    {
        (string producer, string version) = ("", "");
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 2: producer = _reader.ReadText(); break;
                case 3: version = _reader.ReadText(); break;
                case 7: ReadGraph(); break;
                case 8: _content.Opset = Math.Max(_content.Opset, ReadStandardOpset()); break;
                default: _reader.Skip(); break;
            }
        }

        _content.Producer = $"{producer} {version}".Trim();
        if (_content.Field.Length == 0)
        {
            throw new InvalidDataException("a file without a graph");
        }
    }

    private void ReadGraph()
    {
        long start = _reader.FieldStart;
        if (_content.Field.Length > 0)
        {
            throw new InvalidDataException("a file with two graphs");
        }

        long outer = _reader.Enter();
        long first = _reader.Position;
        while (_reader.Next() is > 0 and int field)
        {
            long from = _reader.FieldStart;
            switch (field)
            {
                case 1: AddNode(ReadNode(), from); break;
                case 5: AddInitializer(ReadTensor(), from); break;
                case 11: AddInput(ReadValue(), from); break;
                case 12: _content.Outputs.Add(ReadValue()); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        _content.Field = new(start, _reader.Position);
        _content.Graph = new(first, _reader.Position);
    }

    private void AddNode(OnnxNode node, long start)
    {
        _content.Nodes.Add(node);
        _content.NodeFields.Add(new(start, _reader.Position));
    }

    private void AddInitializer(OnnxInitializer initializer, long start)
    {
        _content.Initializers.Add(initializer);
        _content.InitializerFields[initializer.Name] = new(start, _reader.Position);
    }

    private void AddInput(OnnxValueInfo input, long start)
    {
        _content.Inputs.Add(input);
        _content.InputFields[input.Name] = new(start, _reader.Position);
    }

    private OnnxNode ReadNode()
    {
        (List<string> inputs, List<string> outputs) = ([], []);
        OnnxNode node = new("", "", inputs, outputs);
        Dictionary<string, long> integers = [];
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: inputs.Add(_reader.ReadText()); break;
                case 2: outputs.Add(_reader.ReadText()); break;
                case 3: node = node with { Name = _reader.ReadText() }; break;
                case 4: node = node with { OpType = _reader.ReadText() }; break;
                case 5: node = ReadAttribute(node, integers); break;
                case 7: node = node with { Domain = StandardOr(_reader.ReadText()) }; break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        return node with { Integers = integers };
    }

    // Writers put the name first, which tells what is wanted of the rest.
    private OnnxNode ReadAttribute(OnnxNode node, Dictionary<string, long> integers)
    {
        string name = "";
        long? value = null;
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: name = _reader.ReadText(); break;
                case 3: value = _reader.ReadNumber(); break;
                case 5 when name == "value": node = node with { Value = ReadTensor() }; break;
                case 6 or 11: ReadInnerGraph(); break;
                case 8 when name == "perm": node = node with { Permutation = ReadNumbers(node.Permutation) }; break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        if (value is long number)
        {
            integers[name] = number;
        }

        return node;
    }

    // Packed, or one field a number.
    private List<long> ReadNumbers(IReadOnlyList<long> before)
    {
        List<long> numbers = [.. before];
        _reader.ReadNumbers(numbers);
        return numbers;
    }

    // A loop's or a branch's.
    private void ReadInnerGraph()
    {
        if (++_depth > DeepestGraph)
        {
            throw new InvalidDataException($"graphs in graphs more than {DeepestGraph} deep");
        }

        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            if (field == 1)
            {
                _content.InnerInputs.UnionWith(ReadNode().Inputs);
            }
            else
            {
                _reader.Skip();
            }
        }

        _reader.Leave(outer);
        _depth--;
    }

    private OnnxInitializer ReadTensor()
    {
        (string name, long type, long location) = ("", 0, 0);
        (long Offset, long Length)? raw = null;
        List<long> dimensions = [];
        Dictionary<string, string> external = [];
        bool several = false;
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: _reader.ReadNumbers(dimensions); break;
                case 2: type = _reader.ReadNumber(); break;
                case 8: name = _reader.ReadText(); break;

                // Packed float_data and double_data are the same bytes as raw_data, unless they come in pieces.
                case 4 or 9 or 10 when _reader.IsBytes:
                    several |= raw is not null;
                    raw = _reader.SkipBytes();
                    break;
                case 13: ReadEntry(external); break;
                case 14: location = _reader.ReadNumber(); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        RequireSizes(name, dimensions);
        OnnxDataLocation? data = location == External ? Outside(name, external)
            : raw is var (offset, length) && !several ? new(_file, offset, length)
            : null;
        return new(name, (OnnxElementType)type, dimensions, data);
    }

    // So that sums and products of what is declared cannot overflow.
    private static void RequireSizes(string name, List<long> dimensions)
    {
        long product = 1;
        foreach (long size in dimensions)
        {
            if (size < 0 || (size > 0 && product > (long.MaxValue >> 8) / size))
            {
                throw new InvalidDataException($"the impossible shape [{string.Join(',', dimensions)}] of the weight \"{name}\"");
            }

            product *= size;
        }
    }

    private OnnxDataLocation Outside(string name, Dictionary<string, string> external)
    {
        string location = external.GetValueOrDefault("location", "");

        // A model must not make anybody read files from elsewhere; ONNX Runtime refuses this as well.
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || location.Split('/', '\\').Contains(".."))
        {
            throw new InvalidDataException($"the weight \"{name}\" in \"{location}\", which is no file below the model's folder");
        }

        return new(
            Path.Combine(Path.GetDirectoryName(_file) ?? "", location),
            NumberIn(external, "offset", absent: 0),
            NumberIn(external, "length", absent: -1));
    }

    private static long NumberIn(Dictionary<string, string> external, string key, long absent)
    {
        string? text = external.GetValueOrDefault(key);
        if (string.IsNullOrEmpty(text))
        {
            return absent;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new InvalidDataException($"external data with {key} \"{text}\"");
    }

    private void ReadEntry(Dictionary<string, string> entries)
    {
        (string key, string value) = ("", "");
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: key = _reader.ReadText(); break;
                case 2: value = _reader.ReadText(); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        entries[key] = value;
    }

    private OnnxValueInfo ReadValue()
    {
        OnnxValueInfo value = new("", OnnxElementType.Undefined, []);
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: value = value with { Name = _reader.ReadText() }; break;
                case 2: value = ReadType(value); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        return value;
    }

    private OnnxValueInfo ReadType(OnnxValueInfo value)
    {
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            if (field == 1)
            {
                value = ReadTensorType(value);
            }
            else
            {
                _reader.Skip();
            }
        }

        _reader.Leave(outer);
        return value;
    }

    private OnnxValueInfo ReadTensorType(OnnxValueInfo value)
    {
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: value = value with { Type = (OnnxElementType)_reader.ReadNumber() }; break;
                case 2: value = value with { Dimensions = ReadShape() }; break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        return value;
    }

    private List<string> ReadShape()
    {
        List<string> dimensions = [];
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            if (field == 1)
            {
                dimensions.Add(ReadDimension());
            }
            else
            {
                _reader.Skip();
            }
        }

        _reader.Leave(outer);
        return dimensions;
    }

    private string ReadDimension()
    {
        string dimension = "?";
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: dimension = _reader.ReadNumber().ToString(CultureInfo.InvariantCulture); break;
                case 2: dimension = _reader.ReadText(); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        return dimension;
    }

    private static string StandardOr(string domain) => domain == "ai.onnx" ? "" : domain;

    // Operators of the standard domain, which has no name.
    private long ReadStandardOpset()
    {
        (string domain, long version) = ("", 0);
        long outer = _reader.Enter();
        while (_reader.Next() is > 0 and int field)
        {
            switch (field)
            {
                case 1: domain = _reader.ReadText(); break;
                case 2: version = _reader.ReadNumber(); break;
                default: _reader.Skip(); break;
            }
        }

        _reader.Leave(outer);
        domain = StandardOr(domain);
        _content.Domains.Add(domain);
        return domain.Length == 0 ? version : 0;
    }
}
