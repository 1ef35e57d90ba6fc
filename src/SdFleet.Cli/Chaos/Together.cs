namespace SdFleet.Cli.Chaos;

/// <summary>Several things at once, of which none is to go on alone.</summary>
internal static class Together
{
    /// <summary>Does all of <paramref name="works"/>. Where one fails, the others are told to stop, and its exception is thrown once they have.</summary>
    public static async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> works, CancellationToken cancellationToken)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(works.Select(OneAsync));

        async Task OneAsync(Func<CancellationToken, Task> work)
        {
            try
            {
                await work(all.Token);
            }
            catch
            {
                await all.CancelAsync();
                throw;
            }
        }
    }
}
