using System.Runtime.InteropServices;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Onnx.Graph;
using SdFleet.Diffusion.Tokenization;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>Textual inversions on their way into a model: rows behind the text encoder's token table, and their words into the tokenizer.</summary>
internal sealed class TokenEmbeddings
{
    private readonly IReadOnlyList<TextualInversion> _embeddings;

    /// <param name="embeddings">None, or embeddings for a model with one text encoder.</param>
    /// <exception cref="ModelFormatException">One is for another kind of model.</exception>
    /// <exception cref="ArgumentException">Two have the same word.</exception>
    public TokenEmbeddings(IReadOnlyList<TextualInversion> embeddings)
    {
        _embeddings = embeddings;
        HashSet<string> words = [];
        foreach (TextualInversion embedding in embeddings)
        {
            if (!words.Add(ClipText.Normalize(embedding.Token)))
            {
                throw new ArgumentException($"Two embeddings have the token \"{embedding.Token}\"; give one another token.", nameof(embeddings));
            }

            if (embedding.SecondVectors is not null)
            {
                throw new ModelFormatException(embedding.File, "an embedding for one text encoder", "clip_l and clip_g, as SDXL has");
            }
        }
    }

    /// <summary>Puts the vectors behind the rows of a text encoder's token table.</summary>
    /// <param name="model">The text encoder.</param>
    /// <param name="places">How many tokens it takes between start and end.</param>
    /// <returns>The words, with the ids of their rows, for the tokenizer.</returns>
    /// <exception cref="ModelFormatException">They do not fit, or the table cannot be told.</exception>
    public IReadOnlyList<AddedToken> AddTo(OnnxGraphEditor model, int places)
    {
        OnnxInitializer table = new ClipTextGraph(model.Graph).FindTokenTable();
        int rows = (int)table.Dimensions[0], width = (int)table.Dimensions[1];
        List<AddedToken> tokens = [];
        int next = rows;
        foreach (TextualInversion embedding in _embeddings)
        {
            if (embedding.Vectors.Width != width || embedding.Count > places)
            {
                throw new ModelFormatException(
                    embedding.File,
                    FormattableString.Invariant($"1 to {places} vectors of {width} numbers, as the text encoder's"),
                    FormattableString.Invariant($"{embedding.Count} of {embedding.Vectors.Width}"));
            }

            tokens.Add(new(embedding.Token, next, embedding.Count));
            next += embedding.Count;
        }

        float[] added = [.. _embeddings.SelectMany(embedding => embedding.Vectors.Values)];
        byte[] bytes = table.Type switch
        {
            OnnxElementType.Float32 => MemoryMarshal.AsBytes<float>(added).ToArray(),
            OnnxElementType.Float16 => FloatFormats.ToHalf(added),
            _ => throw new ModelFormatException(model.Graph.File, "a token table of float32 or float16", table.ToString()),
        };
        byte[] all = [.. model.Graph.ReadBytes(table), .. bytes];
        model.ReplaceInitializer(table.Name, table.Type, [next, width], all);
        return tokens;
    }
}
