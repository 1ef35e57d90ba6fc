using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Cli.Client;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Api;
using SdFleet.Contracts.Batches;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Validation;

namespace SdFleet.Cli.Batches.Upload;

/// <summary>
/// Uploads a batch. The source is read twice, once for its digests and once to send it: from the digests follows the batch's id,
/// so that the same command after a cut connection goes on with the same batch, and after a complete upload makes no second one.
/// One part is in memory at a time.
/// </summary>
/// <param name="client">The fleet.</param>
/// <param name="partBytes">Longest part.</param>
internal sealed class BatchUpload(FleetClient client, int partBytes = PartCutter.PartBytes)
{
    private static readonly Guid Namespace = new("5d8f6a52-2f3f-5a5e-9c1b-7f3f0d0c6b03");

    /// <summary>Uploads and submits.</summary>
    /// <param name="source">The lines.</param>
    /// <param name="batch">What is said of the batch; an id where it is not to follow from everything else.</param>
    /// <param name="progress">Hears of each part that is there: bytes there, bytes in all.</param>
    /// <param name="cancellationToken">Gives up; what was uploaded stays for the next time.</param>
    /// <returns>The batch as submitted.</returns>
    public async Task<BatchSubmission> RunAsync(
        BatchSource source, BatchSubmission batch, Action<long, long> progress, CancellationToken cancellationToken)
    {
        batch = batch with { Parts = await DigestsAsync(source, cancellationToken) };
        if (batch.Id == Guid.Empty)
        {
            batch = batch with { Id = DerivedId.Version5(Namespace, JsonSerializer.Serialize(batch, ContractsJson.Options)) };
        }

        var there = (await client.ListPartsAsync(batch.Id, cancellationToken)).ToDictionary(p => p.Number);
        CheckGoesOn(source, batch, there);
        var (done, all) = (0L, batch.Parts.Sum(p => p.Bytes));
        var sent = 0;
        await foreach (var part in PartCutter.CutAsync(source, partBytes, cancellationToken))
        {
            // The fleet checks every digest once more when it reads the lines.
            if (sent >= batch.Parts.Count || DigestOf(part) != batch.Parts[sent])
            {
                throw Changed(source);
            }

            if (!there.ContainsKey(part.Number))
            {
                await client.PutPartAsync(batch.Id, part.Number, part.Bytes, cancellationToken);
            }

            sent++;
            done += part.Bytes.Length;
            progress(done, all);
        }

        if (sent != batch.Parts.Count)
        {
            throw Changed(source);
        }

        var accepted = await client.SubmitBatchAsync(batch, cancellationToken);
        return accepted.State is not (BatchState.Failed or BatchState.Cancelled)
            ? batch
            : throw new CliException(
                $"Batch {batch.Id} was submitted before and is {accepted.State.ToString()!.ToLowerInvariant()}: nothing more of it will run. " +
                "--id gives the same lines a new id, as a new batch.");
    }

    // Before anything is sent: parts of two sources under one id would be neither's.
    private static void CheckGoesOn(BatchSource source, BatchSubmission batch, Dictionary<int, BatchPartView> there)
    {
        foreach (var (number, part) in batch.Parts.Index())
        {
            if (there.TryGetValue(number, out var other) && (other.Bytes != part.Bytes || (other.Sha256 ?? part.Sha256) != part.Sha256))
            {
                throw new CliException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source.Name} is not what was uploaded as batch {batch.Id} before: its part {number} is another one. Nothing was sent. --id gives it a new id."));
            }
        }
    }

    private async Task<List<BatchPart>> DigestsAsync(BatchSource source, CancellationToken cancellationToken)
    {
        var parts = new List<BatchPart>();
        await foreach (var part in PartCutter.CutAsync(source, partBytes, cancellationToken))
        {
            parts.Add(DigestOf(part));
        }

        return parts.Count switch
        {
            0 => throw new CliException($"{source.Name} is empty: a batch has at least one {source.Unit}.", ExitCodes.Usage),
            > SubmitBatchLimits.MaxParts => throw new CliException(
                string.Create(CultureInfo.InvariantCulture, $"{source.Name} has {parts.Sum(p => p.Bytes)} bytes: at most {(long)SubmitBatchLimits.MaxParts * partBytes} in one batch. Split it."),
                ExitCodes.Usage),
            _ => parts,
        };
    }

    private static BatchPart DigestOf(SourcePart part) =>
        new(part.Lines, part.Bytes.Length, Convert.ToHexStringLower(SHA256.HashData(part.Bytes.Span)));

    private static CliException Changed(BatchSource source) =>
        new($"{source.Name} changed while it was uploaded. Nothing was submitted; try again once nobody writes it any more.");
}
