using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CsvHelper;
using SdFleet.Cli.Batches.Specification;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Batches;

/// <summary>
/// A job a row, its fields named by the first row; quoting as RFC 4180 has it. An empty cell is a field left out. Fields may be written
/// in any case and with '_', '-' or spaces between words, and separated by commas, semicolons or tabs, as the header is.
/// </summary>
internal sealed class CsvSource : BatchSource
{
    // Twice the longest submission: what is longer begins with a quote that nobody closed.
    private const int LongestRow = 2 * SubmissionReader.MaxBytes;

    private static readonly SearchValues<char> Separators = SearchValues.Create(",;\t");

    private readonly string _path;
    private readonly char _separator;
    private readonly IReadOnlyList<FieldRule> _columns;

    private CsvSource(string path, char separator, IReadOnlyList<FieldRule> columns)
    {
        (_path, _separator, _columns) = (path, separator, columns);
    }

    public override string Description => Path.GetFileName(_path);

    public override string Unit => "row";

    public override string NotJson =>
        string.Create(CultureInfo.InvariantCulture, $"{_columns.Count} cells, as the header has; a cell with a '{_separator}' or a quote in it stands in quotes, and its quotes are doubled");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CliException">Names every column that is no field.</exception>
    public static CsvSource Open(string path)
    {
        try
        {
            using var text = Utf8File.Open(path);
            var first = Utf8File.ReadFirstLine(text);
            var separator = first.AsSpan().IndexOfAny(Separators) is >= 0 and var at ? first[at] : ',';
            var rules = SubmitJobFields.All.Where(rule => rule.Name != "id" && rule.Kind is not (FieldKind.Object or FieldKind.Objects) && !SubmitJobFields.BrokerOnly.Contains(rule.Name)).ToDictionary(rule => Key(rule.Name));
            using var header = CsvReader.FromText(first + "\n", new CsvReaderOptions { Separator = separator });
            header.ReadHeader();
            var names = header.Headers.ToArray();
            var wrong = names.Where(name => !rules.ContainsKey(Key(name))).Select(name => $"\"{name}\" is not a field")
                .Concat(names.GroupBy(Key).Where(same => same.Count() > 1).Select(same => $"\"{same.First()}\" is there {same.Count()} times"))
                .Concat(names.Any(name => Key(name) == "prompt") ? [] : ["\"prompt\" is missing"])
                .ToList();
            return wrong.Count == 0
                ? new CsvSource(path, separator, [.. names.Select(name => rules[Key(name)])])
                : throw new CliException(
                    $"{path}, line 1, which names the columns: {string.Join("; ", wrong)}. The fields are {string.Join(", ", rules.Values.Select(rule => rule.Name))}.",
                    ExitCodes.Usage);
        }
        catch (DecoderFallbackException e)
        {
            throw Utf8File.NotUtf8(path, e);
        }
    }

    public override async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isMalformed = false;
        var options = new CsvReaderOptions
        {
            Separator = _separator,
            MaxRecordSize = LongestRow,
            TrackLineNumbers = true,
            OnMalformedRecord = _ => isMalformed = true,
        };
        using var reader = CsvReader.Create(Utf8File.Open(_path), options, leaveOpen: false);
        var buffer = new ArrayBufferWriter<byte>();
        while (true)
        {
            isMalformed = false;
            try
            {
                if (!await reader.ReadAsync(cancellationToken))
                {
                    yield break;
                }
            }
            catch (DecoderFallbackException e)
            {
                throw Utf8File.NotUtf8(_path, e);
            }
            catch (CsvFormatException e)
            {
                throw new CliException(
                    string.Create(CultureInfo.InvariantCulture, $"{_path}, line {e.LineNumber}: {e.Message} Is a quote not closed?"), ExitCodes.Usage, e);
            }

            yield return isMalformed || reader.FieldCount != _columns.Count ? AsItIs(reader.RawRecord) : ToJson(reader, buffer);
        }
    }

    private string ToJson(CsvReader reader, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ContractsJson.Options.Encoder }))
        {
            json.WriteStartObject();
            for (var i = 0; i < _columns.Count; i++)
            {
                var (rule, cell) = (_columns[i], reader.GetString(i));
                if (cell.Length == 0)
                {
                    continue;
                }

                if (rule.Kind is FieldKind.WholeNumber or FieldKind.Number &&
                    decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                {
                    // Of a column with gaps, pandas makes 20.0 out of 20.
                    json.WriteNumber(rule.Name, rule.Kind == FieldKind.WholeNumber ? RecipeFields.Trimmed(number) : number);
                }
                else if (rule.Kind == FieldKind.Truth && bool.TryParse(cell, out var truth))
                {
                    json.WriteBoolean(rule.Name, truth);
                }
                else
                {
                    json.WriteString(rule.Name, cell);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string AsItIs(ReadOnlySpan<byte> row) => Encoding.UTF8.GetString(row).ReplaceLineEndings(" ");

    private static string Key(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
}
