using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SdFleet.Cli.Generate;
using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Cli.CommandLine.Generate;

/// <summary>The options of <c>sdfleet generate</c> for what is not just text to image.</summary>
internal sealed class TaskOptions
{
    private const int OutpaintSides = 4;

    private readonly Option<string?> _init = Values.Text(
        "--init", "Begin with this picture (PNG, JPEG, WebP), scaled and cut to the size.", "FILE");
    private readonly Option<double?> _strength = Values.Number(
        "--strength", "How much of --init is made anew, 0 to 1. Default 0.8; with --outpaint 1.");
    private readonly Option<string?> _mask = Values.Text("--mask", "Repaint of --init what is white here.", "FILE");
    private readonly Option<bool> _noOverlay = new("--no-overlay")
    {
        Description = "Do not paste what --mask or --outpaint keeps back pixel by pixel.",
    };

    private readonly Option<string?> _depth = Values.Text(
        "--depth", "For depth-to-image models: how near everything in --init is, brighter for nearer. Default: the model's estimate.", "FILE");
    private readonly Option<string?> _upscale = Values.Text(
        "--upscale", "For upscaling models: make this picture (PNG, JPEG, WebP) larger, as the prompt describes it.", "FILE");
    private readonly Option<int?> _noiseLevel = Values.Whole<int>(
        "--noise-level", "With --upscale, noise on the small picture: the more, the more is made up. Default 20.");
    private readonly Option<int[]?> _outpaint = new("--outpaint")
    {
        Description = "Paint so many pixels beyond --init, which keeps its size.",
        HelpName = "LEFT,TOP,RIGHT,BOTTOM",
        CustomParser = ParseSides,
    };

    private readonly Option<int?> _feather = Values.Whole<int>(
        "--feather", "With --outpaint, how many pixels of --init pass over into what is new. Default 16.");
    private readonly Option<double?> _hires = Values.Number(
        "--hires", "Make the picture so many times larger in a second pass, such as 2.");
    private readonly Option<HiresUpscaler?> _upscaler = Values.Word<HiresUpscaler>(
        "--hires-upscaler", "How the first pass is made larger. Default lanczos.");
    private readonly Option<double?> _hiresStrength = Values.Number(
        "--hires-strength", "How much the second pass makes anew, 0 to 1. Default 0.5.");
    private readonly Option<int?> _hiresSteps = Values.Whole<int>("--hires-steps", "Steps of the second pass. Default: --steps.");
    private readonly Option<string?> _strip = Values.Text(
        "--steps-strip", "Also save a strip of the picture coming out of the noise.", "FILE");
    private readonly Option<int?> _frames = Values.Whole<int>("--strip-frames", "How many pictures that strip has. Default 8.");

    private Option[] All =>
    [
        _init, _strength, _mask, _noOverlay, _depth, _upscale, _noiseLevel, _outpaint, _feather, _hires, _upscaler, _hiresStrength,
        _hiresSteps, _strip, _frames,
    ];

    /// <summary>Adds the options to the command, and what they mean to each other.</summary>
    /// <param name="command">The command.</param>
    /// <param name="local">The option without which a fleet is asked.</param>
    /// <param name="sizes">The options for the size, which outpainting decides itself.</param>
    public void AddTo(Command command, Option<bool> local, params Option[] sizes)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (!result.GetValue(local) && IsGiven(result, _strip))
            {
                result.AddError($"{_strip.Name} is for --local; a fleet gives finished pictures only.");
            }

            foreach (var option in new Option[] { _strength, _mask, _depth, _outpaint })
            {
                Require(result, option, _init);
            }

            Require(result, _noiseLevel, _upscale);
            Require(result, _feather, _outpaint);
            Require(result, _upscaler, _hires);
            Require(result, _hiresStrength, _hires);
            Require(result, _hiresSteps, _hires);
            Require(result, _frames, _strip);
            Refuse(result, _upscale, [_init, _hires, .. sizes]);
            Refuse(result, _mask, _outpaint);
            Refuse(result, _hires, _mask, _outpaint, _strip, _depth);
            Refuse(result, _outpaint, sizes);
            if (IsGiven(result, _noOverlay) && !IsGiven(result, _mask) && !IsGiven(result, _outpaint))
            {
                result.AddError($"{_noOverlay.Name} needs {_mask.Name} or {_outpaint.Name}.");
            }
        });
    }

    /// <summary>What was asked for.</summary>
    public TaskRequest Read(ParseResult parsed) => new()
    {
        Init = parsed.GetValue(_init) ?? parsed.GetValue(_upscale),
        Upscale = parsed.GetValue(_upscale) is not null,
        NoiseLevel = parsed.GetValue(_noiseLevel),
        Strength = parsed.GetValue(_strength),
        Mask = parsed.GetValue(_mask),
        Overlay = !parsed.GetValue(_noOverlay),
        Depth = parsed.GetValue(_depth),
        Outpaint = parsed.GetValue(_outpaint) is not [var left, var top, var right, var bottom] ? null : new()
        {
            Left = left,
            Top = top,
            Right = right,
            Bottom = bottom,
            Feather = parsed.GetValue(_feather) ?? new Outpainting().Feather,
        },
        Hires = parsed.GetValue(_hires) is not { } scale ? null : new()
        {
            Scale = scale,
            Upscaler = parsed.GetValue(_upscaler) ?? HiresUpscaler.Lanczos,
            Strength = parsed.GetValue(_hiresStrength) ?? new HiresOptions().Strength,
            Steps = parsed.GetValue(_hiresSteps),
        },
        Strip = parsed.GetValue(_strip),
        StripFrames = parsed.GetValue(_frames) ?? TaskRequest.UsualFrames,
    };

    private static bool IsGiven(SymbolResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static void Require(CommandResult result, Option option, Option needed)
    {
        if (IsGiven(result, option) && !IsGiven(result, needed))
        {
            result.AddError($"{option.Name} needs {needed.Name}.");
        }
    }

    private static void Refuse(CommandResult result, Option option, params ReadOnlySpan<Option> others)
    {
        foreach (var other in others)
        {
            if (IsGiven(result, option) && IsGiven(result, other))
            {
                result.AddError($"{option.Name} and {other.Name} do not go together.");
            }
        }
    }

    private static int[]? ParseSides(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        var sides = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var side))
            {
                sides.Add(side);
            }
        }

        if (sides.Count == OutpaintSides && text.Count(c => c == ',') == OutpaintSides - 1)
        {
            return [.. sides];
        }

        argument.AddError($"--outpaint is \"{text}\": four numbers of pixels, left,top,right,bottom, such as 0,0,64,0.");
        return null;
    }
}
