using System.Runtime.CompilerServices;
using System.Text.Json;
using SdFleet.Contracts;

namespace SdFleet.Coordinator.Datasets;

/// <summary>Reads files of one JSON value a line, naming the line where one cannot be read.</summary>
internal static class JsonLines
{
    public static async IAsyncEnumerable<T> ReadAsync<T>(string file, Func<string, T?> parse, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty)
            {
                continue;
            }

            T? value;
            try
            {
                value = parse(line);
            }
            catch (JsonException e)
            {
                throw new DatasetException($"{file}, line {number} cannot be read: {e.Message}", e);
            }

            yield return value ?? throw new DatasetException($"{file}, line {number} cannot be read: it holds no object.");
        }
    }

    public static T? Parse<T>(string line) => JsonSerializer.Deserialize<T>(line, ContractsJson.Options);
}
