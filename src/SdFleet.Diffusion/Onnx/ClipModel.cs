using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// A CLIP model with its projections: one file that takes text and images, or a file for each. Safe for use from several threads.
/// </summary>
internal sealed class ClipModel : IDisposable
{
    private const string TextOutput = "text_embeds", ImageOutput = "image_embeds";

    private readonly OnnxSession _text;
    private readonly OnnxSession _vision;
    private readonly OnnxTensorSpec _ids;
    private readonly OnnxTensorSpec? _mask;
    private readonly OnnxTensorSpec _pixels;
    private readonly OnnxTensorSpec _textEmbeds;
    private readonly OnnxTensorSpec _imageEmbeds;

    private ClipModel(OnnxSession text, OnnxSession vision)
    {
        _text = text;
        _vision = vision;
        bool one = text == vision;
        OnnxRoles textRoles = new(text, "a CLIP text model");
        OnnxRoles visionRoles = one ? textRoles : new(vision, "a CLIP vision model");
        _ids = textRoles.Input("int32 or int64 token ids of rank 2", IsIdMatrix, "input_ids");
        _mask = textRoles.OptionalInput("attention_mask", "an int32 or int64 attention mask of rank 2", IsIdMatrix);
        _pixels = visionRoles.Input("float pixel values of rank 4", s => s.IsFloat && s.Rank == 4, "pixel_values");
        textRoles.RefuseOtherInputs();
        visionRoles.RefuseOtherInputs();
        _textEmbeds = Projected(textRoles, text, TextOutput);
        _imageEmbeds = Projected(visionRoles, vision, ImageOutput);
        int width = _textEmbeds.Dimensions[1], other = _imageEmbeds.Dimensions[1];
        if (width >= 0 && other >= 0 && width != other)
        {
            throw new ModelFormatException(vision.File, $"image embeddings as wide as the text's, {width}", $"{other}");
        }
    }

    /// <summary>How many images a run takes; no limit where that is not fixed.</summary>
    public int MaxImages =>
        _pixels.Dimensions[0] > 0 ? _pixels.Dimensions[0]
        : _text == _vision && _pixels.Symbols[0].Length > 0 && _pixels.Symbols[0] == _ids.Symbols[0] ? 1
        : int.MaxValue;

    /// <summary>Pixels a side that the model takes; -1 where it does not say.</summary>
    public int Side => _pixels.Dimensions[2];

    /// <summary>The file that takes images.</summary>
    public string VisionFile => _vision.File;

    /// <summary>Loads model.onnx, or else text_model.onnx and vision_model.onnx, of a folder or of its folder "onnx".</summary>
    /// <exception cref="ModelFormatException">None of them is there, or they are no CLIP model.</exception>
    public static ClipModel Load(string folder, OnnxDevice device)
    {
        string[] one = Find(folder, "model.onnx");
        string[] files = one.Length > 0 ? one : Find(folder, "text_model.onnx", "vision_model.onnx");
        if (files.Length == 0)
        {
            throw new ModelFormatException(folder, "model.onnx, or text_model.onnx and vision_model.onnx", "neither");
        }

        List<OnnxSession> sessions = [];
        try
        {
            sessions.AddRange(files.Select(file => OnnxSession.Load(file, device)));
            return new(sessions[0], sessions[^1]);
        }
        catch
        {
            sessions.ForEach(session => session.Dispose());
            throw;
        }
    }

    /// <summary>The vector of a text, as the model gives it.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="side">Pixels a side of an image.</param>
    /// <param name="scope">The run.</param>
    public float[] EncodeText(TokenizedPrompt prompt, int side, RunScope scope)
    {
        // A model of one file wants an image even where only the text is asked for.
        using OnnxTensor? blank = _text == _vision ? new(_pixels.Type, 1, 3, side, side) : null;
        blank?.Values.Clear();
        return Run(_text, prompt, blank, _textEmbeds, scope);
    }

    /// <summary>The vectors of images, as the model gives them, one behind the other.</summary>
    /// <param name="planes">The images' values, one behind the other.</param>
    /// <param name="images">How many there are.</param>
    /// <param name="side">Pixels a side.</param>
    /// <param name="any">A text for a model of one file, which wants one even where only images are asked for.</param>
    /// <param name="scope">The run.</param>
    public float[] EncodeImages(ReadOnlySpan<float> planes, int images, int side, TokenizedPrompt any, RunScope scope)
    {
        using OnnxTensor pixels = new(_pixels.Type, images, 3, side, side);
        planes.CopyTo(pixels.Values);
        return Run(_vision, _text == _vision ? any : null, pixels, _imageEmbeds, scope);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _text.Dispose();
        _vision.Dispose();
    }

    private static string[] Find(string folder, params string[] names) =>
        Array.Find(
            [[.. names.Select(name => Path.Combine(folder, name))], [.. names.Select(name => Path.Combine(folder, "onnx", name))]],
            (string[] files) => files.All(File.Exists)) ?? [];

    private static bool IsIdMatrix(OnnxTensorSpec spec) => spec.IsIndex && spec.Rank == 2;

    private static OnnxTensorSpec Projected(OnnxRoles roles, OnnxSession session, string name)
    {
        OnnxTensorSpec output = roles.Output($"{name}, projected vectors of rank 2,", s => s.IsFloat && s.Rank == 2, name);
        return output.Name == name
            ? output
            : throw new ModelFormatException(session.File, $"an output {name}: a CLIP model with its projection", $"only {output}");
    }

    private float[] Run(OnnxSession session, TokenizedPrompt? prompt, OnnxTensor? pixels, OnnxTensorSpec output, RunScope scope)
    {
        Dictionary<string, OrtValue> inputs = [];
        using OnnxTensor? ids = prompt is null ? null : new(_ids.Type, 1, prompt.Ids.Length);
        using OnnxTensor? mask = prompt is null || _mask is null ? null : new(_mask.Type, 1, prompt.Ids.Length);
        if (prompt is not null)
        {
            for (int i = 0; i < prompt.Ids.Length; i++)
            {
                ids!.Values[i] = prompt.Ids.Span[i];
            }

            Add(_ids, ids!);
            if (mask is not null)
            {
                mask.Values.Clear();
                mask.Values[..prompt.Length].Fill(1);
                Add(_mask!, mask);
            }
        }

        if (pixels is not null)
        {
            Add(_pixels, pixels);
        }

        using OnnxResult result = session.Run(inputs, output, scope);
        return result.Values.ToArray();

        void Add(OnnxTensorSpec spec, OnnxTensor tensor)
        {
            tensor.Commit();
            inputs.Add(spec.Name, tensor.Value);
        }
    }
}
