using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// What a diffusers <c>scheduler_config.json</c> says, unresolved: a property that is <see langword="null"/> takes the default of the
/// scheduler class that reads it, for these differ from class to class.
/// </summary>
/// <remarks>
/// Keys that no scheduler here knows are ignored, as diffusers does. Values are checked by the scheduler that uses them, so that a
/// configuration saved by one class can be given to another.
/// </remarks>
public sealed partial record SchedulerConfig
{
    /// <summary>The diffusers class that wrote the file, such as <c>PNDMScheduler</c>.</summary>
    [JsonPropertyName("_class_name")]
    public string? ClassName { get; init; }

    /// <summary>The diffusers release that wrote the file, such as <c>0.21.4</c>.</summary>
    [JsonPropertyName("_diffusers_version")]
    public string? DiffusersVersion { get; init; }

    /// <summary>How many noise levels the model was trained on. Default 1000.</summary>
    [JsonPropertyName("num_train_timesteps")]
    public int? NumTrainTimesteps { get; init; }

    /// <summary>The first beta.</summary>
    [JsonPropertyName("beta_start")]
    public double? BetaStart { get; init; }

    /// <summary>The last beta.</summary>
    [JsonPropertyName("beta_end")]
    public double? BetaEnd { get; init; }

    /// <summary>See <see cref="Schedulers.BetaSchedule"/>.</summary>
    [JsonPropertyName("beta_schedule")]
    public string? BetaSchedule { get; init; }

    /// <summary>The betas themselves, which win over <see cref="BetaSchedule"/>.</summary>
    [JsonPropertyName("trained_betas")]
    public IReadOnlyList<float>? TrainedBetas { get; init; }

    /// <summary>Whether the betas are rescaled so that the last noise level is pure noise (arXiv:2305.08891).</summary>
    [JsonPropertyName("rescale_betas_zero_snr")]
    public bool? RescaleBetasZeroSnr { get; init; }

    /// <summary>See <see cref="Schedulers.PredictionType"/>.</summary>
    [JsonPropertyName("prediction_type")]
    public string? PredictionType { get; init; }

    /// <summary>See <see cref="Schedulers.TimestepSpacing"/>.</summary>
    [JsonPropertyName("timestep_spacing")]
    public string? TimestepSpacing { get; init; }

    /// <summary>Added to each timestep where the spacing is <c>leading</c>. Default 0.</summary>
    [JsonPropertyName("steps_offset")]
    public int? StepsOffset { get; init; }

    /// <summary>Whether the step past the last has alpha 1 (no noise), or the alpha of timestep 0.</summary>
    [JsonPropertyName("set_alpha_to_one")]
    public bool? SetAlphaToOne { get; init; }

    /// <summary>PNDM: whether the Runge-Kutta warm-up is left out.</summary>
    [JsonPropertyName("skip_prk_steps")]
    public bool? SkipPrkSteps { get; init; }

    /// <summary>Whether the predicted clean sample is clipped to +-<see cref="ClipSampleRange"/>.</summary>
    [JsonPropertyName("clip_sample")]
    public bool? ClipSample { get; init; }

    /// <summary>The bound of <see cref="ClipSample"/>. Default 1.</summary>
    [JsonPropertyName("clip_sample_range")]
    public double? ClipSampleRange { get; init; }

    /// <summary>Whether the predicted clean sample is dynamically thresholded (arXiv:2205.11487). Default no.</summary>
    [JsonPropertyName("thresholding")]
    public bool? Thresholding { get; init; }

    /// <summary>The quantile of the magnitudes that becomes the threshold. Default 0.995.</summary>
    [JsonPropertyName("dynamic_thresholding_ratio")]
    public double? DynamicThresholdingRatio { get; init; }

    /// <summary>The largest threshold. Default 1.</summary>
    [JsonPropertyName("sample_max_value")]
    public double? SampleMaxValue { get; init; }

