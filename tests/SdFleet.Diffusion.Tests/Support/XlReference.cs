using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests;

/// <summary>
/// The whole of a Stable Diffusion XL generation with Euler's method, in plain float64 and without the library: what diffusers' pipelines do
/// around the networks of <see cref="TinyXlModel"/>.
/// </summary>
internal sealed class XlReference(TinyXlModel model)
{
    private const int Tokens = 77, Pad2 = '!', TrainSteps = 1000;
    private const double BetaStart = 0.00085, BetaEnd = 0.012;

    /// <summary>The timesteps of a run.</summary>
    public double[] Timesteps(int steps) => [.. Enumerable.Range(0, steps).Select(i => model.Spacing == "leading"
        ? ((steps - 1 - i) * (TrainSteps / steps)) + 1
        : Math.Round(TrainSteps - (i * (double)TrainSteps / steps)) - 1)];

    /// <summary>What unit noise is multiplied with.</summary>
    public double InitialSigma(int steps)
    {
        double max = Sigma(Timesteps(steps)[0]);
        return model.Spacing == "leading" ? Math.Sqrt((max * max) + 1) : max;
    }

    /// <summary>Walks one image's latents down.</summary>
    /// <param name="task">The task; the prompts are those that <see cref="Ids"/> knows.</param>
    /// <param name="latents">The latents that enter the loop.</param>
    /// <param name="extra">Channels that stand behind the latents.</param>
    /// <param name="first">The step to begin at.</param>
    public double[] Run(GenerationTask task, ReadOnlySpan<float> latents, float[]? extra = null, int first = 0)
    {
        double[] x = [.. latents.ToArray().Select(value => (double)value)];
        double[] timesteps = Timesteps(task.Steps);
        bool guided = task.GuidanceScale > 1 && model.GuidanceWidth == 0;
        double prompt = Bias(task, negative: false), negative = Bias(task, negative: true);
        for (int i = first; i < timesteps.Length; i++)
        {
            double sigma = Sigma(timesteps[i]), next = i + 1 < timesteps.Length ? Sigma(timesteps[i + 1]) : 0;
            double scale = 1 / Math.Sqrt((sigma * sigma) + 1);
            double[] input = [.. x.Select(value => value * scale), .. (extra ?? []).Select(value => (double)value)];
            double[] noise = Unet(input, timesteps[i], prompt, x.Length / TinyXlModel.LatentChannels);
            if (guided)
            {
                double[] other = Unet(input, timesteps[i], negative, x.Length / TinyXlModel.LatentChannels);
                noise = [.. noise.Zip(other, (wanted, unwanted) => unwanted + (task.GuidanceScale * (wanted - unwanted)))];
            }

            x = [.. x.Zip(noise, (value, slope) => value + ((next - sigma) * slope))];
        }

        return x;
    }

    /// <summary>The token ids of a text that the tests use.</summary>
    public static int[] Ids(string text, int pad)
    {
        int[] words = text switch
        {
            "a cat" => [TinyTokenizer.Last('a'), TinyTokenizer.Cat],
            "cat" => [TinyTokenizer.Cat],
            "a" => [TinyTokenizer.Last('a')],
            _ when string.IsNullOrWhiteSpace(text) => [],
            _ => throw new ArgumentException(text),
        };
        int[] ids = [TinyTokenizer.Begin, .. words, TinyTokenizer.End];
        return [.. ids, .. Enumerable.Repeat(pad, Tokens - ids.Length)];
    }

    private static double Sigma(double timestep)
    {
        double product = 1, first = Math.Sqrt(BetaStart), last = Math.Sqrt(BetaEnd);
        for (int i = 0; i <= timestep; i++)
        {
            double root = first + ((last - first) * i / (TrainSteps - 1));
            product *= 1 - (root * root);
        }

        return Math.Sqrt((1 - product) / product);
    }

