using System.Text;
using System.Text.Json;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Contracts.Webhooks;

namespace SdFleet.Cli.Chaos.Plan;

/// <summary>One job of the plan: all of it follows from the seed of the run.</summary>
internal sealed record PlannedJob
{
    /// <summary>Place in the plan, from 0.</summary>
    public required int Number { get; init; }

    public required Guid Id { get; init; }

    public required string Tenant { get; init; }

    public required Lane Lane { get; init; }

    public required int Images { get; init; }

    public required int Steps { get; init; }

    /// <summary>Seed of the first picture.</summary>
    public required long Seed { get; init; }

    /// <summary>Begins with the job's id, so that a worker's journal tells whose picture it began.</summary>
    public required string Prompt { get; init; }

    public required Door Door { get; init; }

    public required JobKind Kind { get; init; }

    /// <summary>Who is to be told of its end; null for nobody.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>How long after the submission it is repeated or cancelled.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>Whether nothing is wrong with it, so that it has to be made (or cancelled).</summary>
    public bool IsValid => Kind is JobKind.Plain or JobKind.Repeated or JobKind.Conflicting or JobKind.Cancelled;

    /// <summary>What is sent through <paramref name="door"/>.</summary>
    /// <param name="door">The API takes the tenant from the key and wants no other word on it.</param>
    /// <param name="otherPrompt">Whether it asks for something else than planned.</param>
    public byte[] Body(Door door, bool otherPrompt = false)
    {
        if (Kind == JobKind.HalfJson)
        {
            return Encoding.UTF8.GetBytes($"{{\"id\": \"{Id}\", \"prompt\": ");
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new SubmitJob
            {
                Id = Id,
                Tenant = door == Door.Broker ? Tenant : null,
                Prompt = Kind == JobKind.WithoutPrompt ? null : otherPrompt ? Prompt + ", in grey" : Prompt,
                Images = Images,
                Steps = Steps,
                Seed = Seed,
                Lane = Lane,
                Webhook = Webhook,
            },
            ContractsJson.Options);
    }
}
