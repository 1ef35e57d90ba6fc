using SdFleet.Cli.Output;
using SdFleet.Contracts.Api;

namespace SdFleet.Cli.Batches.Plan;

/// <summary>Time and storage of a batch: from what was said, else from what the fleet has measured.</summary>
internal static class Estimates
{
    // Between what PNG makes of drawings and of photographs; only where nobody has measured.
    private const double UsualBytesPerPixel = 1.5;

    /// <summary>By model, where a fleet was asked; else one for all.</summary>
    public static IReadOnlyList<ModelEstimate> Of(
        BatchPlan plan, PlanNumbers numbers, IReadOnlyList<ModelView>? models, IReadOnlyList<WorkerView> workers) =>
        models is null
            ? [WithoutFleet(plan.Images * plan.Scale, numbers)]
            : [.. plan.Shares.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s =>
                Of(s.Value, plan.Scale, numbers, models.Single(m => m.Spec.Name == s.Key), MeasuredRate.Of(s.Key, workers)))];

    private static ModelEstimate WithoutFleet(double images, PlanNumbers numbers) => new(
        null,
        images,
        images * numbers.SecondsPerImage,
        numbers.SecondsPerImage is { } each ? Given(each) : "not known: give --seconds-per-image, or --server for a fleet's own rate",
        numbers.Workers ?? 1,
        numbers.Workers is null ? "as --workers is not given" : "as --workers says",
        images * numbers.KilobytesPerImage * 1000,
        numbers.KilobytesPerImage is null ? "not known: give --kilobytes-per-image, or --server" : "as --kilobytes-per-image says",
        0);

    private static ModelEstimate Of(ModelShare share, double scale, PlanNumbers numbers, ModelView model, MeasuredRate? measured)
    {
        var images = share.Images * scale;
        var seconds = images * numbers.SecondsPerImage ?? share.PixelPasses * scale * measured?.SecondsPerPixelPass;
        var bytes = images * numbers.KilobytesPerImage * 1000
            ?? images * measured?.BytesPerImage
            ?? share.Pixels * scale * UsualBytesPerPixel;
        var perImage = Amount.Bytes((long)(bytes / Math.Max(images, 1)));
        return new ModelEstimate(
            model.Spec.Name,
            images,
            seconds,
            numbers.SecondsPerImage is { } each ? Given(each)
                : seconds is { } all && measured is not null
                    ? $"{SecondsText(all / Math.Max(images, 1))} an image: measured by the fleet on {Amount.Plural(measured.Images, "image")}, scaled to this batch's sizes and steps"
                : $"not known: no worker of {model.Spec.Name} has measured any yet; give --seconds-per-image",
            numbers.Workers ?? Math.Max(1, model.Workers),
            numbers.Workers is not null ? "as --workers says" : model.Workers > 0 ? "as many as run now" : "though none runs now",
            bytes,
            numbers.KilobytesPerImage is not null ? "as --kilobytes-per-image says"
                : measured is not null ? $"{perImage} an image: measured by the fleet"
                : $"{perImage} an image: a guess, {Amount.Text($"{UsualBytesPerPixel}")} bytes a pixel",
            model.Queued + model.InFlight);
    }

    private static string Given(double seconds) => $"{SecondsText(seconds)} an image, as --seconds-per-image says";

    private static string SecondsText(double seconds) => Amount.Text($"{seconds:0.###} s");
}
