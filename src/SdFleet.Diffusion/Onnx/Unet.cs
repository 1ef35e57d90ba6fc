using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SdFleet.Diffusion.Onnx;

/// <summary>The denoising network of a model.</summary>
internal sealed class Unet : IDisposable
{
    private static readonly TensorElementType[] TimestepTypes =
    [
        TensorElementType.Int64,
        TensorElementType.Int32,
        TensorElementType.Float,
        TensorElementType.Float16,
        TensorElementType.Double,
    ];

    private readonly OnnxSession _session;

    public Unet(OnnxSession session)
    {
        OnnxRoles roles = new(session, "a U-Net");
        _session = session;
        Sample = roles.Input("a float sample of rank 4", s => s.IsFloat && s.Rank == 4, "sample");
        Timestep = roles.Input(
            "an integer or float timestep of rank 0 or 1", s => TimestepTypes.Contains(s.Type) && s.Rank <= 1, "timestep");
        Embeddings = roles.Input("float text embeddings of rank 3", s => s.IsFloat && s.Rank == 3, "encoder_hidden_states");
        ClassLabels = roles.OptionalInput("class_labels", "integer class labels of rank 1", s => s.IsIndex && s.Rank == 1);
        TextEmbeds = roles.OptionalInput("text_embeds", "float text vectors of rank 2", s => s.IsFloat && s.Rank == 2);
        TimeIds = roles.OptionalInput("time_ids", "numbers of rank 2", s => (s.IsFloat || s.IsIndex) && s.Rank == 2);
        GuidanceVector = roles.OptionalInput("timestep_cond", "float guidance vectors of rank 2", s => s.IsFloat && s.Rank == 2);
        Output = roles.Output("a float prediction of rank 4", s => s.IsFloat && s.Rank == 4, "out_sample");
        roles.RefuseOtherInputs();
        FixedRows = FindFixedRows();
    }

    /// <summary>The model file.</summary>
    public string File => _session.File;

    /// <summary>The input that holds the noisy latents, and behind them what some models are given beside.</summary>
    public OnnxTensorSpec Sample { get; }

    /// <summary>The input that holds the timestep.</summary>
    public OnnxTensorSpec Timestep { get; }

    /// <summary>The input that holds the encoded prompts.</summary>
    public OnnxTensorSpec Embeddings { get; }

    /// <summary>The input that holds a class for each row; null where the model has none.</summary>
    public OnnxTensorSpec? ClassLabels { get; }

    /// <summary>The input that holds a vector for the whole prompt; null where the model has none: it is no SDXL.</summary>
    public OnnxTensorSpec? TextEmbeds { get; }

    /// <summary>The input that holds sizes and crops; null where the model has none: it is no SDXL.</summary>
    public OnnxTensorSpec? TimeIds { get; }

    /// <summary>The input that tells the guidance scale to models that were distilled with it (LCM); null where there is none.</summary>
    public OnnxTensorSpec? GuidanceVector { get; }

    /// <summary>The rows that a call must have; null where the model takes any number.</summary>
    public int? FixedRows { get; }

    /// <summary>The prediction.</summary>
    public OnnxTensorSpec Output { get; }

    /// <summary>
    /// How many timesteps a batch takes: exporters give the input no dimension, one of length 1 (or with a name of its own, such as
    /// "steps"), or the batch's.
    /// </summary>
    public long[] TimestepShape(int batch)
    {
        if (Timestep.Rank == 0)
        {
            return [];
        }

        bool followsBatch = Timestep.Dimensions[0] < 0 && Timestep.Symbols[0].Length > 0 && Timestep.Symbols[0] == Sample.Symbols[0];
        return [followsBatch ? batch : Math.Max(1, Timestep.Dimensions[0])];
    }

    /// <summary>Buffers and binding for calls of one shape; the caller disposes them.</summary>
    /// <remarks>A model that was exported for a number of rows is called as often as the shape's rows need.</remarks>
    /// <exception cref="ArgumentException">The model was exported for another shape.</exception>
    /// <exception cref="InferenceException">There is no room for the buffers.</exception>
    public UnetCall CreateCall(UnetShape shape)
    {
        RequireFixed(Sample, 2, shape.Input.Height);
        RequireFixed(Sample, 3, shape.Input.Width);
        RequireFixed(Embeddings, 1, shape.Tokens);
        try
        {
            return new(this, shape, _session.CreateCall);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(File, error);
        }
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _session.Dispose();

    private int? FindFixedRows()
    {
        OnnxTensorSpec?[] all = [Sample, Embeddings, ClassLabels, TextEmbeds, TimeIds, GuidanceVector, Output];
        OnnxTensorSpec[] fixedOnes = [.. all.OfType<OnnxTensorSpec>().Where(spec => spec.Dimensions[0] >= 0)];
        if (fixedOnes.Length == 0)
        {
            return null;
        }

        int rows = fixedOnes[0].Dimensions[0];
        return rows > 0 && fixedOnes.All(spec => spec.Dimensions[0] == rows)
            ? rows
            : throw new ModelFormatException(File, "one number of rows for all inputs", string.Join("; ", fixedOnes.AsEnumerable()));
    }

    private void RequireFixed(OnnxTensorSpec spec, int dimension, int size)
    {
        if (!spec.Takes(dimension, size))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{File} was exported for {spec} only; dimension {dimension} would be {size} for this prompt and image size."));
        }
    }
}
