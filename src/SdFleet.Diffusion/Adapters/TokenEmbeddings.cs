using System.Runtime.InteropServices;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Tokenization;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// Textual inversions on their way into a model: rows behind a text encoder's token table, and their words into the tokenizer.
/// </summary>
internal sealed class TokenEmbeddings
{
    private readonly EmbeddingFile[] _files;
    private readonly Dictionary<string, List<AddedToken>> _words = [];

    /// <summary>Reads the files.</summary>
    /// <param name="folder">The model that they are for.</param>
    /// <param name="embeddings">What is asked for.</param>
    /// <exception cref="ModelFormatException">A file is no embedding, or one for another kind of model.</exception>
    /// <exception cref="ArgumentException">A word is wrong, or is that of two embeddings.</exception>
    public TokenEmbeddings(ModelFolder folder, IReadOnlyList<TextualInversion> embeddings)
    {
        _files = [.. embeddings.Select(EmbeddingFile.Read)];
        int encoders = folder.Has(ModelComponents.TextEncoder2) ? 2 : 1;
        HashSet<string> words = [];
        foreach (EmbeddingFile file in _files)
        {
            int found = file.Second is null ? 1 : 2;
            if (found != encoders)
            {
                throw new ModelFormatException(
                    file.File,
                    FormattableString.Invariant($"an embedding for {encoders} text encoder{(encoders == 1 ? "" : "s")}, as the model has"),
                    found == 1 ? "one for 1" : "clip_l and clip_g, for 2 as SDXL has");
            }

            if (!words.Add(ClipText.Normalize(file.Token)))
            {
                throw new ArgumentException(
                    $"Token is \"{file.Token}\" for two embeddings, one of them {file.File}; each must have its own.", nameof(embeddings));
            }
        }
    }

    /// <summary>What was read, each with its word.</summary>
    public IReadOnlyList<TextualInversion> Resolved => [.. _files.Select(file => new TextualInversion(file.File, file.Token))];

    /// <summary>Whether a network gets more rows.</summary>
    public bool Changes(string component) =>
        _files.Length > 0 && component is ModelComponents.TextEncoder or ModelComponents.TextEncoder2;

    /// <summary>The words with the ids of their rows, for a text encoder's tokenizer; to be asked for after <see cref="Apply"/>.</summary>
    public IReadOnlyList<AddedToken> WordsOf(string component) => _words.GetValueOrDefault(component, []);

    /// <summary>Puts the vectors behind the rows of a text encoder's token table.</summary>
    /// <exception cref="ModelFormatException">They do not fit, or the table cannot be told.</exception>
    public void Apply(string component, OnnxGraphEditor editor)
    {
        if (!Changes(component))
        {
            return;
        }

        OnnxInitializer table = new ClipTextGraph(editor.Graph).FindTokenTable();
        int next = (int)table.Dimensions[0], width = (int)table.Dimensions[1];
        List<AddedToken> words = [];
        List<float> rows = [];
        foreach (EmbeddingFile file in _files)
        {
            EmbeddingVectors vectors = component == ModelComponents.TextEncoder ? file.First : file.Second!;
            if (vectors.Width != width)
            {
                throw new ModelFormatException(
                    file.File,
                    FormattableString.Invariant($"vectors of {width} numbers, as those of {editor.Graph.File}"),
                    FormattableString.Invariant($"{vectors.Width}"));
            }

            words.Add(new(file.Token, next, vectors.Count));
            rows.AddRange(vectors.Values);
            next += vectors.Count;
        }

        ReadOnlySpan<float> added = CollectionsMarshal.AsSpan(rows);
        byte[] bytes = table.Type switch
        {
            OnnxElementType.Float32 => MemoryMarshal.AsBytes(added).ToArray(),
            OnnxElementType.Float16 => FloatFormats.ToHalf(added),
            _ => throw new ModelFormatException(editor.Graph.File, "a token table of float32 or float16", table.ToString()),
        };
        editor.ReplaceInitializer(table.Name, table.Type, [next, width], (byte[])[.. editor.Graph.ReadBytes(table), .. bytes]);
        _words[component] = words;
    }
}
