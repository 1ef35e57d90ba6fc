using System.Collections.Concurrent;
using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Onnx;
using SdFleet.Diffusion.Tokenization;

namespace SdFleet.Diffusion.Scoring;

/// <summary>
/// Says how well images fit texts with a CLIP model: the cosine of the angle between their vectors, -1 to 1 (Hessel et al., CLIPScore,
/// arXiv:2104.08718, whose score is 2.5 times this, and at least 0). With OpenAI's models, pictures that fit get about 0.25 to 0.35 and
/// others 0.1 to 0.2. Safe for use from several threads.
/// </summary>
public sealed class ClipScorer : IDisposable
{
    private const int ImagesAtOnce = 16;
    private const int RememberedTexts = 256;

    private readonly ClipModel _model;
    private readonly ClipTokenizer _tokenizer;
    private readonly ClipImages _images;
    private readonly ConcurrentDictionary<string, float[]> _texts = new(StringComparer.Ordinal);

    private ClipScorer(ClipModel model, ClipTokenizer tokenizer, ClipImages images)
    {
        _model = model;
        _tokenizer = tokenizer;
        _images = images;
    }

    /// <summary>Loads a folder as optimum exports CLIP models for feature extraction.</summary>
    /// <param name="folder">
    /// The folder with the tokenizer's files, preprocessor_config.json, and model.onnx (input_ids, attention_mask and pixel_values in;
    /// text_embeds and image_embeds out), or text_model.onnx and vision_model.onnx in its place; models may also lie in a folder "onnx".
    /// </param>
    /// <param name="options">How to run it; null for the processor.</param>
    /// <exception cref="ModelFormatException">The folder or a file in it is not what this can run.</exception>
    /// <exception cref="ProviderUnavailableException">The provider that was asked for cannot be had.</exception>
    public static ClipScorer Load(string folder, OnnxRuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new ModelFormatException(folder, "a folder with a CLIP model", "no such folder");
        }

        ClipTokenizer tokenizer = ClipTokenizer.Load(folder);
        ClipImages images = ClipImages.Load(folder);
        ClipModel model = ClipModel.Load(folder, OnnxDevice.Open(options ?? new()));
        if (model.Side >= 0 && model.Side != images.Side)
        {
            model.Dispose();
            throw new ModelFormatException(
                model.VisionFile,
                FormattableString.Invariant($"pixel values of the preprocessor's {images.Side}x{images.Side}"),
                FormattableString.Invariant($"{model.Side}"));
        }

        return new(model, tokenizer, images);
    }

    /// <summary>How well an image fits a text: -1 to 1.</summary>
    /// <param name="image">The image, of any size.</param>
    /// <param name="text">The text; what goes beyond the model's 77 tokens does not count.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="InferenceException">The model failed.</exception>
    public double Score(RgbImage image, string text, CancellationToken cancellationToken = default) =>
        Score([image], [text], cancellationToken)[0];

    /// <summary>How well each image fits its text: -1 to 1.</summary>
    /// <param name="images">The images, each of any size.</param>
    /// <param name="texts">A text for each image. Texts are encoded once and remembered.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ArgumentException">There are not as many texts as images.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    public IReadOnlyList<double> Score(
        IReadOnlyList<RgbImage> images, IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        if (images.Count != texts.Count)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"There are {images.Count} images and {texts.Count} texts; each image has one."), nameof(texts));
        }

        using RunScope scope = new(cancellationToken);
        List<double> scores = new(images.Count);
        int atOnce = Math.Min(ImagesAtOnce, _model.MaxImages);
        foreach (RgbImage[] part in images.Chunk(atOnce))
        {
            float[] vectors = Encode(part, texts[scores.Count], scope);
            int width = vectors.Length / part.Length;
            for (int i = 0; i < part.Length; i++)
            {
                scores.Add(Cosine(vectors.AsSpan(i * width, width), Encode(texts[scores.Count], scope)));
            }
        }

        return scores;
    }

    /// <summary>Frees the model. No call may be running.</summary>
    public void Dispose() => _model.Dispose();

    private static double Cosine(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double product = 0, one = 0, two = 0;
        for (int i = 0; i < first.Length; i++)
        {
            product += (double)first[i] * second[i];
            one += (double)first[i] * first[i];
            two += (double)second[i] * second[i];
        }

        return product / Math.Sqrt(one * two);
    }

    private float[] Encode(RgbImage[] part, string any, RunScope scope)
    {
        float[] planes = new float[part.Length * _images.Length];
        for (int i = 0; i < part.Length; i++)
        {
            _images.Write(part[i], planes.AsSpan(i * _images.Length, _images.Length));
        }

        return _model.EncodeImages(planes, part.Length, _images.Side, _tokenizer.EncodePrompt(any), scope);
    }

    private float[] Encode(string text, RunScope scope)
    {
        if (_texts.TryGetValue(text, out float[]? known))
        {
            return known;
        }

        float[] vector = _model.EncodeText(_tokenizer.EncodePrompt(text), _images.Side, scope);

        // Whoever scores so many different texts gains little from those of before.
        if (_texts.Count >= RememberedTexts)
        {
            _texts.Clear();
        }

        return _texts.GetOrAdd(text, vector);
    }
}
