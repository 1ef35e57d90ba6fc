namespace SdFleet.Fleet.Tests.Servers;

/// <summary>Asks the system which processes still run.</summary>
internal static class LiveProcess
{
    public static void AssertNone(IReadOnlyList<int> processIds)
    {
        // Containers and servers that somebody else started have no process ids to ask for.
        Assert.DoesNotContain(processIds, IsAlive);
    }

    // A process that has ended stays listed as Z until its parent asks for its exit code, which some first processes do late.
    private static bool IsAlive(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
