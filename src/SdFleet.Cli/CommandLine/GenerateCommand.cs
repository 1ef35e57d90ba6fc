using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using SdFleet.Cli.CommandLine.Generate;
using SdFleet.Cli.Generate;
using SdFleet.Cli.Output;
using SdFleet.Contracts;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Adapters;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet generate</c>.</summary>
internal sealed class GenerateCommand
{
    private readonly CliConsole _console;
    private readonly Argument<string> _prompt = new("PROMPT") { Description = "What to draw." };
    private readonly FleetOptions _fleet = new();
    private readonly Option<bool> _local = new("--local") { Description = "Make the pictures in this process, without a fleet." };
    private readonly Option<string?> _model = Values.Text(
        "--model",
        "The model's name in the fleet, or with --local a folder or a bundled model's name. "
        + "Default: the only one there is; with --local the bundled one that is made for the task.",
        "NAME");
    private readonly Option<LoraOption[]> _loras = LoraOption.Create();
    private readonly Option<string?> _negative = Values.Text("--negative", "What to steer away from.", "TEXT");
    private readonly Option<int?> _images = Values.Whole<int>("--images", "How many pictures; picture i has seed + i. Default 1.", "-n");
    private readonly Option<long?> _seed = Values.Whole<long>(
        "--seed", "The first seed. The same seed gives the same picture. Default: a new one.");
    private readonly Option<int?> _width = Values.Whole<int>("--width", "Width in pixels. Default: the model's.");
    private readonly Option<int?> _height = Values.Whole<int>("--height", "Height in pixels. Default: the model's.");
    private readonly Option<int?> _steps = Values.Whole<int>("--steps", "Denoising steps. Default: the model's.");
    private readonly Option<double?> _guidance = Values.Number("--guidance", "How strongly the prompt is followed. Default: the model's.");
    private readonly Option<string?> _scheduler = Values.Text("--scheduler", "The scheduler. Default: the model's.", "NAME");
    private readonly Option<SchedulerSettingOption[]> _schedulerSettings = SchedulerSettingOption.Create();
    private readonly Option<NoiseSource?> _noise = Values.Word<NoiseSource>(
        "--noise", "Whose random numbers the seed gives: PyTorch's on the CPU (default) or on CUDA.");
    private readonly PromptOptions _prompts = new();
    private readonly Option<Lane?> _lane = Values.Word<Lane>("--lane", "How soon. Default: interactive.");
    private readonly Option<string?> _out = Values.Text(
        "--out", "A folder, or for one picture a .png file. Default: this folder.", "DIR|FILE", "-o");
    private readonly Option<string?> _grid = Values.Text("--grid", "Also save all pictures on one sheet.", "FILE");
    private readonly TaskOptions _task = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };

    private GenerateCommand(CliConsole console)
    {
        _console = console;
        _scheduler.CompletionSources.Add([.. SchedulerNames.All]);
    }

    public static Command Create(CliConsole console)
    {
        var it = new GenerateCommand(console);
        var command = new Command("generate", "Makes one picture or a few, and prints where they are.")
        {
            it._prompt, it._fleet.Server, it._fleet.ApiKey, it._local, it._model, it._loras, it._negative, it._images, it._seed, it._width,
            it._height, it._steps, it._guidance, it._scheduler, it._schedulerSettings, it._noise, it._lane, it._out, it._grid,
            it._json,
        };
        foreach (var option in it._prompts.All)
        {
            command.Add(option);
        }

        it._task.AddTo(command, it._local, it._width, it._height);
        command.Validators.Add(result =>
        {
            if (result.GetValue(it._local))
            {
                foreach (var option in new Option[] { it._fleet.Server, it._fleet.ApiKey, it._lane }.Where(o => result.GetResult(o) is not null))
                {
                    result.AddError($"{option.Name} is for a fleet; --local does without one. Give one of them.");
                }
            }
            else
            {
                foreach (var option in it._prompts.LocalOnly.Where(o => result.GetResult(o) is not null))
                {
                    result.AddError($"{option.Name} is for --local; a fleet does not take it yet.");
                }
            }
        });
        command.SetAction(it.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var job = new SubmitJob
        {
            Model = parsed.GetValue(_model),
            Prompt = parsed.GetValue(_prompt),
            NegativePrompt = parsed.GetValue(_negative),
            Images = parsed.GetValue(_images),
            Seed = parsed.GetValue(_seed),
            Width = parsed.GetValue(_width),
            Height = parsed.GetValue(_height),
            Steps = parsed.GetValue(_steps),
            GuidanceScale = parsed.GetValue(_guidance),
            Scheduler = parsed.GetValue(_scheduler),
            SchedulerSettings = SchedulerSettingOption.ToSettings(parsed.GetValue(_schedulerSettings)),
            NoiseSource = parsed.GetValue(_noise),
        };

        // Before anything is made: a place that cannot be must not be found out afterwards.
        var target = PictureTarget.Of(parsed.GetValue(_out), job.Images ?? 1);
        var request = _task.Read(parsed);
        var started = _console.Time.GetTimestamp();
        var generated = parsed.GetValue(_local)
            ? await LocalGeneration.RunAsync(
                job, LocalModel.Of(job.Model, request, Loras(parsed)), _prompts.Read(parsed), request, _console, cancellationToken)
            : await AskFleetAsync(parsed, job with { Lane = parsed.GetValue(_lane) ?? Lane.Interactive }, request, cancellationToken);
        var paths = target.Save(generated);
        var grid = parsed.GetValue(_grid);
        if (grid is not null)
        {
            GridFile.Save(grid, generated.Pictures);
        }

        Show(generated, paths, grid, request.Strip, _console.Time.GetElapsedTime(started), parsed.GetValue(_json));
        return ExitCodes.Done;
    }

    private IReadOnlyList<Lora> Loras(ParseResult parsed) => [.. (parsed.GetValue(_loras) ?? []).Select(it => it.ToFile())];

    private async Task<GeneratedPictures> AskFleetAsync(ParseResult parsed, SubmitJob job, TaskRequest request, CancellationToken cancellationToken)
    {
        using var client = _fleet.Connect(parsed, _console);
        job = job with { Loras = parsed.GetValue(_loras) is { Length: > 0 } loras ? [.. loras.Select(it => it.ToName())] : null };
        job = await FleetRequest.ToJobAsync(client, job, request, _prompts.Read(parsed), cancellationToken);
        return await FleetGeneration.RunAsync(client, job, _console, cancellationToken);
    }

    private void Show(GeneratedPictures generated, IReadOnlyList<string> paths, string? grid, string? strip, TimeSpan elapsed, bool json)
    {
        if (json)
        {
            var result = new
            {
                generated.JobId,
                generated.Recipe,
                Seconds = Math.Round(elapsed.TotalSeconds, 3),
                Pictures = generated.Pictures.Zip(paths, (picture, path) => new
                {
                    Path = Path.GetFullPath(path),
                    picture.Seed,
                    Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture.Png)),
                }),
                Grid = grid is null ? null : Path.GetFullPath(grid),
                StepsStrip = strip is null ? null : Path.GetFullPath(strip),
            };
            _console.Out.WriteLine(JsonSerializer.Serialize(result, ContractsJson.Options));
            return;
        }

        foreach (var path in paths.Concat(new[] { grid, strip }.OfType<string>()))
        {
            _console.Out.WriteLine(path);
        }

        var recipe = generated.Recipe;
        var seeds = generated.Pictures.Count == 1 ? $"seed {recipe.Seed}" : $"seeds {recipe.Seed} to {generated.Pictures[^1].Seed}";
        var scheduler = recipe.SchedulerSettings is { } settings ? $"{recipe.Scheduler} ({settings})" : recipe.Scheduler;
        var how = FormattableString.Invariant($"{recipe.Steps} steps, {scheduler}, guidance {recipe.GuidanceScale}");
        _console.Note(FormattableString.Invariant(
            $"{recipe.Model}, {recipe.Width}x{recipe.Height}, {how}, {seeds}; {elapsed.TotalSeconds:0.0} s"));
    }
}
