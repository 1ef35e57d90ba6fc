using System.Globalization;
using System.Text.Json;

namespace SdFleet.Diffusion.Tokenization;

/// <summary>The token ids and the merge list of a tokenizer folder, from the classic pair of files or from tokenizer.json.</summary>
internal sealed class VocabularyFiles
{
    private const string IdsFileName = "vocab.json";
    private const string MergesFileName = "merges.txt";
    private const string SingleFileName = "tokenizer.json";

    private readonly string _mergesFile;
    private readonly bool _single;

    private VocabularyFiles(string idsFile, string mergesFile, bool single)
    {
        IdsFile = idsFile;
        _mergesFile = mergesFile;
        _single = single;
    }

    /// <summary>The file that holds the ids, for messages.</summary>
    public string IdsFile { get; }

    /// <summary>Prefers vocab.json and merges.txt; newer exports have only tokenizer.json.</summary>
    public static VocabularyFiles Find(string folder)
    {
        string ids = Path.Combine(folder, IdsFileName);
        string merges = Path.Combine(folder, MergesFileName);
        string single = Path.Combine(folder, SingleFileName);
        if (File.Exists(single) && !(File.Exists(ids) && File.Exists(merges)))
        {
            return new(single, single, single: true);
        }

        foreach (string file in (string[])[ids, merges])
        {
            if (!File.Exists(file))
            {
                throw new ModelFormatException(file, "a tokenizer file (vocab.json and merges.txt, or tokenizer.json)", "no such file");
            }
        }

        return new(ids, merges, single: false);
    }

    /// <summary>Token text to id.</summary>
    public Dictionary<string, int> ReadIds()
    {
        using JsonDocument document = JsonFile.Read(IdsFile);
        JsonElement vocabulary = _single ? Model(document).GetProperty("vocab") : document.RootElement;
        if (vocabulary.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException(IdsFile, "a JSON object from token to id", vocabulary.ValueKind.ToString());
        }

        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        HashSet<int> used = [];
        foreach (JsonProperty token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0)
            {
                throw Wrong(token, "an id from 0 up", token.Value.GetRawText());
            }

            if (!ids.TryAdd(token.Name, id) || !used.Add(id))
            {
                throw Wrong(token, "each token and each id once", $"id {id} or its token a second time");
            }
        }

        AddTokensOutsideTheModel(document, ids);
        return ids;
    }

    /// <summary>The merge list in order of rank.</summary>
    public List<ClipMerge> ReadMerges(Dictionary<string, int> ids)
    {
        List<ClipMerge> merges = [];
        foreach ((string place, string line) in _single ? ReadSingleMerges() : ReadMergeLines())
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
            {
                throw new ModelFormatException(place, "two symbols with one space between them", $"\"{line}\"");
            }

            string left = line[..space];
            string right = line[(space + 1)..];
            merges.Add(new(IdOf(left), IdOf(right), IdOf(left + right), merges.Count));

            int IdOf(string symbol) => ids.TryGetValue(symbol, out int id)
                ? id
                : throw new ModelFormatException(place, $"symbols of {Path.GetFileName(IdsFile)}", $"\"{symbol}\", which is not there");
        }

        return merges;
    }

    private IEnumerable<(string Place, string Line)> ReadMergeLines()
    {
        int number = 0;
        foreach (string line in File.ReadLines(_mergesFile))
        {
            number++;
            bool heading = number == 1 && line.StartsWith("#version", StringComparison.Ordinal);
            if (!heading && line.Length > 0)
            {
                yield return (string.Create(CultureInfo.InvariantCulture, $"{_mergesFile}, line {number}"), line);
            }
        }
    }

    private IEnumerable<(string Place, string Line)> ReadSingleMerges()
    {
        using JsonDocument document = JsonFile.Read(_mergesFile);
        int number = 0;
        foreach (JsonElement merge in Model(document).GetProperty("merges").EnumerateArray())
        {
            number++;
            string line = merge.ValueKind == JsonValueKind.Array
                ? string.Join(' ', merge.EnumerateArray().Select(symbol => symbol.ToString()))
                : merge.ToString();
            yield return (string.Create(CultureInfo.InvariantCulture, $"{_mergesFile}, merge {number}"), line);
        }
    }

    private JsonElement Model(JsonDocument document)
    {
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("model", out JsonElement model)
            && model.ValueKind == JsonValueKind.Object
            && model.TryGetProperty("vocab", out _)
            && model.TryGetProperty("merges", out JsonElement merges)
            && merges.ValueKind == JsonValueKind.Array)
        {
            return model;
        }

        throw new ModelFormatException(IdsFile, "a byte-pair model with vocab and merges", "none");
    }

    // tokenizer.json may list its special tokens beside the model only.
    private void AddTokensOutsideTheModel(JsonDocument document, Dictionary<string, int> ids)
    {
        if (!_single || !document.RootElement.TryGetProperty("added_tokens", out JsonElement added))
        {
            return;
        }

        foreach (JsonElement token in added.ValueKind == JsonValueKind.Array ? added.EnumerateArray() : default)
        {
            if (token.ValueKind != JsonValueKind.Object
                || !token.TryGetProperty("content", out JsonElement content) || content.ValueKind != JsonValueKind.String
                || !token.TryGetProperty("id", out JsonElement id) || id.ValueKind != JsonValueKind.Number)
            {
                throw new ModelFormatException(IdsFile, "added_tokens with an id and a content each", token.GetRawText());
            }

            ids.TryAdd(content.GetString()!, id.GetInt32());
        }
    }

    // System.Text.Json gives no line for a value that is valid JSON, so it is looked up when there is something to say.
    private ModelFormatException Wrong(JsonProperty token, string expected, string found)
    {
        string quoted = $"\"{JsonEncodedText.Encode(token.Name)}\"";
        int line = 0;
        foreach (string text in File.ReadLines(IdsFile))
        {
            line++;
            if (text.Contains(quoted, StringComparison.Ordinal) || text.Contains($"\"{token.Name}\"", StringComparison.Ordinal))
            {
                break;
            }
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{IdsFile}, line {line}, token {quoted}"), expected, found);
    }
}
