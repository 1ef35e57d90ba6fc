using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Events;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Validation;

namespace SdFleet.JobStore.Sql;

internal sealed partial class SqlJobStore
{
    public async Task<IReadOnlyList<AdmitOutcome>> AdmitAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.Count == 0 ? [] : await WriteAsync(session => AdmitAsync(session, jobs, [.. jobs.Select(Row)], cancellationToken), cancellationToken);
    }

    public async Task<int> RejectAsync(IReadOnlyList<SubmissionRejected> rejections, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rejections);
        var rows = rejections
            .Where(r => r.JobId is not null)
            .Select((r, place) => new InsertedJob
            {
                Place = place,
                Id = r.JobId!.Value,
                State = JobState.Rejected,
                Tenant = PrintableText.Of(r.Tenant ?? RecipeResolver.DefaultTenant),
                Model = "",
                Lane = Lane.Normal,
                Images = 0,
                SubmittedAt = r.At,
                AdmittedAt = r.At,
                FinishedAt = r.At,
                Error = PrintableText.Of(string.Join("; ", r.Errors)),
            })
            .ToList();
        if (rows.Count == 0)
        {
            return 0;
        }

        var recorded = await WriteAsync(session => InsertAsync(session, rows, cancellationToken), cancellationToken);
        return recorded.Count;
    }

    public Task TryAdmissionAsync(string model, Lane lane, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new InsertedJob
        {
            Place = 0,
            Id = Guid.NewGuid(),
            State = JobState.Queued,
            Tenant = RecipeResolver.DefaultTenant,
            Model = model,
            Lane = lane,
            Images = 1,
            Recipe = "{}",
            ArtifactFolder = "",
            Digest = "",
            SubmittedAt = now,
            AdmittedAt = now,
        };
        return CallAsync(
            async () =>
            {
                // Not committed, so rolled back.
                await using var session = await database.BeginAsync(cancellationToken);
                return await InsertAsync(session, [row], cancellationToken);
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<AdmitOutcome>> AdmitAsync(
        Session session, IReadOnlyList<NewJob> jobs, IReadOnlyList<InsertedJob> rows, CancellationToken cancellationToken)
    {
        var inserted = (await InsertAsync(session, rows, cancellationToken)).ToHashSet();

        // Within the list, too, the first submission of an id is the job and the others are held against it.
        var known = new Dictionary<Guid, (string? Digest, JobState State)>();
        var others = jobs.Select(j => j.Job.Id).Where(id => !inserted.Contains(id)).ToList();
        if (others.Count > 0)
        {
            var stored = await session.QueryAsync(
                _sql.SelectDigests,
                Ids(others),
                reader => (Id: reader.GetGuid(0), Digest: reader.IsDBNull(1) ? null : reader.GetString(1), State: SqlWords.StateOf(reader.GetString(2))),
                cancellationToken);
            foreach (var job in stored)
            {
                known.Add(job.Id, (job.Digest, job.State));
            }

            await ReplaceRejectedAsync(session, rows, known, cancellationToken);
        }

        var outcomes = new List<AdmitOutcome>(jobs.Count);
        foreach (var job in jobs)
        {
            var id = job.Job.Id;
            if (known.TryGetValue(id, out var there))
            {
                outcomes.Add(new AdmitOutcome(id, there.Digest == job.Digest ? AdmitResult.Duplicate : AdmitResult.Conflict, there.State));
            }
            else
            {
                known.Add(id, (job.Digest, JobState.Queued));
                outcomes.Add(new AdmitOutcome(id, AdmitResult.Admitted, JobState.Queued));
            }
        }

        return outcomes;
    }

    // A rejection holds its id only until something that is in order is submitted under it, once mended or replayed.
    private async Task ReplaceRejectedAsync(
        Session session, IReadOnlyList<InsertedJob> rows, Dictionary<Guid, (string? Digest, JobState State)> known, CancellationToken cancellationToken)
    {
        var rejected = known.Where(k => k.Value.State == JobState.Rejected).Select(k => k.Key).ToHashSet();
        if (rejected.Count > 0)
        {
            await session.ExecuteAsync(_sql.DeleteRejected, Ids(rejected), cancellationToken);
            foreach (var id in await InsertAsync(session, rows.Where(r => rejected.Contains(r.Id)), cancellationToken))
            {
                known.Remove(id);
            }
        }
    }

    private Task<List<Guid>> InsertAsync(Session session, IEnumerable<InsertedJob> rows, CancellationToken cancellationToken) =>
        session.QueryAsync(_sql.InsertJobs, new { rows = SqlJson.Rows(rows) }, reader => reader.GetGuid(0), cancellationToken);

    private static InsertedJob Row(NewJob job, int place) => new()
    {
        Place = place,
        Id = job.Job.Id,
        State = JobState.Queued,
        Tenant = job.Job.Tenant,
        Model = job.Job.Recipe.Model,
        Lane = job.Job.Lane,
        Images = job.Job.Images,
        Recipe = JsonSerializer.Serialize(RecipeSeal.Close(job.Job.Recipe), ContractsJson.Options),
        ArtifactFolder = job.ArtifactFolder,
        Digest = job.Digest,
        Traceparent = job.Traceparent,
        SubmittedAt = job.Job.SubmittedAt,
        AdmittedAt = job.AdmittedAt,
        Webhook = JsonOf(job.Job.Webhook),
    };
}
