using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Schedulers;

public class SchedulerConfigTests
{
    private const string FlowOfNoise =
        """
        {"use_flow_sigmas": true, "prediction_type": "flow_prediction", "predict_x0": false, "algorithm_type": "dpmsolver",
         "final_sigmas_type": "sigma_min"}
        """;

    private const string StochasticNoise =
        """{"algorithm_type": "sde-dpmsolver", "solver_order": 3, "final_sigmas_type": "sigma_min"}""";

    [Fact]
    public void Parse_DiffusersFile_ReadsWhatItSays()
    {
        SchedulerConfig config = SchedulerConfig.Parse(
            """
            {
              "_class_name": "PNDMScheduler",
              "_diffusers_version": "0.6.0",
              "beta_end": 0.012,
              "beta_schedule": "scaled_linear",
              "num_train_timesteps": 500,
              "skip_prk_steps": true,
              "trained_betas": null,
              "some_later_option": {"deep": [1, 2]}
            }
            """);

        Assert.Equal("PNDMScheduler", config.ClassName);
        Assert.Equal("0.6.0", config.DiffusersVersion);
        Assert.Equal(0.012, config.BetaEnd);
        Assert.Equal(500, config.NumTrainTimesteps);
        Assert.True(config.SkipPrkSteps);
        Assert.Null(config.TrainedBetas);
        Assert.Null(config.TimestepSpacing);
    }

