using System.Globalization;
using SdFleet.Cluster.Tests.Support;

namespace SdFleet.Cluster.Tests.Charts;

public sealed class PodTests
{
    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Pods_MayDoNoMoreThanTheyNeed(string values)
    {
        var release = await Release.RenderAsync(values);

        foreach (var workload in release.Own)
        {
            Assert.Equal("true", workload.Pod.Text("securityContext", "runAsNonRoot"));
            Assert.Equal("RuntimeDefault", workload.Pod.Text("securityContext", "seccompProfile", "type"));
            foreach (var container in workload.Pod.All("containers").Concat(workload.InitContainers))
            {
                Assert.Equal("false", container.Text("securityContext", "allowPrivilegeEscalation"));
                Assert.Equal("true", container.Text("securityContext", "readOnlyRootFilesystem"));
                Assert.Equal("""["ALL"]""", container.Text("securityContext", "capabilities", "drop"));
            }

            // The only root there is gives a folder of the node away.
            Assert.All(
                workload.InitContainers.Where(c => c.Text("securityContext", "runAsUser") == "0"),
                c => Assert.Equal("""["chown","1654:1654","/models"]""", c.Text("command")));
            Assert.Equal(workload.Component == "coordinator" && release.OfKind("Role").Any(), workload.Pod.Text("automountServiceAccountToken") == "true");
        }

        // Nothing but what says who is busy.
        Assert.All(release.OfKind("Role").SelectMany(role => role.All("rules")), rule => Assert.Equal(("""["pods"]""", """["patch"]"""), (rule.Text("resources"), rule.Text("verbs"))));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    [InlineData("keys")]
    public async Task Secrets_AreReferencesOnly(string values)
    {
        var release = await Release.RenderAsync(values);

        Assert.Empty(release.OfKind("Secret"));
        Assert.All(
            release.Workloads.SelectMany(w => w.Container.All("env")).Where(v => v.Text("name").Contains("PASS", StringComparison.Ordinal) || v.Text("name").EndsWith("ConnectionString", StringComparison.Ordinal)),
            v => Assert.True(v.Text("valueFrom", "secretKeyRef", "name").Length > 0 || v.Text("value").Contains("$(", StringComparison.Ordinal), v.ToJsonString()));
    }

    [Theory]
    [InlineData("example")]
    [InlineData("trial")]
    public async Task Services_AreSpreadProbedAndNotAllTakenAwayAtOnce(string values)
    {
        var release = await Release.RenderAsync(values);

        foreach (var workload in release.Services)
        {
            var budget = Assert.Single(release.OfKind("PodDisruptionBudget"), b => workload.IsSelectedBy(b.At("spec", "selector")));

            // Otherwise a pod that is alone, or one of several that all wait for the broker, could not be moved from its node.
            Assert.Equal("AlwaysAllow", budget.Text("spec", "unhealthyPodEvictionPolicy"));
            Assert.Equal(2, workload.Pod.All("topologySpreadConstraints").Count(constraint => workload.IsSelectedBy(constraint.At("labelSelector"))));
            Assert.Contains(release.OfKind("ServiceAccount"), account => account.Text("metadata", "name") == workload.Pod.Text("serviceAccountName"));
            foreach (var (probe, path) in new[] { ("livenessProbe", "/health/live"), ("readinessProbe", workload.Component == "api" ? "/health/live" : "/health/ready") })
            {
                Assert.Equal((path, "http"), (workload.Container.Text(probe, "httpGet", "path"), workload.Container.Text(probe, "httpGet", "port")));
            }
        }
    }

    // They migrate the database before they listen, in one transaction: who is killed meanwhile begins anew, and never ends.
    [Theory]
    [InlineData("api")]
    [InlineData("coordinator")]
    public async Task Services_HaveHalfAnHourForMigrations(string component)
    {
        var probe = (await Release.RenderAsync("example")).Services.Single(w => w.Component == component).Container.At("startupProbe");

        var seconds = int.Parse(probe.Text("periodSeconds"), CultureInfo.InvariantCulture) * int.Parse(probe.Text("failureThreshold"), CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1800, 3600);
    }

    [Fact]
    public async Task Worker_GoesToAnyOfItsPoolsAndToSpotFirst()
    {
        var release = await Release.RenderAsync("example");
        var worker = release.Services.Single(w => w.Name == "prod-sd15-worker");
        var affinity = worker.Pod.At("affinity", "nodeAffinity");

        Assert.Equal(2, affinity.All("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").Count());
        var first = affinity.All("preferredDuringSchedulingIgnoredDuringExecution").MaxBy(p => int.Parse(p.Text("weight"), CultureInfo.InvariantCulture));
        Assert.Contains("gpu-spot", first!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["kubernetes.azure.com/scalesetpriority", "nvidia.com/gpu"], worker.Pod.All("tolerations").Select(t => t.Text("key")).Order(StringComparer.Ordinal));
        Assert.Equal("1", worker.Container.Text("resources", "limits", "nvidia.com/gpu"));
        Assert.EndsWith("/worker-cuda:0.1.0", worker.Container.Text("image"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example", "prod-sd15-worker", "hostPath", "/models/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("example", "prod-sdxl-1-0-worker", "persistentVolumeClaim", "/model")]
    [InlineData("trial", "prod-shapes-worker", "image", "/model")]
    [InlineData("keys", "prod-sd15-worker", "emptyDir", "/models/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task Weights_AreMountedWhereTheWorkerLooks(string values, string name, string source, string path)
    {
        var worker = (await Release.RenderAsync(values)).Services.Single(w => w.Name == name);
        var mount = worker.Container.All("volumeMounts").Single(m => m.Text("name") == "model");
        var volume = worker.Pod.All("volumes").Single(v => v.Text("name") == "model");

        Assert.NotNull(volume.At(source));
        Assert.Equal("true", mount.Text("readOnly"));
        Assert.Equal(path, ContainerEnvironment.Of(worker.Container).Single(v => v.Key.EndsWith("__Path", StringComparison.Ordinal) && v.Key.Contains("Models", StringComparison.Ordinal)).Value);
        Assert.StartsWith(mount.Text("mountPath"), path, StringComparison.Ordinal);
        Assert.Equal(source is "hostPath" or "emptyDir", worker.InitContainers.Any(c => c.Text("args") == """["fetch-model"]"""));
    }
}
