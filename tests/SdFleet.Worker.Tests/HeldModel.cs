namespace SdFleet.Worker.Tests;

/// <summary>A pass through the model that does not get past its first step until it is let go.</summary>
internal sealed class HeldModel : IDisposable
{
    /// <summary>What the pass makes a picture of.</summary>
    public const string Prompt = "nothing, for a while";

    private readonly TaskCompletionSource _letGo = new();

    /// <summary>For the pass.</summary>
    public Action<int, int> OnStep => (_, _) => _letGo.Task.Wait();

    public void Dispose() => _letGo.TrySetResult();
}
