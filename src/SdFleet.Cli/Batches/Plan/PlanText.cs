using System.Globalization;
using SdFleet.Cli.Batches.Specification;
using SdFleet.Cli.Output;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>Shows a plan to a person.</summary>
/// <param name="output">Takes the text.</param>
/// <param name="now">What the clock says.</param>
internal sealed class PlanText(TextWriter output, DateTimeOffset now)
{
    private const int LabelWidth = 20;
    private const int ChoicesShown = 6;

    /// <summary>Shows everything.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="estimates">What it costs.</param>
    /// <param name="checkedAgainst">The fleet whose models were asked, or null.</param>
    public void Write(BatchPlan plan, IReadOnlyList<ModelEstimate> estimates, string? checkedAgainst)
    {
        var images = plan.Images * plan.Scale;
        output.WriteLine($"{plan.Source.Name}: {Amount.Plural(plan.Jobs, "job")}, {Amount.Plural((long)Math.Round(images), "image")}");
        if (plan.Draws > plan.Images)
        {
            output.WriteLine(Amount.Text($"At most {(long)Math.Round(plan.Draws * plan.Scale):N0} are drawn, where filters refuse as many as they may; the estimate is for the case that they refuse none."));
        }

        if (plan.Source is SpecificationSource { Specification: var specification })
        {
            Title("What it combines");
            WriteSpecification(specification);
        }

        Title("The jobs");
        foreach (var (name, values) in plan.Values)
        {
            Line(name, values.ToString());
        }

        Title("Samples");
        foreach (var sample in plan.Samples)
        {
            Line(Amount.Text($"{plan.Source.Unit} {sample.Number:N0}"), sample.Job.Prompt ?? "(no prompt)");
            Line("", HowOf(sample.Job));
        }

        Title("Mistakes");
        WriteMistakes(plan, checkedAgainst);
        Title("Estimate");
        foreach (var estimate in estimates)
        {
            WriteEstimate(estimate);
        }

        output.WriteLine();
        output.WriteLine("Nothing has been submitted.");
    }

    private void WriteSpecification(BatchSpecification specification)
    {
        var (different, all) = (specification.Templates.Distinct().Count(), specification.Templates.Count);
        Line("prompts", Amount.Plural(different, "template") + (different == all ? "" : Amount.Text($", by their weights as {all:N0}")));
        foreach (var slot in specification.Templates.SelectMany(t => t.Slots).DistinctBy(slot => slot.Name))
        {
            Line($"{{{slot.Name}}}", Choices(slot.Choices));
        }

        foreach (var axis in specification.Axes.Where(axis => axis.Values.Count > 1))
        {
            Line(axis.Name, Choices([.. Enumerable.Range(0, axis.Values.Count).Select(axis.Shown)]));
        }

        foreach (var draw in specification.Draws)
        {
            Line(RecipeFields.Names[draw.Field], Amount.Text($"drawn from {draw.From} to {draw.Last} in steps of {draw.Step}"));
        }

        var combinations = specification.Combinations == UInt128.MaxValue ? "more than 10^38" : Amount.Text($"{specification.Combinations:N0}");
        Line("combinations", specification.Sample switch
        {
            null => $"{combinations}, all of them",
            { } sample when (UInt128)sample <= specification.Combinations => Amount.Text($"{combinations}, of which {sample:N0} are drawn, none twice"),
            { } sample => Amount.Text($"{combinations}, of which {sample:N0} are drawn: each before any comes again"),
        });
        Line("seeds", Amount.Text($"{specification.Seeds.PerPrompt:N0} for each, {(specification.Seeds.AreDrawn ? "drawn" : "as given")}"));
    }

