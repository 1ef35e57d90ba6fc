using SdFleet.Cli.Batches.Random;
using SdFleet.Contracts.Identity;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Chaos.Plan;

/// <summary>Draws the jobs of a run: the same seed gives the same jobs.</summary>
internal static class JobPlan
{
    /// <summary>More than the model of the run may take (<see cref="Fleet.FleetSettings"/>).</summary>
    public const int TooManySteps = 900;

    /// <summary>A tenant that nobody may submit for.</summary>
    public const string StrangeTenant = "stranger";

    // Numbers that one job takes at most.
    private const ulong NumbersAJob = 16;

    private static readonly Guid Namespace = new("8b1c2f0e-6a57-5d0b-9a53-0d6f5e8f7c11");
    private static readonly string[] Colors = ["red", "green", "blue", "orange", "white", "black"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "star"];
    private static readonly int[] Steps = [4, 8, 16];
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1.5);

    /// <summary>Whose jobs they are.</summary>
    public static IReadOnlyList<string> Tenants { get; } = ["acme", "globex", "initech"];

    /// <summary>The jobs, in the order in which they are submitted.</summary>
    public static IReadOnlyList<PlannedJob> Draw(ulong seed, int jobs) => [.. Enumerable.Range(0, jobs).Select(i => JobOf(seed, i))];

    private static PlannedJob JobOf(ulong seed, int number)
    {
        var numbers = SplitMix64.ForPurpose(seed, "chaos jobs");
        var next = (ulong)number * NumbersAJob;
        int Below(int count) => (int)numbers.Below(next++, (ulong)count);

        var id = DerivedId.Version5(Namespace, FormattableString.Invariant($"{seed}\n{number}"));
        var kind = Kind(Below(100));
        return new PlannedJob
        {
            Number = number,
            Id = id,
            Kind = kind,
            Tenant = kind == JobKind.StrangeTenant ? StrangeTenant : Tenants[Below(Tenants.Count)],
            Lane = Below(10) switch { < 2 => Lane.Interactive, < 7 => Lane.Normal, _ => Lane.Bulk },
            Images = 1 + Below(4),
            Steps = kind == JobKind.TooManySteps ? TooManySteps : Steps[Below(Steps.Length)],
            Seed = Below(1_000_000),
            Prompt = $"{id} a {Colors[Below(Colors.Length)]} {Shapes[Below(Shapes.Length)]}",

            // Over HTTP the key says whose it is.
            Door = kind == JobKind.StrangeTenant || Below(2) == 0 ? Door.Broker : Door.Http,
            Delay = LongestDelay * Below(1000) / 1000,
        };
    }

    // Of a hundred: 5 come twice, 2 with another content, 9 are cancelled, 4 are to be refused.
    private static JobKind Kind(int percent) => percent switch
    {
        < 5 => JobKind.Repeated,
        < 7 => JobKind.Conflicting,
        < 16 => JobKind.Cancelled,
        16 => JobKind.WithoutPrompt,
        17 => JobKind.TooManySteps,
        18 => JobKind.HalfJson,
        19 => JobKind.StrangeTenant,
        _ => JobKind.Plain,
    };
}
