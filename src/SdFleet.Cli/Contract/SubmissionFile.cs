using System.Runtime.CompilerServices;
using System.Text;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Contract;

/// <summary>Messages in a file, as an integrator would publish them: one document, or in a file of JSON Lines one a line.</summary>
internal static class SubmissionFile
{
    /// <summary>Standard input, read as JSON Lines.</summary>
    public const string StandardInput = "-";

    private static readonly string[] LineExtensions = [".jsonl", ".ndjson"];

    /// <summary>Reads and checks each message. Blank lines are nothing.</summary>
    public static async IAsyncEnumerable<CheckedSubmission> ReadAsync(
        string path, TextReader standardInput, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (path != StandardInput && !File.Exists(path))
        {
            throw new CliException($"There is no file {path}.", ExitCodes.Usage);
        }

        if (path != StandardInput && !LineExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            yield return Check(null, await File.ReadAllBytesAsync(path, cancellationToken));
            yield break;
        }

        using var opened = path == StandardInput ? null : new StreamReader(path, Encoding.UTF8);
        var reader = opened ?? standardInput;
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Check(number, Encoding.UTF8.GetBytes(line));
            }
        }
    }

    private static CheckedSubmission Check(int? line, byte[] body)
    {
        var errors = new List<FieldError>();
        var job = SubmissionReader.Read(body, SubmissionDoor.Broker, errors);
        if (job.Id is null && !errors.Any(e => e.Field is "id" or SubmissionReader.Body))
        {
            errors.Insert(0, new FieldError("id", null, SubmitJobFields.All.Single(f => f.Name == "id").Limit));
        }

        return new CheckedSubmission(line, body, job.Id, errors);
    }
}
