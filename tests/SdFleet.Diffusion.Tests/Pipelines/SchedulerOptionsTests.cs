using SdFleet.Diffusion.Pipelines;
using SdFleet.Diffusion.Schedulers;

namespace SdFleet.Diffusion.Tests.Pipelines;

/// <summary>What a task asks of its scheduler, over what the model's file says.</summary>
public class SchedulerOptionsTests
{
    private static readonly SchedulerConfig Model = SchedulerConfig.Parse(
        """
        {"_class_name": "DPMSolverMultistepScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
         "lambda_min_clipped": "-inf", "trained_betas": [0.25, 0.5], "num_train_timesteps": 2, "solver_order": 2, "use_beta_sigmas": true}
        """);

    [Fact]
    public void Create_SettingsOfATask_WinOverTheModels()
    {
        SchedulerOptions options = new()
        {
            Settings = new() { SolverOrder = 3, UseBetaSigmas = false, LambdaMinClipped = -5.1, DisableCorrector = [0] },
        };

        SchedulerConfig config = options.Create(Model).Config;

        Assert.Equal(3, config.SolverOrder);
        Assert.False(config.UseBetaSigmas);
        Assert.Equal(-5.1, config.LambdaMinClipped);
        Assert.Equal([0], config.DisableCorrector!);
        Assert.Equal(0.012, config.BetaEnd);
        Assert.Equal([0.25f, 0.5f], config.TrainedBetas!);
    }

    [Fact]
    public void Create_WithoutSettings_TakesTheModels()
    {
        SchedulerConfig config = new SchedulerOptions().Create(Model).Config;

        Assert.Equal(double.NegativeInfinity, config.LambdaMinClipped);
        Assert.Equal(Model with { TrainedBetas = config.TrainedBetas }, config);
    }

    [Fact]
    public void Create_ClassOfTheSettings_IsMade() => Assert.IsType<EulerDiscreteScheduler>(
        new SchedulerOptions { Settings = new() { ClassName = "EulerDiscreteScheduler" } }.Create(Model));

    [Fact]
    public void Create_NameAndLayoutOfTheOptions_WinOverTheSettings()
    {
        SchedulerOptions options = new()
        {
            Name = "dpmpp_2m", UseKarrasSigmas = true, Settings = new() { SolverOrder = 3, UseExponentialSigmas = true },
        };
        SchedulerOptions onlyLayout = options with { Name = "DPMSolverMultistepScheduler" };

        Assert.Equal(2, options.Create(Model).Config.SolverOrder);
        Assert.Equal(3, onlyLayout.Create(Model).Config.SolverOrder);
        Assert.False(onlyLayout.Create(Model).Config.UseExponentialSigmas);
    }

    [Fact]
    public void Create_SettingThatCannotBe_NamesIt() => Assert.Contains(
        "solver_order 4",
        Assert.Throws<ArgumentException>(() => new SchedulerOptions { Settings = new() { SolverOrder = 4 } }.Create(Model)).Message,
        StringComparison.Ordinal);
}
