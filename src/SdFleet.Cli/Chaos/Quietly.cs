namespace SdFleet.Cli.Chaos;

/// <summary>Closes and clears away what may be gone already.</summary>
internal static class Quietly
{
    /// <summary>Runs <paramref name="work"/>, no longer than <paramref name="patience"/>.</summary>
    /// <returns>Why it did not come to its end; null where it did.</returns>
    public static async Task<string?> RunAsync(Func<Task> work, TimeSpan patience)
    {
        try
        {
            await work().WaitAsync(patience);
            return null;
        }
#pragma warning disable CA1031 // Whoever calls this goes on in any case, and says what was left.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.Message;
        }
    }
}
