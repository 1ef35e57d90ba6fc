using System.Globalization;
using System.Text.RegularExpressions;
using SdFleet.Cli.Chaos.Plan;
using SdFleet.Cli.Chaos.Submission;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Images;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Check;

/// <content>The pictures: as they are recorded, as they lie in the store, and as the workers say that they made them.</content>
internal sealed partial class Oracle
{
    // What the contract promises of an artifact's name.
    private static string NameOf(JobView record, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{record.SubmittedAt.UtcDateTime:yyyy-MM-dd}/{record.Id:D}-{index}.png");

    [GeneratedRegex("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,4})\\.png$", RegexOptions.CultureInvariant)]
    private static partial Regex ImageName();

    private void JudgeImages(PlannedJob job, JobView record)
    {
        var images = record.Images.Select(i => i.Record).ToList();
        foreach (var index in Enumerable.Range(0, job.Images).Except(images.Select(i => i.Index)))
        {
            Lose(job, $"it is completed without picture {index}");
        }

        foreach (var same in images.GroupBy(i => i.Index))
        {
            if (same.Key < 0 || same.Key >= job.Images)
            {
                Double(job, $"picture {same.Key} is recorded, and was not asked for");
                continue;
            }

            if (same.Count() > 1)
            {
                Double(job, $"picture {same.Key} is recorded {same.Count()} times");
            }

            JudgeImage(job, record, same.First());
        }
    }

    private void JudgeImage(PlannedJob job, JobView record, ImageRecord image)
    {
        var name = NameOf(record, image.Index);
        if (image.Artifact != name)
        {
            Double(job, $"picture {image.Index} is named {image.Artifact}, not {name}");
        }

        if (image.Seed != job.Seed + image.Index)
        {
            Lose(job, $"picture {image.Index} has the seed {image.Seed}, not {job.Seed + image.Index}");
        }

        if (image.Attempt < 1 || image.Attempt > record.Attempts)
        {
            Double(job, $"picture {image.Index} is of attempt {image.Attempt}, and there were {record.Attempts}");
        }

        if (!_evidence.Artifacts.TryGetValue(image.Artifact, out var sha256))
        {
            Lose(job, $"picture {image.Index} is not in the store: {image.Artifact}");
        }
        else if (sha256 != image.Sha256)
        {
            Lose(job, $"picture {image.Index} is not the one that was recorded: {image.Artifact} has SHA-256 {sha256}, the record {image.Sha256}");
        }

        if (!_recorded.TryAdd(image.Artifact, job.Id))
        {
            Double(job, $"{image.Artifact} is recorded for job {_recorded[image.Artifact]} too");
        }
    }

    // By the workers' journals: each attempt may be begun once.
    private void JudgeRuns(PlannedJob job, int attempts)
    {
        var record = _evidence.Records.GetValueOrDefault(job.Id);
        foreach (var index in Enumerable.Range(0, job.Images))
        {
            var runs = _evidence.Runs.GetValueOrDefault((job.Prompt, job.Seed + index));
            if (runs > attempts)
            {
                Double(job, $"picture {index} was begun {runs} times in {attempts} attempts");
            }
            else if (runs == 0 && record is { State: JobState.Completed })
            {
                Lose(job, $"it is completed, and no worker has begun picture {index}");
            }
        }
    }

    // By the workers' own reports.
    private void JudgeCompletions(LedgerEntry entry, JobView record)
    {
        foreach (var attempt in entry.Completions.GroupBy(c => c.Attempt).Where(g => g.Select(c => c.WorkerId).Distinct().Count() > 1))
        {
            Double(entry.Job, $"attempt {attempt.Key} was completed by {string.Join(" and ", attempt.Select(c => c.WorkerId).Distinct())}");
        }

        foreach (var completion in entry.Completions.Where(c => c.Attempt < 1 || c.Attempt > record.Attempts))
        {
            Double(entry.Job, $"{completion.WorkerId} completed attempt {completion.Attempt}, and there were {record.Attempts}");
        }

        var told = entry.Completions
            .SelectMany(c => c.Images)
            .GroupBy(i => i.Index)
            .Where(g => g.Select(i => (i.Artifact, i.Sha256)).Distinct().Count() > 1);
        foreach (var index in told)
        {
            Double(entry.Job, $"picture {index.Key} was reported as {string.Join(" and ", index.Select(i => $"{i.Artifact} ({i.Sha256})").Distinct())}");
        }
    }

    private void JudgeFiles()
    {
        foreach (var name in _evidence.Artifacts.Keys.Where(n => !_recorded.ContainsKey(n)))
        {
            var match = ImageName().Match(name);
            var owner = match.Success && _jobs.TryGetValue(Guid.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), out var entry) ? entry : null;
            if (owner is not null &&
                _evidence.Records.GetValueOrDefault(owner.Job.Id) is { State: JobState.Cancelled } record &&
                int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) is var index && index < owner.Job.Images &&
                name == NameOf(record, index))
            {
                Leftovers++;
                continue;
            }

            _findings.Add(new Finding(FindingKind.Duplicated, owner?.Job.Id, $"{name} is in the store, and no record speaks of it"));
        }
    }
}