    // What a row's prompt, sizes and guidance add to each of its latents.
    private double Bias(GenerationTask task, bool negative)
    {
        string text = negative ? task.NegativePrompt : task.Prompt;
        bool zeros = negative && text.Length == 0 && (model.ForceZeros ?? true);
        double[] words = zeros ? new double[Tokens * model.TokenWidth] : Words(text);
        double[] pooled = zeros ? new double[TinyXlModel.PooledWidth] : Pooled(text);
        double bias = Mean(words, TinyXlModel.Waves(model.TokenWidth, 5))
            + Mean(pooled, TinyXlModel.Waves(TinyXlModel.PooledWidth, 6))
            + Mean(TimeIds(task, negative), TinyXlModel.IdWeights);
        return model.GuidanceWidth == 0
            ? bias
            : bias + Mean(Guidance(task.GuidanceScale), TinyXlModel.Waves(model.GuidanceWidth, 7));
    }

    private double[] Words(string text)
    {
        double[] first = model.Refiner ? [] : States(1, TinyXlModel.Width, Ids(text, TinyTokenizer.End), TinyXlModel.Layers);
        double[] second = States(2, TinyXlModel.Width2, Ids(text, Pad2), TinyXlModel.Layers2);
        int width = first.Length / Tokens;
        return [.. Enumerable.Range(0, Tokens).SelectMany(token => first[(token * width)..((token + 1) * width)]
            .Concat(second[(token * TinyXlModel.Width2)..((token + 1) * TinyXlModel.Width2)]))];
    }

    // hidden_states[-2] of layers + 1 states.
    private static double[] States(int encoder, int width, int[] ids, int layers) =>
        [.. Lookup(TinyXlModel.Table(encoder), width, ids).Select(value => value * TinyXlModel.StateScales[layers - 1])];

    private static double[] Pooled(string text)
    {
        double[] all = Lookup(TinyXlModel.PooledTable(), TinyXlModel.PooledWidth, Ids(text, Pad2));
        return [.. Enumerable.Range(0, TinyXlModel.PooledWidth)
            .Select(i => Enumerable.Range(0, Tokens).Average(token => all[(token * TinyXlModel.PooledWidth) + i]))];
    }

    private static double[] Lookup(float[] table, int width, int[] ids) =>
        [.. ids.SelectMany(id => table[(id * width)..((id + 1) * width)].Select(value => (double)value))];

    private double[] TimeIds(GenerationTask task, bool negative)
    {
        SizeConditioning? sizes = task.SizeConditioning;
        double[] original = [sizes?.OriginalSize?.Height ?? task.Height, sizes?.OriginalSize?.Width ?? task.Width];
        double[] crop = model.Refiner && negative ? [0, 0] : [sizes?.CropTop ?? 0, sizes?.CropLeft ?? 0];
        double[] last = model.Refiner
            ? [negative ? sizes?.NegativeAestheticScore ?? 2.5 : sizes?.AestheticScore ?? 6]
            : [sizes?.TargetSize?.Height ?? task.Height, sizes?.TargetSize?.Width ?? task.Width];
        return [.. original, .. crop, .. last];
    }

    private double[] Guidance(double scale)
    {
        int half = model.GuidanceWidth / 2;
        double[] angles = [.. Enumerable.Range(0, half).Select(i => (scale - 1) * 1000 * Math.Pow(10_000, -i / (half - 1.0)))];
        return [.. angles.Select(Math.Sin), .. angles.Select(Math.Cos)];
    }

    private static double Mean(double[] values, float[] weights) =>
        values.Select((value, i) => value * weights[i % weights.Length]).Average();

    private double[] Unet(double[] input, double timestep, double bias, int plane)
    {
        float[] mix = model.Mix();
        int channels = input.Length / plane;
        double[] output = new double[TinyXlModel.LatentChannels * plane];
        for (int i = 0; i < output.Length; i++)
        {
            double sum = bias + (timestep * TinyXlModel.StepWeight);
            for (int channel = 0; channel < channels; channel++)
            {
                sum += mix[(i / plane * channels) + channel] * input[(channel * plane) + (i % plane)];
            }

            output[i] = Math.Tanh(sum);
        }

        return output;
    }
}
