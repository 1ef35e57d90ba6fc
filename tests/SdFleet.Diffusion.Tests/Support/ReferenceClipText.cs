using System.Text.Json;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// CLIP's text transformer (arXiv:2103.00020) written out in double precision, on the weights of the bundled model's text encoder. It
/// shares nothing with what it tests but the reader of the weights: names say what they are, and no graph is followed.
/// </summary>
internal sealed class ReferenceClipText
{
    private readonly OnnxGraph _graph;
    private readonly int _width, _layers, _heads;
    private readonly float[][] _matrices;
    private readonly List<float> _table;

    public ReferenceClipText(string folder)
    {
        _graph = OnnxGraph.Read(Path.Combine(folder, "text_encoder", "model.onnx"));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "text_encoder", "config.json")));
        JsonElement root = config.RootElement;
        _width = root.GetProperty("hidden_size").GetInt32();
        _layers = root.GetProperty("num_hidden_layers").GetInt32();
        _heads = root.GetProperty("num_attention_heads").GetInt32();
        Assert.Equal("quick_gelu", root.GetProperty("hidden_act").GetString());

        // The exporter numbers a layer's products in the order in which they are computed: query, key, value, result, and the perceptron's.
        _matrices = [.. _graph.Initializers.Where(w => w.Name.StartsWith("onnx::MatMul_", StringComparison.Ordinal))
            .OrderBy(w => int.Parse(w.Name.Split('_')[1], System.Globalization.CultureInfo.InvariantCulture)).Select(_graph.ReadFloats)];
        Assert.Equal(6 * _layers, _matrices.Length);
        _table = [.. Weight("text_model.embeddings.token_embedding.weight")];
    }

    /// <summary>The length of a token's vector.</summary>
    public int Width => _width;

    /// <summary>How many tokens there are.</summary>
    public int Tokens => _table.Count / _width;

    /// <summary>Puts a row behind the table.</summary>
    public void AddToken(ReadOnlySpan<float> row) => _table.AddRange(row);

    /// <summary>The vectors behind all layers but the last ones, normalized as those behind the last one are.</summary>
    public double[][] Encode(ReadOnlySpan<int> ids, int skip = 0)
    {
        float[] positions = Weight("text_model.embeddings.position_embedding.weight");
        double[][] stream = new double[ids.Length][];
        for (int i = 0; i < ids.Length; i++)
        {
            int token = ids[i] * _width, position = i * _width;
            stream[i] = [.. Enumerable.Range(0, _width).Select(j => (double)_table[token + j] + positions[position + j])];
        }

        for (int layer = 0; layer < _layers - skip; layer++)
        {
            Add(stream, Attend(layer, Normalize(stream, $"encoder.layers.{layer}.layer_norm1")));
            double[][] inner = Product(Normalize(stream, $"encoder.layers.{layer}.layer_norm2"), layer, 4, "mlp.fc1");
            foreach (double[] vector in inner)
            {
                for (int i = 0; i < vector.Length; i++)
                {
                    vector[i] /= 1 + Math.Exp(-1.702 * vector[i]);
                }
            }

            Add(stream, Product(inner, layer, 5, "mlp.fc2"));
        }

        return Normalize(stream, "final_layer_norm");
    }

    private static void Add(double[][] stream, double[][] more)
    {
        for (int i = 0; i < stream.Length; i++)
        {
            stream[i] = [.. stream[i].Zip(more[i], (a, b) => a + b)];
        }
    }

    private double[][] Attend(int layer, double[][] x)
    {
        double[][] query = Product(x, layer, 0, "self_attn.q_proj");
        double[][] key = Product(x, layer, 1, "self_attn.k_proj");
        double[][] value = Product(x, layer, 2, "self_attn.v_proj");
        int size = _width / _heads;
        double[][] mixed = [.. x.Select(_ => new double[_width])];
        for (int head = 0; head < _heads; head++)
        {
            int from = head * size;
            for (int i = 0; i < x.Length; i++)
            {
                // A token sees itself and what is before it.
                double[] weights = [.. Enumerable.Range(0, i + 1).Select(j =>
                    Math.Exp(Enumerable.Range(from, size).Sum(k => query[i][k] * key[j][k]) / Math.Sqrt(size)))];
                for (int k = from; k < from + size; k++)
                {
                    mixed[i][k] = weights.Select((weight, j) => weight * value[j][k]).Sum() / weights.Sum();
                }
            }
        }

        return Product(mixed, layer, 3, "self_attn.out_proj");
    }

    private double[][] Product(double[][] x, int layer, int matrix, string bias)
    {
        float[] weights = _matrices[(6 * layer) + matrix];
        float[] shift = Weight($"text_model.encoder.layers.{layer}.{bias}.bias");
        int width = shift.Length;
        return [.. x.Select(vector =>
        {
            double[] result = [.. shift];
            for (int i = 0; i < vector.Length; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    result[j] += vector[i] * weights[(i * width) + j];
                }
            }

            return result;
        })];
    }

    private double[][] Normalize(double[][] x, string name)
    {
        float[] scale = Weight($"text_model.{name}.weight"), shift = Weight($"text_model.{name}.bias");
        return [.. x.Select(vector =>
        {
            double mean = vector.Average();
            double deviation = Math.Sqrt(vector.Average(value => (value - mean) * (value - mean)) + 1e-5);
            return vector.Select((value, i) => ((value - mean) / deviation * scale[i]) + shift[i]).ToArray();
        })];
    }

    private float[] Weight(string name) => _graph.ReadFloats(_graph.FindInitializer($"{name}_fp16")!);
}
