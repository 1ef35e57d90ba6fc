using SdFleet.Cli.Chaos.Plan;

namespace SdFleet.Cli.Tests.Chaos;

public sealed class PlanTests
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    [Fact]
    public void Jobs_SameSeed_AreTheSame()
    {
        Assert.Equal(JobPlan.Draw(1, 500), JobPlan.Draw(1, 500));
        Assert.Equal(JobPlan.Draw(1, 500), JobPlan.Draw(1, 1000).Take(500));
        Assert.Empty(JobPlan.Draw(1, 500).Select(j => j.Id).Intersect(JobPlan.Draw(2, 500).Select(j => j.Id)));
    }

    [Fact]
    public void Jobs_FiveHundred_HaveAllKindsDoorsLanesAndTenants()
    {
        var jobs = JobPlan.Draw(1, 500);

        Assert.Equal(Enum.GetValues<JobKind>(), jobs.Select(j => j.Kind).Distinct().Order());
        Assert.All([Door.Http, Door.Broker], door => Assert.InRange(jobs.Count(j => j.Door == door), 150, 350));
        Assert.Equal([1, 2, 3, 4], jobs.Select(j => j.Images).Distinct().Order());
        Assert.Equal(3, jobs.Select(j => j.Lane).Distinct().Count());
        Assert.Equal(JobPlan.Tenants, jobs.Where(j => j.IsValid).Select(j => j.Tenant).Distinct().Order());
        Assert.Equal(jobs.Count, jobs.Select(j => j.Id).Distinct().Count());
    }

    [Fact]
    public void Faults_SameSeed_AreTheSame()
    {
        Assert.Equal(FaultPlan.Draw(1, 100, Kinds), FaultPlan.Draw(1, 100, Kinds));
        Assert.NotEqual(FaultPlan.Draw(1, 100, Kinds).Select(f => f.Kind), FaultPlan.Draw(2, 100, Kinds).Select(f => f.Kind));
    }

    [Fact]
    public void Faults_OfEveryKind_ComeAboutEquallyOften()
    {
        var faults = FaultPlan.Draw(1, 100, Kinds);

        Assert.Equal(Enumerable.Range(1, 100), faults.Select(f => f.Number));
        Assert.All(Kinds, kind => Assert.InRange(faults.Count(f => f.Kind == kind), 7, 8));
        Assert.Equal(Kinds, faults.Take(Kinds.Length).Select(f => f.Kind).Order());
    }

    [Fact]
    public void Faults_ThatAreNotPossible_DoNotCome()
    {
        var kinds = FaultPlan.Draw(1, 30, [FaultKind.WorkerKilled, FaultKind.ApiKilled]).Select(f => f.Kind).Distinct().Order();

        Assert.Equal([FaultKind.WorkerKilled, FaultKind.ApiKilled], kinds);
    }
}
