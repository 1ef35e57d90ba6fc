namespace SdFleet.Diffusion.Schedulers;

/// <summary>
/// Walks a batch of noisy samples down a schedule of noise levels: gives the timesteps to call the model at, and turns each model output
/// into the next sample. Computes what the diffusers class of the same name computes.
/// </summary>
/// <remarks>
/// <para>
/// One object serves one run at a time and is not thread-safe. Use: <see cref="SetTimesteps"/>, <see cref="Begin"/>, and then, for each
/// index from the first to the end of <see cref="Timesteps"/> in order, <see cref="ScaleModelInput"/>, the model, <see cref="Step"/>.
/// The start is unit noise times <see cref="InitNoiseSigma"/>, or an image noised with <see cref="AddNoise"/>.
/// </para>
/// <para>
/// Samples are flat float32 in model units (latents after the VAE's scaling factor), the images of a batch one behind the other.
/// All images share the timesteps, and none influences another. After <see cref="Begin"/> no step allocates.
/// </para>
/// <para>
/// Everything goes by index, never by the value of a timestep: some schedules have the same timestep twice, and which of the two is
/// meant decides what a step computes. (diffusers looks the first one of a run up, and takes the second of two; that is where its own
/// image-to-image slices begin, and where <see cref="Img2ImgStart"/> does.)
/// </para>
/// </remarks>
public abstract class Scheduler
{
    private double[] _timesteps = [];
    private int _batchLength;
    private int _nextIndex = -1;

    /// <param name="config">The configuration.</param>
    /// <param name="noiseSchedule">The model's forward process.</param>
    /// <param name="compatibility">The generation to compute like.</param>
    private protected Scheduler(SchedulerConfig config, NoiseSchedule noiseSchedule, SchedulerCompatibility compatibility)
    {
        Config = config;
        NoiseSchedule = noiseSchedule;
        Compatibility = compatibility;
    }

    /// <summary>The configuration this scheduler was made from.</summary>
    public SchedulerConfig Config { get; }

    /// <summary>The forward process of the model, for noising to a training timestep that no schedule visits.</summary>
    public NoiseSchedule NoiseSchedule { get; }

    /// <summary>The generation of diffusers this scheduler computes like.</summary>
    public SchedulerCompatibility Compatibility { get; }

    /// <summary>The number of steps asked for. <see cref="Timesteps"/> has more where a step calls the model more than once.</summary>
    public int InferenceSteps { get; private set; }

    /// <summary>The timestep to give the model at each index, falling.</summary>
    public ReadOnlySpan<double> Timesteps => _timesteps;

    /// <summary>Whether the timesteps are whole numbers. Where not, a model with an integer input takes them truncated.</summary>
    public virtual bool HasWholeTimesteps => true;

    /// <summary>What unit noise is multiplied with to become the first sample.</summary>
    public double InitNoiseSigma { get; private protected set; } = 1;

    /// <summary>How many timesteps one inference step takes in image-to-image arithmetic: 2 for Heun and KDPM2, else 1.</summary>
    public virtual int Order => 1;

    /// <summary>
    /// The clean sample that the last step predicted, where that and not the sample is to be decoded (LCM); else empty.
    /// </summary>
    public virtual ReadOnlySpan<float> Denoised => [];

    /// <summary>The options of the current run.</summary>
    private protected StepOptions Options { get; private set; } = StepOptions.Default;

    /// <summary>The index the current run began at.</summary>
    private protected int FirstIndex { get; private set; }

    /// <summary>Makes the scheduler that a configuration names in <see cref="SchedulerConfig.ClassName"/>.</summary>
    /// <inheritdoc cref="KnownSchedulers.Create"/>
    public static Scheduler Create(SchedulerConfig config, SchedulerCompatibility compatibility = SchedulerCompatibility.Current)
    {
        ArgumentNullException.ThrowIfNull(config);
        return KnownSchedulers.Create(config.ClassName ?? "", config, compatibility);
    }

    /// <summary>Lays out the schedule of a run.</summary>
    /// <param name="steps">The number of inference steps, 1 to the number of training timesteps.</param>
    /// <exception cref="ArgumentException">The scheduler cannot run with so many steps.</exception>
    public void SetTimesteps(int steps)
    {
        ConfigValue.InRange("num_inference_steps", steps, 1, NoiseSchedule.Length);
        InferenceSteps = steps;
        _nextIndex = -1;
        _timesteps = LayOut(steps);
    }

    /// <summary>The part of the schedule that image-to-image runs through.</summary>
    /// <param name="strength">How much of the image is made anew, 0 (nothing) to 1 (all).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strength"/> is not within 0 to 1.</exception>
    public Img2ImgRange Img2ImgStart(double strength)
    {
        if (!(strength is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), strength, "The strength must be within 0 to 1.");
        }