    private void WriteMistakes(BatchPlan plan, string? checkedAgainst)
    {
        var against = checkedAgainst is null ? "by what holds for every model" : $"against the models of {checkedAgainst}";
        var looked = plan.Checked == plan.Jobs
            ? Amount.Plural(plan.Jobs, "job")
            : Amount.Text($"{plan.Checked:N0} jobs spread over all {plan.Jobs:N0}");
        if (plan.Wrong == 0)
        {
            output.WriteLine($"  none; checked {looked}, {against}");
            return;
        }

        output.WriteLine(Amount.Text($"  {plan.Wrong:N0} of {looked} would be refused; checked {against}"));
        foreach (var mistake in plan.Mistakes)
        {
            var label = Amount.Text($"{plan.Source.Unit} {mistake.Number:N0}");
            foreach (var error in mistake.Errors)
            {
                Line(label, error.ToString());
                label = "";
            }
        }

        if (plan.Wrong > plan.Mistakes.Count)
        {
            Line("", Amount.Text($"and {plan.Wrong - plan.Mistakes.Count:N0} more"));
        }
    }

    private void WriteEstimate(ModelEstimate estimate)
    {
        if (estimate.Model is not null)
        {
            Line("model", Amount.Text($"{estimate.Model}, {estimate.Images:N0} images"));
        }

        Line("GPU time", estimate.Seconds is { } seconds ? $"{Amount.Hours(seconds)} hours ({estimate.SecondsFrom})" : estimate.SecondsFrom);
        Line("storage", estimate.Bytes is { } bytes ? $"{Amount.Bytes((long)bytes)} ({estimate.BytesFrom})" : estimate.BytesFrom);
        if (estimate.Seconds is { } all)
        {
            var takes = all / estimate.Workers;
            Line("takes", $"{Amount.Duration(takes)} on {Amount.Plural(estimate.Workers, "worker")}, {estimate.WorkersFrom}");
            var limit = (DateTimeOffset.MaxValue - now).TotalSeconds;
            Line("finished", takes < limit
                ? $"{(now + TimeSpan.FromSeconds(takes)).UtcDateTime.ToString("ddd d MMM yyyy, HH:mm", CultureInfo.InvariantCulture)} UTC, if it began now and they did nothing else"
                : "never, as calendars go");
        }

        if (estimate.Waiting > 0)
        {
            Line("before it", $"{Amount.Plural(estimate.Waiting, "job")} of the model that wait or run already; their time comes on top");
        }
    }

    private static string HowOf(SubmitJob job)
    {
        var first = job.Seed;
        string?[] parts =
        [
            job.Model,
            first is null ? "a seed of its own" : job.Images is > 1 and var images ? Amount.Text($"seeds {first} to {first + images - 1}") : Amount.Text($"seed {first}"),
            job.Width is null && job.Height is null ? null : Amount.Text($"{job.Width}x{job.Height}"),
            job.Steps is { } steps ? Amount.Plural(steps, "step") : null,
            job.GuidanceScale is { } guidance ? Amount.Text($"guidance {guidance}") : null,
            job.Scheduler,
            job.SchedulerSettings?.ToString() is { Length: > 0 } settings ? $"with {settings}" : null,
            job.Task is { } task ? JobWords.Of(task) : null,
            job.InitImage is { } picture ? $"from {Digest.Short(picture)}" : null,
            job.Strength is { } strength ? Amount.Text($"strength {strength}") : null,
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    private static string Choices(IReadOnlyList<string> choices)
    {
        var different = choices.CountBy(choice => choice.Length == 0 ? "(nothing)" : choice).ToList();
        var shown = string.Join(", ", different.Take(ChoicesShown).Select(choice => choice.Key + (choice.Value == 1 ? "" : Amount.Text($" (weight {choice.Value:N0})"))));
        return Amount.Text($"{choices.Count:N0}: {shown}{(different.Count > ChoicesShown ? ", …" : "")}");
    }

    private void Title(string text)
    {
        output.WriteLine();
        output.WriteLine(text);
    }

    private void Line(string label, string text) => output.WriteLine($"  {label.PadRight(LabelWidth - 1)} {text}".TrimEnd());
}
