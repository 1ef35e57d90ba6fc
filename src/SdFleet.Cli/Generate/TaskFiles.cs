using SdFleet.Cli.Output;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.Worker.Inference;

namespace SdFleet.Cli.Generate;

/// <summary>The pictures of a <see cref="TaskRequest"/>, read, and how tasks are made of them.</summary>
internal sealed class TaskFiles
{
    private const double OutpaintStrength = 1;

    private readonly TaskRequest _request;
    private readonly RgbImage? _init;
    private readonly GrayImage? _mask;
    private readonly DepthMap? _depth;

    private TaskFiles(TaskRequest request)
    {
        _request = request;
        _init = Read(request.Upscale ? "--upscale" : "--init", request.Init, stream => ImageReader.Read(stream));
        _mask = Read("--mask", request.Mask, stream => ImageReader.ReadGray(stream));
        _depth = Read("--depth", request.Depth, stream => ImageReader.ReadDepth(stream));
    }

    /// <summary>Reads the files, before anything is loaded or made.</summary>
    /// <exception cref="CliException">One cannot be read.</exception>
    public static TaskFiles Read(TaskRequest request) => new(request);

    /// <summary>The task with what was asked for.</summary>
    /// <param name="task">The task as the text asks for it.</param>
    /// <param name="model">What it is made with.</param>
    /// <exception cref="CliException">The model cannot do it.</exception>
    public GenerationTask Apply(GenerationTask task, PipelineInfo model)
    {
        CheckModel(model);
        if (_init is null)
        {
            return task;
        }

        if (_request.Outpaint is { } outpaint)
        {
            task = task with { Strength = _request.Strength ?? OutpaintStrength };
            try
            {
                return outpaint.Apply(task, _init, model.RoundMultiple) with { Overlay = _request.Overlay };
            }
            catch (ArgumentException e)
            {
                throw TaskFields.ToException(e);
            }
        }

        task = task with { Strength = _request.Strength ?? task.Strength };
        if (model.Kind == ModelKind.Upscaling)
        {
            return task with
            {
                Width = _init.Width * model.SizeMultiple,
                Height = _init.Height * model.SizeMultiple,
                InitImage = _init,
                NoiseLevel = _request.NoiseLevel,
            };
        }

        return task with
        {
            InitImage = Cover.Fit(_init, task.Width, task.Height),
            Mask = _mask is null ? null : Cover.Fit(_mask, task.Width, task.Height),
            Overlay = _mask is not null && _request.Overlay,
            DepthMap = _depth,
        };
    }

    private void CheckModel(PipelineInfo model)
    {
        var kind = model.Kind;
        Require(
            kind == ModelKind.Upscaling || !_request.Upscale, $"--upscale is for upscaling models; this one is made for {NameOf(kind)}.");
        Require(kind != ModelKind.Upscaling || _request.Upscale, "the model is made for upscaling and needs a picture: --upscale.");
        Require(kind == ModelKind.General || _init is not null, $"the model is made for {NameOf(kind)} and needs a picture: --init.");
        Require(
            kind != ModelKind.Inpainting || _mask is not null || _request.Outpaint is not null,
            "the model is made for inpainting and needs a --mask, or --outpaint.");
        Require(
            kind is ModelKind.General or ModelKind.Inpainting || (_mask is null && _request.Outpaint is null),
            $"the model is made for {NameOf(kind)}; it takes neither --mask nor --outpaint.");
        Require(
            kind == ModelKind.DepthToImage || _depth is null, $"--depth is for depth-to-image models; this one is made for {NameOf(kind)}.");
        Require(
            kind != ModelKind.DepthToImage || _depth is not null || model.EstimatesDepth,
            "the model is made for depth to image and has no depth_estimator: give the depths with --depth.");
        Require(kind == ModelKind.General || _request.Hires is null, $"--hires is for general models; this one is made for {NameOf(kind)}.");
    }

    private static string NameOf(ModelKind kind) => kind switch
    {
        ModelKind.General => "text to image",
        ModelKind.Inpainting => "inpainting",
        ModelKind.DepthToImage => "depth to image",
        _ => "upscaling",
    };

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CliException(otherwise, ExitCodes.Usage);
        }
    }

    private static T? Read<T>(string option, string? file, Func<Stream, T> read)
        where T : class
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            using var stream = File.OpenRead(file);
            return read(stream);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            throw new CliException($"{option} \"{file}\": {e.Message}", ExitCodes.Usage, e);
        }
    }
}