        int skipped = InferenceSteps - Math.Min((int)(InferenceSteps * strength), InferenceSteps);
        return new Img2ImgRange(Math.Min(skipped * Order, _timesteps.Length), InferenceSteps - skipped);
    }

    /// <summary>Begins a run: forgets the one before, and makes all the room that stepping needs.</summary>
    /// <param name="batchSize">The number of images.</param>
    /// <param name="valuesPerImage">The number of values of one image's sample.</param>
    /// <param name="firstIndex">The index to begin at: 0, or what <see cref="Img2ImgStart"/> says.</param>
    /// <param name="options">The run's options.</param>
    /// <exception cref="InvalidOperationException"><see cref="SetTimesteps"/> was not called.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public void Begin(int batchSize, int valuesPerImage, int firstIndex = 0, StepOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(valuesPerImage, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstIndex);
        if (_timesteps.Length == 0)
        {
            throw new InvalidOperationException("SetTimesteps comes before Begin.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstIndex, _timesteps.Length);
        Options = options ?? StepOptions.Default;
        Options.Validate();
        _batchLength = checked(batchSize * valuesPerImage);
        FirstIndex = firstIndex;
        _nextIndex = firstIndex;
        Reset(_batchLength, valuesPerImage);
    }

    /// <summary>Makes the model's input at an index from the sample.</summary>
    /// <param name="index">The index into <see cref="Timesteps"/>.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="destination">Receives the input, as long as the sample; may be the sample.</param>
    public void ScaleModelInput(int index, ReadOnlySpan<float> sample, Span<float> destination)
    {
        double scale = InputScale(Checked(index));
        destination = destination[..sample.Length];
        if (scale == 1)
        {
            sample.CopyTo(destination);
        }
        else
        {
            VectorMath.Scale(destination, scale, sample);
        }
    }

    /// <summary>Whether <see cref="Step"/> at this index uses noise.</summary>
    public bool NoiseNeeded(int index) => UsesNoise(Checked(index));

    /// <summary>
    /// How often diffusers draws noise at this index, used or not: a generator that is shared with other draws stays in step with
    /// diffusers when it is drawn from as often.
    /// </summary>
    public int RandnCalls(int index) => DrawsNoise(Checked(index)) ? 1 : 0;

    /// <summary>Takes one step.</summary>
    /// <param name="index">The index into <see cref="Timesteps"/>; steps are taken in order.</param>
    /// <param name="modelOutput">The model's output for all images of the batch, after guidance.</param>
    /// <param name="sample">The batch's sample: on entry at this index, on return at the next.</param>
    /// <param name="noise">Unit noise for the batch where <see cref="NoiseNeeded"/>; else it may be empty.</param>
    /// <exception cref="ArgumentException">A span has not the run's length.</exception>
    /// <exception cref="InvalidOperationException">The run was not begun, or the index is not the next one.</exception>
    public void Step(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise = default)
    {
        if (index != _nextIndex || index >= _timesteps.Length)
        {
            throw new InvalidOperationException(_nextIndex < 0
                ? "Begin comes before Step."
                : $"Step {index} was asked for, but the next is {_nextIndex} of {_timesteps.Length}.");
        }

        bool usesNoise = UsesNoise(index);
        RequireLength(modelOutput.Length, nameof(modelOutput));
        RequireLength(sample.Length, nameof(sample));
        if (usesNoise)
        {
            RequireLength(noise.Length, nameof(noise));
        }

        Advance(index, modelOutput, sample, usesNoise ? noise : default);
        _nextIndex++;
    }

    /// <summary>Noises a clean sample to the noise level of an index: the start of image-to-image, or inpainting's kept part.</summary>
    /// <param name="original">The clean sample.</param>
    /// <param name="noise">Unit noise of the same length.</param>
    /// <param name="index">The index into <see cref="Timesteps"/>.</param>
    /// <param name="destination">The result, as long as the original; may be the original or the noise.</param>
    public void AddNoise(ReadOnlySpan<float> original, ReadOnlySpan<float> noise, int index, Span<float> destination)
    {
        (double signal, double amount) = NoiseLevelAt(Checked(index));
        VectorMath.Combine(destination[..original.Length], signal, original, amount, noise);
    }

    /// <summary>Computes the schedule for so many steps, and returns its timesteps.</summary>
    private protected abstract double[] LayOut(int steps);

    /// <summary>Forgets the run before and makes room for the next.</summary>
    private protected abstract void Reset(int batchLength, int valuesPerImage);

    /// <summary>One step, in place; lengths and order are checked. Noise is empty where it is not used.</summary>
    private protected abstract void Advance(int index, ReadOnlySpan<float> modelOutput, Span<float> sample, ReadOnlySpan<float> noise);

    /// <summary>The weights of clean sample and unit noise at an index.</summary>
    private protected abstract (double Signal, double Noise) NoiseLevelAt(int index);

    /// <summary>What the model's input is the sample multiplied with.</summary>
    private protected virtual double InputScale(int index) => 1;

    /// <summary>Whether the step's result depends on noise.</summary>
    private protected virtual bool UsesNoise(int index) => false;

    /// <summary>Whether diffusers draws noise, for its result or not.</summary>
    private protected virtual bool DrawsNoise(int index) => UsesNoise(index);

    /// <summary>Makes a buffer of a length, unless it is one already.</summary>
    private protected static void EnsureLength(ref float[] buffer, int length)
    {
        if (buffer.Length != length)
        {
            buffer = new float[length];
        }
    }

    private int Checked(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _timesteps.Length);
        return index;
    }

    private void RequireLength(int length, string name)
    {
        if (length != _batchLength)
        {
            throw new ArgumentException($"{name} has {length} values; the run was begun with {_batchLength}.", name);
        }
    }
}
