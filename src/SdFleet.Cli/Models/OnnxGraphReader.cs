using System.Globalization;

namespace SdFleet.Cli.Models;

/// <summary>Reads an ONNX file's declarations (onnx.proto), without its weights and without a runtime.</summary>
internal static class OnnxGraphReader
{
    private static readonly Dictionary<long, string> Types = new()
    {
        [1] = "float32", [2] = "uint8", [3] = "int8", [4] = "uint16", [5] = "int16", [6] = "int32", [7] = "int64", [8] = "string",
        [9] = "bool", [10] = "float16", [11] = "float64", [12] = "uint32", [13] = "uint64", [16] = "bfloat16", [17] = "float8", [22] = "int4",
    };

    /// <exception cref="InvalidDataException">It is no ONNX file.</exception>
    public static OnnxGraph Read(string file)
    {
        using var stream = File.OpenRead(file);
        var reader = new ProtobufReader(stream);
        var (producer, version, opset) = ("", "", 0L);
        Graph? graph = null;
        while (reader.ReadField(reader.End) is > 0 and var field)
        {
            switch (field)
            {
                case 2: producer = reader.ReadText(); break;
                case 3: version = reader.ReadText(); break;
                case 7: graph = ReadGraph(reader, reader.ReadMessage()); break;
                case 8: opset = Math.Max(opset, ReadStandardOpset(reader, reader.ReadMessage())); break;
                default: reader.Skip(); break;
            }
        }

        if (graph is null)
        {
            throw new InvalidDataException("The file has no graph.");
        }

        var main = graph.Weights.GroupBy(w => w.Type).Select(g => (Type: g.Key, Count: g.Sum(w => w.Count))).OrderByDescending(g => g.Count).FirstOrDefault();
        var weights = graph.Weights.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        return new OnnxGraph
        {
            Producer = $"{producer} {version}".Trim(),
            Opset = opset,
            // Old files list their weights among the inputs.
            Inputs = [.. graph.Inputs.Where(i => !weights.Contains(i.Name))],
            Outputs = graph.Outputs,
            Parameters = graph.Weights.Sum(w => w.Count),
            ParameterType = main.Type ?? "",
        };
    }

    private static Graph ReadGraph(ProtobufReader reader, long end)
    {
        var graph = new Graph([], [], []);
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 5: graph.Weights.Add(ReadWeight(reader, reader.ReadMessage())); break;
                case 11: graph.Inputs.Add(ReadValue(reader, reader.ReadMessage())); break;
                case 12: graph.Outputs.Add(ReadValue(reader, reader.ReadMessage())); break;
                default: reader.Skip(); break;
            }
        }

        return graph;
    }

    private static Weight ReadWeight(ProtobufReader reader, long end)
    {
        var (name, type) = ("", 0L);
        var dimensions = new List<long>();
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: reader.ReadNumbers(dimensions); break;
                case 2: type = reader.ReadNumber(); break;
                case 8: name = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return new Weight(name, TypeName(type), dimensions.Aggregate(1L, (product, size) => product * size));
    }

    private static OnnxTensor ReadValue(ProtobufReader reader, long end)
    {
        var name = "";
        var value = new OnnxTensor("", "not a tensor", []);
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: name = reader.ReadText(); break;
                case 2: value = ReadType(reader, reader.ReadMessage(), value); break;
                default: reader.Skip(); break;
            }
        }

        return value with { Name = name };
    }

    private static OnnxTensor ReadType(ProtobufReader reader, long end, OnnxTensor value)
    {
        while (reader.ReadField(end) is > 0 and var field)
        {
            if (field == 1)
            {
                value = ReadTensorType(reader, reader.ReadMessage(), value);
            }
            else
            {
                reader.Skip();
            }
        }

        return value;
    }

    private static OnnxTensor ReadTensorType(ProtobufReader reader, long end, OnnxTensor value)
    {
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: value = value with { Type = TypeName(reader.ReadNumber()) }; break;
                case 2: value = value with { Dimensions = ReadShape(reader, reader.ReadMessage()) }; break;
                default: reader.Skip(); break;
            }
        }

        return value;
    }

    private static List<string> ReadShape(ProtobufReader reader, long end)
    {
        var dimensions = new List<string>();
        while (reader.ReadField(end) is > 0 and var field)
        {
            if (field == 1)
            {
                dimensions.Add(ReadDimension(reader, reader.ReadMessage()));
            }
            else
            {
                reader.Skip();
            }
        }

        return dimensions;
    }

    private static string ReadDimension(ProtobufReader reader, long end)
    {
        var dimension = "?";
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: dimension = reader.ReadNumber().ToString(CultureInfo.InvariantCulture); break;
                case 2: dimension = reader.ReadText(); break;
                default: reader.Skip(); break;
            }
        }

        return dimension;
    }

    // Operators of the standard domain, which has no name.
    private static long ReadStandardOpset(ProtobufReader reader, long end)
    {
        var (domain, version) = ("", 0L);
        while (reader.ReadField(end) is > 0 and var field)
        {
            switch (field)
            {
                case 1: domain = reader.ReadText(); break;
                case 2: version = reader.ReadNumber(); break;
                default: reader.Skip(); break;
            }
        }

        return domain is "" or "ai.onnx" ? version : 0;
    }

    private static string TypeName(long type) => Types.GetValueOrDefault(type) ?? string.Create(CultureInfo.InvariantCulture, $"type {type}");

    private sealed record Graph(List<OnnxTensor> Inputs, List<OnnxTensor> Outputs, List<Weight> Weights);

    private sealed record Weight(string Name, string Type, long Count);
}