    /// <summary>
    /// DDPM: <c>fixed_small</c>, <c>fixed_small_log</c> or <c>fixed_large</c>. DPM-Solver takes none, and others ignore it.
    /// </summary>
    [JsonPropertyName("variance_type")]
    public string? VarianceType { get; init; }

    /// <summary>Whether the noise levels follow Karras et al. (arXiv:2206.00364), rho 7. Default no.</summary>
    [JsonPropertyName("use_karras_sigmas")]
    public bool? UseKarrasSigmas { get; init; }

    /// <summary>
    /// DPM-Solver multistep: whether the noise levels are uniform in log SNR. Default no; <see cref="UseKarrasSigmas"/> wins over it, and it
    /// over other layouts. Goes not with <see cref="UseFlowSigmas"/>.
    /// </summary>
    [JsonPropertyName("use_lu_lambdas")]
    public bool? UseLuLambdas { get; init; }

    /// <summary>
    /// Whether the noise levels are even in the logarithm. Default no; goes with none of <see cref="UseKarrasSigmas"/> and
    /// <see cref="UseBetaSigmas"/>.
    /// </summary>
    [JsonPropertyName("use_exponential_sigmas")]
    public bool? UseExponentialSigmas { get; init; }

    /// <summary>
    /// Whether the noise levels lie at quantiles of the beta distribution with both parameters 0.6 (arXiv:2407.12173). Default no.
    /// </summary>
    [JsonPropertyName("use_beta_sigmas")]
    public bool? UseBetaSigmas { get; init; }

    /// <summary>
    /// DPM-Solver, DEIS and UniPC: whether the noise levels are flow matching's, for models that were trained so. Default no; goes with no
    /// other layout. Other schedulers ignore it.
    /// </summary>
    [JsonPropertyName("use_flow_sigmas")]
    public bool? UseFlowSigmas { get; init; }

    /// <summary>How far flow sigmas are shifted towards more noise, above 0. Default 1, not at all.</summary>
    [JsonPropertyName("flow_shift")]
    public double? FlowShift { get; init; }

    /// <summary>UniPC: what flow sigmas are stretched to end at, 0 (not at all) to below 1. Default not at all.</summary>
    [JsonPropertyName("shift_terminal")]
    public double? ShiftTerminal { get; init; }

    /// <summary>UniPC: whether the shift is given to each run. Not supported here: must be absent or false.</summary>
    [JsonPropertyName("use_dynamic_shifting")]
    public bool? UseDynamicShifting { get; init; }

    /// <summary>Euler: the smallest sigma of Karras' and other layouts, where it is not the schedule's.</summary>
    [JsonPropertyName("sigma_min")]
    public double? SigmaMin { get; init; }

    /// <summary>Euler: the largest sigma of Karras' and other layouts, where it is not the schedule's.</summary>
    [JsonPropertyName("sigma_max")]
    public double? SigmaMax { get; init; }

    /// <summary>Euler: <c>linear</c> or <c>log_linear</c> interpolation of sigma over time.</summary>
    [JsonPropertyName("interpolation_type")]
    public string? InterpolationType { get; init; }

    /// <summary>
    /// Euler: <c>discrete</c>, or <c>continuous</c>, with which a model that predicts velocity is told a quarter of the logarithm of the
    /// noise level for a timestep.
    /// </summary>
    [JsonPropertyName("timestep_type")]
    public string? TimestepType { get; init; }

    /// <summary>The highest order of a solver, 1 to 3; UniPC: to 6; <c>sde-dpmsolver</c>: to 2. Default 2.</summary>
    [JsonPropertyName("solver_order")]
    public int? SolverOrder { get; init; }

    /// <summary>The form of a second-order solver: <c>midpoint</c>, <c>heun</c>, <c>logrho</c>, <c>bh1</c> or <c>bh2</c>.</summary>
    [JsonPropertyName("solver_type")]
    public string? SolverType { get; init; }

    /// <summary>See <see cref="DpmAlgorithm"/>; DEIS takes <c>deis</c>.</summary>
    [JsonPropertyName("algorithm_type")]
    public string? AlgorithmType { get; init; }

