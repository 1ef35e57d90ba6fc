namespace SdFleet.Cluster.Tests.Images;

/// <summary>What follows one <c>FROM</c>.</summary>
internal sealed record DockerStage(string Name, string Base, IReadOnlyList<DockerInstruction> Instructions)
{
    public IEnumerable<string> All(string instruction) => Instructions.Where(i => i.Name == instruction).Select(i => i.Text);
}
