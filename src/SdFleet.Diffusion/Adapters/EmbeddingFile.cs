using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>What the file of a textual inversion holds.</summary>
/// <param name="File">The file.</param>
/// <param name="Token">The word.</param>
/// <param name="First">The rows for the text encoder, or with two encoders for the first one.</param>
/// <param name="Second">The rows for the second text encoder; null where the file has none.</param>
internal sealed record EmbeddingFile(string File, string Token, EmbeddingVectors First, EmbeddingVectors? Second)
{
    private const string Extension = ".safetensors";
    private const string Parameters = "emb_params", Small = "clip_l", Large = "clip_g";

    // The name in files whose word is whatever one likes.
    private const string AnyWord = "*";

    // What a text encoder takes between start and end.
    private const int MostVectors = 75;
    private const int LongestToken = 200;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">It is no such file.</exception>
    /// <exception cref="ArgumentException">There is no path, or the word is empty or too long.</exception>
    public static EmbeddingFile Read(TextualInversion embedding)
    {
        string path = embedding.Path;
        if (string.IsNullOrEmpty(path))
        {
            throw new ArgumentException("An embedding has no Path; it must be the path of a safetensors file.", nameof(embedding));
        }

        string extension = Path.GetExtension(path);
        if (!string.Equals(extension, Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelFormatException(
                path, $"a {Extension} file", $"\"{extension}\" (pickled files can run any program when they are read: convert it first)");
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        string first = file.Tensors.ContainsKey(Small) ? Small
            : file.Tensors.ContainsKey(Parameters) ? Parameters
            : file.Tensors.Count == 1 ? file.Tensors.Keys.Single()
            : throw new ModelFormatException(
                path, $"one tensor, or {Parameters}, or {Small} and {Large}", FormattableString.Invariant($"{file.Tensors.Count} tensors"));
        EmbeddingVectors vectors = Read(file, first);
        EmbeddingVectors? second = first == Small && file.Tensors.ContainsKey(Large) ? Read(file, Large) : null;
        if (second is not null && second.Count != vectors.Count)
        {
            throw new ModelFormatException(
                path,
                FormattableString.Invariant($"as many vectors in {Large} as in {Small}, {vectors.Count}"),
                FormattableString.Invariant($"{second.Count}"));
        }

        bool named = first is not (Small or Parameters or AnyWord);
        string token = (embedding.Token ?? (named ? first : Path.GetFileNameWithoutExtension(path))).Trim();
        return token.Length is >= 1 and <= LongestToken
            ? new(path, token, vectors, second)
            : throw new ArgumentException(
                FormattableString.Invariant($"Token of the embedding {path} is \"{token}\"; it must have 1 to {LongestToken} characters."),
                nameof(embedding));
    }

    private static EmbeddingVectors Read(SafetensorsFile file, string name)
    {
        SafetensorsEntry tensor = file.Tensors[name];
        IReadOnlyList<long> shape = tensor.Shape;
        bool fits = (shape.Count == 1 || (shape.Count == 2 && shape[0] is >= 1 and <= MostVectors)) && shape[^1] is >= 1 and <= ushort.MaxValue;
        return fits
            ? new(file.ReadFloats(name), shape.Count == 1 ? 1 : (int)shape[0], (int)shape[^1])
            : throw new ModelFormatException(
                file.File, FormattableString.Invariant($"a vector, or up to {MostVectors} rows of vectors"), tensor.ToString());
    }
}
