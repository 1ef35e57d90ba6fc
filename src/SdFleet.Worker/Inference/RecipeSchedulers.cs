using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Worker.Inference;

/// <summary>A recipe's scheduler and its settings, in the inference library's words and in those of a PNG's text.</summary>
internal static class RecipeSchedulers
{
    /// <summary>As the library is asked for it.</summary>
    public static SchedulerOptions Of(Recipe recipe)
    {
        var options = new SchedulerOptions { Name = recipe.Scheduler };
        if (recipe.SchedulerSettings is not { } settings)
        {
            return options;
        }

        // Who asks for one layout of the noise levels does not want the model's other one.
        bool? otherLayout = settings is { UseKarrasSigmas: true } or { UseExponentialSigmas: true } or { UseBetaSigmas: true } or { UseLuLambdas: true } ? false : null;
        return options with
        {
            Eta = settings.Eta ?? options.Eta,
            Settings = new SchedulerConfig
            {
                UseKarrasSigmas = settings.UseKarrasSigmas ?? otherLayout,
                UseExponentialSigmas = settings.UseExponentialSigmas ?? otherLayout,
                UseBetaSigmas = settings.UseBetaSigmas ?? otherLayout,
                UseLuLambdas = settings.UseLuLambdas ?? otherLayout,
                TimestepSpacing = settings.TimestepSpacing,
                StepsOffset = settings.StepsOffset,
                RescaleBetasZeroSnr = settings.RescaleBetasZeroSnr,
                SetAlphaToOne = settings.SetAlphaToOne,
                SkipPrkSteps = settings.SkipPrkSteps,
                ClipSample = settings.ClipSample,
                ClipSampleRange = settings.ClipSampleRange,
                Thresholding = settings.Thresholding,
                DynamicThresholdingRatio = settings.DynamicThresholdingRatio,
                SampleMaxValue = settings.SampleMaxValue,
                VarianceType = settings.VarianceType,
                AlgorithmType = settings.AlgorithmType,
                SolverOrder = settings.SolverOrder,
                SolverType = settings.SolverType,
                LowerOrderFinal = settings.LowerOrderFinal,
                EulerAtFinal = settings.EulerAtFinal,
                FinalSigmasType = settings.FinalSigmasType,
                LambdaMinClipped = settings.LambdaMinClipped,
                PredictX0 = settings.PredictX0,
                InterpolationType = settings.InterpolationType,
                SigmaMin = settings.SigmaMin,
                SigmaMax = settings.SigmaMax,
                OriginalInferenceSteps = settings.OriginalInferenceSteps,
            },
        };
    }

    /// <summary>The field of a PNG's text, which <c>--scheduler-setting</c> takes in parts; none where nothing is set.</summary>
    public static IEnumerable<KeyValuePair<string, string>> TextOf(Recipe recipe) =>
        recipe.SchedulerSettings is { } settings ? [new("Scheduler settings", settings.ToString())] : [];
}
