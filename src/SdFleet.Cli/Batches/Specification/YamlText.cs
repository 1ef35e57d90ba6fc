using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SdFleet.Cli.Output;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SdFleet.Cli.Batches.Specification;

/// <summary>A file of YAML, or of JSON, which YAML includes; and how its parts are shown to people.</summary>
internal static class YamlText
{
    private const int ShownLength = 80;

    /// <summary>Reads a file that holds one mapping.</summary>
    /// <param name="path">The file.</param>
    /// <param name="field">What the mapping cannot do without, for the error.</param>
    /// <exception cref="CliException">It holds something else.</exception>
    public static YamlMappingNode ReadMapping(string path, string field = "prompts")
    {
        using var reader = Utf8File.Open(path);
        return ReadMapping(reader, path, field);
    }

    /// <summary>The same of an open file.</summary>
    public static YamlMappingNode ReadMapping(TextReader reader, string path, string field)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(reader);
        }
        catch (DecoderFallbackException e)
        {
            throw Utf8File.NotUtf8(path, e);
        }
        catch (YamlException e)
        {
            throw new CliException(
                string.Create(CultureInfo.InvariantCulture, $"{path}, line {e.Start.Line}: {e.Message} A text with braces stands in quotes."),
                ExitCodes.Usage,
                e);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode mapping }]
            ? mapping
            : throw new CliException($"{path} holds {stream.Documents.Count} documents of YAML: one, a mapping with \"{field}\" in it.", ExitCodes.Usage);
    }

    public static string Line(YamlNode node) => string.Create(CultureInfo.InvariantCulture, $"line {node.Start.Line}");

    /// <summary>A part as error texts show it; null where nothing stands there.</summary>
    public static string? Shown(YamlNode node) => node switch
    {
        YamlSequenceNode => "a list",
        YamlScalarNode scalar when IsNothing(scalar) => null,
        YamlScalarNode scalar when IsNumber(scalar) => scalar.Value,
        YamlScalarNode scalar => Quoted(scalar.Value!),
        _ => "a mapping",
    };

    public static string Quoted(string text) =>
        text.Length <= ShownLength ? $"\"{text}\"" : string.Create(CultureInfo.InvariantCulture, $"\"{text.AsSpan(0, ShownLength)}…\" ({text.Length} characters)");

    /// <summary>Whether nothing stands there, which YAML writes in five ways.</summary>
    public static bool IsNothing(YamlScalarNode node) =>
        node.Style == ScalarStyle.Plain && node.Value is (null or "" or "~" or "null" or "Null" or "NULL");

    public static YamlNode? Child(YamlMappingNode mapping, string name) =>
        mapping.Children.FirstOrDefault(child => child.Key is YamlScalarNode key && key.Value == name).Value;

    /// <summary>
    /// What the file says in one line of JSON, whatever its layout, comments and order of names. A list in another file is in it
    /// by its name and the file's SHA-256.
    /// </summary>
    public static string ToCanonicalJson(YamlNode node, string folder)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, node, folder);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, YamlNode node, string folder)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Children.OrderBy(child => child.Key.ToString(), StringComparer.Ordinal))
                {
                    json.WritePropertyName(key.ToString());
                    Write(json, value, folder);
                }

                if (Child(mapping, "file") is YamlScalarNode { Value: { } name } && Path.Combine(folder, name) is var file && File.Exists(file))
                {
                    json.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    Write(json, item, folder);
                }

                json.WriteEndArray();
                break;
            case YamlScalarNode scalar when IsNumber(scalar) && RecipeFields.TryParse(scalar.Value!, out var number):
                json.WriteNumberValue(number);
                break;
            case YamlScalarNode scalar when !IsNothing(scalar):
                json.WriteStringValue(scalar.Value);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static bool IsNumber(YamlScalarNode node) => node.Style == ScalarStyle.Plain && RecipeFields.TryParse(node.Value ?? "", out _);
}