    [Theory]
    [InlineData("""{"lambda_min_clipped": -Infinity}""", double.NegativeInfinity)]
    [InlineData("""{"lambda_min_clipped": "-inf", "x": 1}""", double.NegativeInfinity)]
    [InlineData("""{"lambda_min_clipped": -5.1}""", -5.1)]
    public void Parse_NumbersAsPythonWritesThem_ReadsThem(string json, double expected) =>
        Assert.Equal(expected, SchedulerConfig.Parse(json).LambdaMinClipped);

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"beta_start": "small"}""")]
    [InlineData("""{"lambda_min_clipped": "low"}""")]
    public void Parse_NotAConfiguration_IsRefused(string json) =>
        Assert.Contains("scheduler configuration", Assert.Throws<ArgumentException>(() => SchedulerConfig.Parse(json)).Message);

    [Theory]
    [InlineData("ddim", """{"prediction_type": "flow"}""", "prediction_type", "v_prediction")]
    [InlineData("pndm", """{"prediction_type": "sample"}""", "prediction_type", "epsilon, v_prediction")]
    [InlineData("ddim", """{"beta_schedule": "cosine"}""", "beta_schedule", "squaredcos_cap_v2")]
    [InlineData("ddim", """{"timestep_spacing": "even"}""", "timestep_spacing", "linspace, leading, trailing")]
    [InlineData("ddim", """{"num_train_timesteps": 0}""", "num_train_timesteps", "1 to")]
    [InlineData("ddim", """{"thresholding": true, "dynamic_thresholding_ratio": 2}""", "dynamic_thresholding_ratio", "0 to 1")]
    [InlineData("ddpm", """{"variance_type": "learned_range"}""", "variance_type", "fixed_small, fixed_small_log, fixed_large")]
    [InlineData("euler", """{"interpolation_type": "cubic"}""", "interpolation_type", "log_linear")]
    [InlineData("euler", """{"timestep_type": "cosine"}""", "timestep_type", "discrete, continuous")]
    [InlineData("EulerDiscreteScheduler", """{"use_beta_sigmas": true, "use_karras_sigmas": true}""", "use_beta_sigmas", "one of them")]
    [InlineData("DEISMultistepScheduler", """{"use_beta_sigmas": true, "use_exponential_sigmas": true}""", "use_exponential_sigmas", "one")]
    [InlineData("EulerDiscreteScheduler", """{"final_sigmas_type": "small"}""", "final_sigmas_type", "zero, sigma_min")]
    [InlineData("ddim", """{"prediction_type": "flow_prediction"}""", "flow_prediction", "epsilon, sample, v_prediction")]
    [InlineData("euler", """{"prediction_type": "flow_prediction"}""", "flow_prediction", "epsilon, sample, v_prediction")]
    [InlineData("unipc", """{"prediction_type": "flow_prediction"}""", "without use_flow_sigmas", "epsilon, sample, v_prediction")]
    [InlineData("unipc", FlowOfNoise, "predict_x0 false", "epsilon, sample, v_prediction")]
    [InlineData("DPMSolverMultistepScheduler", FlowOfNoise, "algorithm_type \"dpmsolver\"", "epsilon, sample, v_prediction")]
    [InlineData("DPMSolverSinglestepScheduler", FlowOfNoise, "algorithm_type \"dpmsolver\"", "epsilon, sample, v_prediction")]
    [InlineData("unipc", """{"use_flow_sigmas": true, "use_beta_sigmas": true}""", "use_beta_sigmas and use_flow_sigmas", "one of them")]
    [InlineData("DPMSolverMultistepScheduler", """{"use_flow_sigmas": true, "use_lu_lambdas": true}""", "use_lu_lambdas", "one of them")]
    [InlineData("deis", """{"use_flow_sigmas": true, "flow_shift": 0}""", "flow_shift 0", "above 0")]
    [InlineData("unipc", """{"shift_terminal": 0.1}""", "shift_terminal 0.1 is not supported without use_flow_sigmas", "null")]
    [InlineData("unipc", """{"use_flow_sigmas": true, "shift_terminal": 1}""", "shift_terminal 1", "to below 1")]
    [InlineData("unipc", """{"use_dynamic_shifting": true}""", "use_dynamic_shifting true", "false")]
    [InlineData("unipc", """{"final_sigmas_type": "zero", "predict_x0": false}""", "final_sigmas_type", "sigma_min")]
    [InlineData("unipc", """{"final_sigmas_type": "zero", "lower_order_final": false}""", "lower_order_final", "sigma_min")]
    [InlineData("deis", """{"solver_order": 4}""", "solver_order", "1 to 3")]
    [InlineData("deis", """{"algorithm_type": "sde-dpmsolver"}""", "algorithm_type", "deis")]
    [InlineData("unipc", """{"solver_type": "rk4"}""", "solver_type", "bh1, bh2")]
    [InlineData("unipc", """{"solver_p": {"_class_name": "DDIMScheduler"}}""", "solver_p {\"_class_name\": \"DDIMScheduler\"}", "null")]
    [InlineData("DPMSolverMultistepScheduler", """{"algorithm_type": "dpmsolver"}""", "final_sigmas_type", "sigma_min")]
    [InlineData("DPMSolverMultistepScheduler", StochasticNoise, "with algorithm_type \"sde-dpmsolver\", solver_order 3", "1 to 2")]
    [InlineData("DPMSolverMultistepScheduler", """{"variance_type": "learned"}""", "variance_type", "none")]
    [InlineData("DPMSolverSinglestepScheduler", """{"variance_type": "learned_range"}""", "variance_type", "none")]
    [InlineData("DPMSolverSinglestepScheduler", """{"algorithm_type": "sde-dpmsolver"}""", "algorithm_type", "dpmsolver, dpmsolver++")]
    [InlineData("lcm", """{"original_inference_steps": 0}""", "original_inference_steps", "1 to 1000")]
    public void Create_UnsupportedValue_NamesFieldAndSupportedValues(string name, string json, string field, string supported)
    {
        string message = Assert.Throws<ArgumentException>(() => KnownSchedulers.Create(name, SchedulerConfig.Parse(json))).Message;
        Assert.Contains(field, message);
        Assert.Contains("Supported: ", message);
        Assert.Contains(supported, message);
    }

    [Theory]
    [InlineData("ddim", "{}", 0, "num_inference_steps")]
    [InlineData("ddim", "{}", 1001, "num_inference_steps")]
    [InlineData("pndm", "{}", 3, "skip_prk_steps")]
    [InlineData("lcm", "{}", 51, "num_inference_steps")]
    [InlineData("ddim", """{"steps_offset": 1}""", 1000, "steps_offset")]
    [InlineData("ddim", """{"rescale_betas_zero_snr": true, "timestep_spacing": "trailing"}""", 4, "rescale_betas_zero_snr")]
    public void SetTimesteps_Impossible_SaysWhy(string name, string json, int steps, string reason)
    {
        Scheduler scheduler = KnownSchedulers.Create(name, SchedulerConfig.Parse(json));
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => scheduler.SetTimesteps(steps)).Message);
    }

    // diffusers pays heed to it in DDPM and DPM-Solver only, and there only for models of noise.
    [Theory]
    [InlineData("unipc", "epsilon")]
    [InlineData("deis", "epsilon")]
    [InlineData("ddim", "epsilon")]
    [InlineData("DPMSolverMultistepScheduler", "v_prediction")]
    [InlineData("DPMSolverSinglestepScheduler", "sample")]
    public void Create_LearnedVarianceThatNobodyLooksAt_IsIgnored(string name, string predictionType) =>
        Assert.NotNull(KnownSchedulers.Create(name, new() { VarianceType = "learned_range", PredictionType = predictionType }));

    [Fact]
    public void Create_DeisWithKarrasAsIn021_IsRefused() => Assert.Contains(
        "use_karras_sigmas",
        Assert.Throws<ArgumentException>(() => KnownSchedulers.Create(
            "deis", new SchedulerConfig { UseKarrasSigmas = true }, SchedulerCompatibility.V021)).Message);
}
