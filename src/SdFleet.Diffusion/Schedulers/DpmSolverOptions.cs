namespace SdFleet.Diffusion.Schedulers;

/// <summary>What the two forms of DPM-Solver read from a configuration.</summary>
internal sealed class DpmSolverOptions
{
    public DpmSolverOptions(
        SchedulerConfig config, SchedulerCompatibility compatibility, params ReadOnlySpan<DpmAlgorithm> allowedAlgorithms)
    {
        DpmAlgorithm algorithm = ConfigValue.Parse("algorithm_type", config.AlgorithmType, DpmAlgorithm.Clean, allowedAlgorithms);
        Algorithm = algorithm == DpmAlgorithm.Deis ? DpmAlgorithm.Clean : algorithm;
        IsStochastic = algorithm is DpmAlgorithm.StochasticClean or DpmAlgorithm.StochasticNoise;
        KeepsClean = Algorithm is DpmAlgorithm.Clean or DpmAlgorithm.StochasticClean;
        LambdaMin = config.LambdaMinClipped ?? double.NegativeInfinity;

        // The older generation always ends at timestep 0.
        FinalSigma = compatibility == SchedulerCompatibility.V021
            ? FinalSigma.SigmaMin
            : ConfigValue.Parse("final_sigmas_type", config.FinalSigmasType, FinalSigma.Zero);
        if (FinalSigma == FinalSigma.Zero && !KeepsClean)
        {
            throw new ArgumentException(
                $"final_sigmas_type \"zero\" is not supported with algorithm_type \"{config.AlgorithmType}\". Supported: sigma_min.");
        }
    }

    public DpmAlgorithm Algorithm { get; }

    public bool IsStochastic { get; }

    public bool KeepsClean { get; }

    public FinalSigma FinalSigma { get; }

    public double LambdaMin { get; }

    /// <summary>Refuses models of noise that predict its variance as well. With others diffusers pays no heed to the option.</summary>
    /// <exception cref="ArgumentException">The configuration is for one.</exception>
    public static void RequireGivenVariance(PredictionType predictionType, string? varianceType)
    {
        if (predictionType == PredictionType.Epsilon)
        {
            LearnedVariance.Refuse(varianceType, "none");
        }
    }
}
