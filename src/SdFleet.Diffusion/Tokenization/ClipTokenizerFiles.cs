using System.Text.Json;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>What the files of a tokenizer folder say, checked: the way in for <see cref="ClipTokenizer"/>.</summary>
internal sealed class ClipTokenizerFiles
{
    private const string ConfigFile = "tokenizer_config.json";
    private const string SpecialTokensFile = "special_tokens_map.json";
    private const string DefaultBegin = "<|startoftext|>";
    private const string DefaultEnd = "<|endoftext|>";
    private const int DefaultMaxLength = 77;

    // transformers writes 1e30 for "no limit"; anything this large means that the file does not know.
    private const double LargestMaxLength = 100_000;

    public required ClipVocabulary Vocabulary { get; init; }

    public required SpecialToken Begin { get; init; }

    public required SpecialToken End { get; init; }

    public required SpecialToken Pad { get; init; }

    public required int MaxLength { get; init; }

    public static ClipTokenizerFiles Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelFormatException(folder, "a tokenizer folder", "no such folder");
        }

        using JsonDocument? config = ReadOptional(Path.Combine(folder, ConfigFile));
        using JsonDocument? map = ReadOptional(Path.Combine(folder, SpecialTokensFile));
        VocabularyFiles files = VocabularyFiles.Find(folder);
        Dictionary<string, int> ids = files.ReadIds();

        SpecialToken begin = Special("bos_token", DefaultBegin);
        SpecialToken end = Special("eos_token", DefaultEnd);
        SpecialToken pad = Special("pad_token", end.Content);
        int unknownId = ContentOf("unk_token") is { } unknown ? ids.GetValueOrDefault(unknown.Content, ClipVocabulary.NoId) : end.Id;
        return new()
        {
            Vocabulary = new(ids, files.ReadMerges(ids), unknownId),
            Begin = begin,
            End = end,
            Pad = pad,
            MaxLength = ReadMaxLength(config, folder),
        };

        SpecialToken Special(string name, string fallback)
        {
            (string content, bool normalized) = ContentOf(name) ?? (fallback, true);
            return ids.TryGetValue(content, out int id)
                ? new(content, id, normalized)
                : throw new ModelFormatException(files.IdsFile, $"the {name} \"{content}\" in the vocabulary", "no such token");
        }

        // The order in which transformers believes the two files: the map first, unless the configuration is of the
        // newer kind that lists its added tokens.
        (string Content, bool Normalized)? ContentOf(string name)
        {
            bool configFirst = config?.RootElement.TryGetProperty("added_tokens_decoder", out _) == true;
            return configFirst
                ? ReadToken(config, name) ?? ReadToken(map, name)
                : ReadToken(map, name) ?? ReadToken(config, name);
        }
    }

    private static (string Content, bool Normalized)? ReadToken(JsonDocument? document, string name)
    {
        if (document is null || !document.RootElement.TryGetProperty(name, out JsonElement token))
        {
            return null;
        }

        if (token.ValueKind == JsonValueKind.String)
        {
            return (token.GetString()!, true);
        }

        if (token.ValueKind == JsonValueKind.Object
            && token.TryGetProperty("content", out JsonElement content)
            && content.ValueKind == JsonValueKind.String)
        {
            bool normalized = !token.TryGetProperty("normalized", out JsonElement flag) || flag.ValueKind != JsonValueKind.False;
            return (content.GetString()!, normalized);
        }

        return null;
    }

    private static int ReadMaxLength(JsonDocument? config, string folder)
    {
        if (config is null
            || !config.RootElement.TryGetProperty("model_max_length", out JsonElement value)
            || value.ValueKind != JsonValueKind.Number
            || value.GetDouble() is var length && length > LargestMaxLength)
        {
            return DefaultMaxLength;
        }

        // Start and end token, and at least one word.
        return length >= 3 && length == Math.Floor(length)
            ? (int)length
            : throw new ModelFormatException(Path.Combine(folder, ConfigFile), "model_max_length of 3 or more", value.GetRawText());
    }

    private static JsonDocument? ReadOptional(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        JsonDocument document = JsonFile.Read(path);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document
            : throw new ModelFormatException(path, "a JSON object", document.RootElement.ValueKind.ToString());
    }
}
