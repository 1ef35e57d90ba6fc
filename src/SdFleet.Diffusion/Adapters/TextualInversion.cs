using System.Security.Cryptography;
using SdFleet.Diffusion.Weights;

namespace SdFleet.Diffusion.Adapters;

/// <summary>
/// A word with vectors of its own in place of the vocabulary's (arXiv:2208.01618): what A1111 calls an embedding. In a prompt the word is
/// found in either case of letters, and takes as many places as it has vectors. Read from safetensors, in either of three layouts: one
/// tensor with the name of the word (diffusers), one tensor <c>emb_params</c> (A1111), or <c>clip_l</c> and <c>clip_g</c> (SDXL); each
/// a row a vector, or a single vector.
/// </summary>
public sealed class TextualInversion
{
    private const string Extension = ".safetensors";
    private const string Parameters = "emb_params", Small = "clip_l", Large = "clip_g";

    // What a file says where its word is whatever one likes.
    private const string AnyWord = "*";

    private TextualInversion(string file, string token, string sha256, EmbeddingVectors vectors, EmbeddingVectors? second)
    {
        File = file;
        Token = token;
        Sha256 = sha256;
        Vectors = vectors;
        SecondVectors = second;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The word in prompts.</summary>
    public string Token { get; }

    /// <summary>The file's SHA-256: 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>How many places of a prompt the word takes.</summary>
    public int Count => Vectors.Count;

    /// <summary>The rows for the model's text encoder; with two encoders, for the first one.</summary>
    internal EmbeddingVectors Vectors { get; }

    /// <summary>The rows for the second text encoder; null where the file has none.</summary>
    internal EmbeddingVectors? SecondVectors { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">A .safetensors file. Others are pickled Python, which runs whatever it likes while it is read.</param>
    /// <param name="token">The word; null for the tensor's name in diffusers' layout, else for the file's name.</param>
    /// <exception cref="ModelFormatException">It is no such file.</exception>
    /// <exception cref="ArgumentException">The word is white space only.</exception>
    public static TextualInversion Load(string file, string? token = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        if (!string.Equals(Path.GetExtension(file), Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelFormatException(
                file,
                $"a {Extension} file",
                $"\"{Path.GetExtension(file)}\"; pickled files can run any program when they are read, so convert it first");
        }

        using SafetensorsFile tensors = SafetensorsFile.Open(file);
        string first = tensors.Tensors.ContainsKey(Small) ? Small
            : tensors.Tensors.ContainsKey(Parameters) ? Parameters
            : tensors.Tensors.Count == 1 ? tensors.Tensors.Keys.Single()
            : throw new ModelFormatException(
                file, $"one tensor, or {Parameters}, or {Small} and {Large}", FormattableString.Invariant($"{tensors.Tensors.Count} tensors"));
        EmbeddingVectors vectors = Read(tensors, first);
        EmbeddingVectors? second = first == Small && tensors.Tensors.ContainsKey(Large) ? Read(tensors, Large) : null;
        if (second is not null && second.Count != vectors.Count)
        {
            throw new ModelFormatException(
                file,
                FormattableString.Invariant($"as many vectors in {Large} as in {Small}, {vectors.Count}"),
                FormattableString.Invariant($"{second.Count}"));
        }

        bool named = first is not (Small or Parameters or AnyWord);
        string word = token ?? (named ? first : Path.GetFileNameWithoutExtension(file));
        ArgumentException.ThrowIfNullOrWhiteSpace(word, nameof(token));
        return new(file, word.Trim(), Hash(file), vectors, second);
    }

    private static EmbeddingVectors Read(SafetensorsFile file, string name)
    {
        SafetensorsEntry tensor = file.Tensors[name];
        IReadOnlyList<long> shape = tensor.Shape;
        if (shape.Count is not (1 or 2) || shape.Any(size => size is < 1 or > 1 << 20))
        {
            throw new ModelFormatException(file.File, "a vector, or rows of vectors", tensor.ToString());
        }

        int count = shape.Count == 1 ? 1 : (int)shape[0];
        return new(file.ReadFloats(name), count, (int)shape[^1]);
    }

    private static string Hash(string file)
    {
        using FileStream stream = System.IO.File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
