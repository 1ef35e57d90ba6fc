using System.Globalization;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Batches;

/// <summary>Reads the next lines of a part of a batch. Knows neither where parts are kept nor where jobs go.</summary>
internal sealed class BatchPartReader(ModelCatalog models)
{
    // What one transaction takes, so that neither many short lines nor a few long ones make it a long one.
    private const int MaxLines = 1000;
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads from where the batch stands, up to <paramref name="maxLines"/> lines of this part.</summary>
    /// <param name="source">The batch, with the place to begin at.</param>
    /// <param name="part">The whole part.</param>
    /// <param name="maxLines">Most lines; at least one.</param>
    /// <param name="now">When they are admitted.</param>
    public BatchExpansion Read(BatchSource source, ReadOnlyMemory<byte> part, int maxLines, DateTimeOffset now)
    {
        var jobs = new List<BatchJob>();
        var problems = new List<BatchProblem>();
        var (line, offset) = (source.LinesRead, (int)source.NextOffset);
        var (lastLine, lastByte) = (line + Math.Min(maxLines, MaxLines), offset + MaxBytes);
        while (offset < part.Length && line < lastLine && offset < lastByte)
        {
            line++;
            var rest = part[offset..];
            var end = rest.Span.IndexOf((byte)'\n');
            Read(source, line, WithoutReturn(end < 0 ? rest : rest[..end]), now, jobs, problems);
            offset += end < 0 ? rest.Length : end + 1;
        }

        var expansion = new BatchExpansion
        {
            BatchId = source.Batch.Id,
            LinesBefore = source.LinesRead,
            LinesAfter = line,
            NextPart = source.NextPart,
            NextOffset = offset,
            Jobs = jobs,
            Problems = problems,
            At = now,
        };
        if (offset < part.Length)
        {
            return expansion;
        }

        // The part is at its end. Had it other lines than declared, the numbers of all that follow would be wrong.
        var declared = source.Batch.Parts.Take(source.NextPart + 1).Sum(p => p.Lines);
        var isLast = source.NextPart + 1 == source.Batch.Parts.Count;
        return expansion with
        {
            NextPart = source.NextPart + 1,
            NextOffset = 0,
            IsLast = isLast,
            Error = line == declared ? null : string.Create(
                CultureInfo.InvariantCulture, $"Part {source.NextPart} ends with line {line} of the batch; it was declared to end with line {declared}."),
        };
    }

    private void Read(
        BatchSource source, long line, ReadOnlyMemory<byte> utf8, DateTimeOffset now, List<BatchJob> jobs, List<BatchProblem> problems)
    {
        var errors = new List<FieldError>();
        var submission = BatchLine.Read(source.Batch, line, utf8, errors);

        // Of something that is no object, missing fields need no mention.
        var job = errors.Any(e => e.Field == SubmissionReader.Body) ? null : RecipeResolver.Resolve(submission, models.Specs, now, errors);
        if (job is null || errors.Count > 0)
        {
            problems.Add(new BatchProblem(line, errors));
            return;
        }

        jobs.Add(new BatchJob(line, new NewJob
        {
            Job = job,
            ArtifactFolder = ArtifactName.BatchFolder(source.Batch.Id, line),
            Digest = JobDigest.Of(job),
            AdmittedAt = now,
            Traceparent = source.Traceparent,
        }));
    }

    private static ReadOnlyMemory<byte> WithoutReturn(ReadOnlyMemory<byte> line) => line.Span is [.., (byte)'\r'] ? line[..^1] : line;
}