    /// <summary>
    /// Whether the last steps use a lower order. Default yes; DPM-Solver singlestep: no, but it does so in any case where it must, which is
    /// with <see cref="FinalSigmasType"/> <c>zero</c>, and where the steps are no multiple of the order.
    /// </summary>
    [JsonPropertyName("lower_order_final")]
    public bool? LowerOrderFinal { get; init; }

    /// <summary>DPM-Solver multistep: whether the very last step is always of first order. Default no.</summary>
    [JsonPropertyName("euler_at_final")]
    public bool? EulerAtFinal { get; init; }

    /// <summary>
    /// DPM-Solver, Euler and UniPC: where the schedule ends, <c>zero</c> or <c>sigma_min</c>. Default <c>zero</c>; UniPC <c>sigma_min</c>.
    /// </summary>
    [JsonPropertyName("final_sigmas_type")]
    public string? FinalSigmasType { get; init; }

    /// <summary>DPM-Solver: noise levels of a lower lambda are left out. Default negative infinity, written <c>"-inf"</c>.</summary>
    [JsonPropertyName("lambda_min_clipped")]
    [JsonConverter(typeof(InfinityJsonConverter))]
    public double? LambdaMinClipped { get; init; }

    /// <summary>UniPC: whether it works on the predicted clean sample or on the predicted noise. Default yes.</summary>
    [JsonPropertyName("predict_x0")]
    public bool? PredictX0 { get; init; }

    /// <summary>UniPC: the steps whose result is not corrected.</summary>
    [JsonPropertyName("disable_corrector")]
    public IReadOnlyList<int>? DisableCorrector { get; init; }

    /// <summary>UniPC: another scheduler as the predictor. Not supported here: must be absent or null.</summary>
    [JsonPropertyName("solver_p")]
    public JsonElement? SolverP { get; init; }

    /// <summary>LCM: the number of steps the model was distilled from. Default 50.</summary>
    [JsonPropertyName("original_inference_steps")]
    public int? OriginalInferenceSteps { get; init; }

    /// <summary>LCM: what timesteps are multiplied with in the boundary condition. Default 10.</summary>
    [JsonPropertyName("timestep_scaling")]
    public double? TimestepScaling { get; init; }

    /// <summary>Reads the text of a <c>scheduler_config.json</c>.</summary>
    /// <exception cref="ArgumentException">The text is not such a file; the message says where it breaks.</exception>
    public static SchedulerConfig Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            json = BareNonFinite().Replace(json, "\"$0\"");
            return JsonSerializer.Deserialize(json, SchedulerConfigJson.Default.SchedulerConfig)
                ?? throw new ArgumentException("The scheduler configuration is null.", nameof(json));
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The scheduler configuration cannot be read: {e.Message}", nameof(json), e);
        }
    }

    /// <summary>Reads a <c>scheduler_config.json</c>.</summary>
    /// <exception cref="ArgumentException">The file is not a scheduler configuration.</exception>
    public static SchedulerConfig Load(string path) => Parse(File.ReadAllText(path));

    /// <summary>This configuration with all that another one says.</summary>
    /// <param name="other">What is null in it stays as it is here.</param>
    public SchedulerConfig With(SchedulerConfig other)
    {
        ArgumentNullException.ThrowIfNull(other);
        JsonObject merged = Write(this);
        foreach ((string key, JsonNode? value) in Write(other))
        {
            if (value is not null)
            {
                merged[key] = value.DeepClone();
            }
        }

        return merged.Deserialize(SchedulerConfigJson.Default.SchedulerConfig)!;

        static JsonObject Write(SchedulerConfig config) =>
            JsonSerializer.SerializeToNode(config, SchedulerConfigJson.Default.SchedulerConfig)!.AsObject();
    }

    /// <summary>What Python writes for non-finite numbers, which is not JSON.</summary>
    [GeneratedRegex(@"(?<=:\s*)-?Infinity(?=\s*[,}])")]
    private static partial Regex BareNonFinite();
}
