using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SdFleet.Cluster.Tests.Charts;
using SdFleet.Cluster.Tests.Support;
using SdFleet.TestServers;

namespace SdFleet.Cluster.Tests.Terraform;

/// <summary>What can be said of the Terraform files without Terraform and its providers.</summary>
public sealed class TerraformTests
{
    private static readonly string Folder = RepositoryFolder.Combine("infra", "terraform");
    private static readonly string[] Paths = [.. Directory.EnumerateFiles(Folder, "*.tf").Order(StringComparer.Ordinal)];
    private static readonly Lazy<Task<JsonObject>> Parsed = new(async () => Merge((await Tools.CheckAsync("hcl", Paths)).AsObject()));

    public static TheoryData<string> Files => [.. Paths.Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_IsLaidOutAndSaysWhatItIsFor(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));

        Assert.Empty(HclFile.LayoutErrors(text));
        Assert.True(file is "versions.tf" or "variables.tf" or "outputs.tf" || text.StartsWith("# ", StringComparison.Ordinal), file);
    }

    [Theory]
    [InlineData("a {\n b = 1\n}\n", "not indented by 2")]
    [InlineData("a {\n  b = 1\n  cc = 2\n}\n", "equals sign")]
    [InlineData("a {\n  b = 1 \n}\n", "spaces at its end")]
    public void Layout_Wrong_IsFound(string text, string expected) =>
        Assert.Contains(HclFile.LayoutErrors(text), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task VariablesAndOutputs_SayWhatTheyAre()
    {
        foreach (var kind in new[] { "variable", "output" })
        {
            Assert.All((await Parsed.Value)[kind]!.AsObject(), member => Assert.True(member.Value!.AsArray().Single().Text("description").Length > 10, member.Key));
        }

        Assert.All((await Parsed.Value)["variable"]!.AsObject(), variable => Assert.NotEmpty(variable.Value!.AsArray().Single().Text("type")));
    }

    [Fact]
    public async Task References_LeadSomewhereAndNothingIsUnused()
    {
        var all = await Parsed.Value;
        var text = all.ToJsonString();
        var variables = all["variable"]!.AsObject().Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        var locals = all["locals"]!.AsObject().Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        var resources = all["resource"]!.AsObject().Concat(all["data"]!.AsObject())
            .SelectMany(type => type.Value!.AsObject().Select(r => $"{type.Key}.{r.Key}")).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(variables.Order(StringComparer.Ordinal), Used(text, @"\bvar\.(\w+)"));
        Assert.Equal(locals.Order(StringComparer.Ordinal), Used(text, @"\blocal\.(\w+)"));
        Assert.Empty(Used(text, @"\b((?:azurerm|random|cloudamqp)_\w+\.\w+)").Except(resources));

        var providers = all["terraform"]!.ToJsonString();
        Assert.All(resources.Select(r => r.Split('_')[0]).Distinct(), provider => Assert.Contains($"\"{provider}\"", providers, StringComparison.Ordinal));
    }

    [Fact]
    public async Task HelmValues_AreTakenByTheChart_AndIdentitiesAreBoundToItsAccounts()
    {
        var all = await Parsed.Value;
        var template = await File.ReadAllTextAsync(Path.Combine(Folder, "helm-values.yaml.tftpl"));
        Assert.Empty(Used(template, @"\$\{(\w+)\}").Except(Used(all["output"]!.ToJsonString(), @"(\w+) *= ")));

        var folder = Directory.CreateTempSubdirectory("sdfleet-terraform-").FullName;
        try
        {
            var file = Path.Combine(folder, "values.yaml");
            await File.WriteAllTextAsync(file, Regex.Replace(template, @"\$\{(\w+)\}", m => m.Groups[1].Value.EndsWith("uri", StringComparison.Ordinal) ? "https://sample.blob.core.windows.net/" : m.Groups[1].Value.Replace('_', '-')));
            (await Tools.HelmAsync(
                "template", "prod", "sdfleet", "--values", file,
                "--set", "models[0].name=sd15,models[0].weights.volume.claim=models,api.keysSecret=keys")).Succeeded();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var services = Used(all["locals"]!["services"]!.ToJsonString(), @"""(\w+)""\s*:");
        var accounts = (await Release.RenderAsync("example")).OfKind("ServiceAccount").Select(a => a.Text("metadata", "name")).Order(StringComparer.Ordinal);
        Assert.Equal(accounts, services.Select(service => $"prod-{service}"));
        Assert.Equal("prod", all["variable"]!["release"]!.AsArray().Single().Text("default"));
    }

    // The coordinator writes exports, renews uploads that jobs name, and removes those that nobody needs.
    [Fact]
    public async Task Services_MayWriteToThePictures()
    {
        var services = (await Parsed.Value)["locals"]!["services"]!.AsObject();

        Assert.All(services, service => Assert.Equal("Storage Blob Data Contributor", service.Value.Text()));
    }

    // Azure's roles alone decide there, and those of a subscription's owner are not among them.
    [Fact]
    public async Task WhoAppliesIt_MayUseClusterModelsAndGrafana()
    {
        var operators = (await Parsed.Value)["resource"]!["azurerm_role_assignment"]!["operator"]!.AsArray().Single();
        var cluster = (await Parsed.Value)["resource"]!["azurerm_kubernetes_cluster"]!["fleet"]!.AsArray().Single();

        Assert.Equal("true", cluster.Text("local_account_disabled"));
        Assert.Equal("${data.azurerm_client_config.current.object_id}", operators.Text("principal_id"));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Azure Kubernetes Service RBAC Cluster Admin"] = "${azurerm_kubernetes_cluster.fleet.id}",
                ["Storage Blob Data Contributor"] = "${azurerm_storage_container.models.id}",
                ["Grafana Admin"] = "${azurerm_dashboard_grafana.fleet.id}",
            },
            operators.Map("for_each"));
    }

    [Fact]
    public async Task Logs_AreCollectedByARuleOfTheCluster()
    {
        var resources = (await Parsed.Value)["resource"]!;
        var cluster = resources["azurerm_kubernetes_cluster"]!["fleet"]!.AsArray().Single();
        Assert.Equal("true", cluster.All("oms_agent").Single().Text("msi_auth_for_monitoring_enabled"));

        var (name, rule) = resources["azurerm_monitor_data_collection_rule"]!.AsObject().Select(r => (r.Key, Rule: r.Value!.AsArray().Single()))
            .Single(r => r.Rule.All("data_sources").SelectMany(source => source.All("extension")).Any(e => e.Text("extension_name") == "ContainerInsights"));

        Assert.Equal(
            cluster.All("oms_agent").Single().Text("log_analytics_workspace_id"),
            rule.All("destinations").SelectMany(d => d.All("log_analytics")).Single().Text("workspace_resource_id"));
        Assert.Contains(
            resources["azurerm_monitor_data_collection_rule_association"]!.AsObject().Select(a => a.Value!.AsArray().Single()),
            a => a.Text("data_collection_rule_id") == $"${{azurerm_monitor_data_collection_rule.{name}.id}}" && a.Text("target_resource_id") == "${azurerm_kubernetes_cluster.fleet.id}");
    }

    [Fact]
    public async Task GpuPools_AreTheOnesThatTheExampleAsksFor()
    {
        var pools = (await Parsed.Value)["resource"]!["azurerm_kubernetes_cluster_node_pool"]!.AsObject().Select(p => p.Value!.AsArray().Single()).ToList();
        var worker = (await Release.RenderAsync("example")).Services.Single(w => w.Name == "prod-sd15-worker");
        var tolerated = worker.Pod.All("tolerations").Select(t => t.Text("key")).ToList();
        var wanted = worker.Pod.At("affinity", "nodeAffinity").All("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
            .Select(term => term.All("matchExpressions").Single().At("values")!.AsArray().Single().Text());

        Assert.Equal(wanted.Order(StringComparer.Ordinal), pools.Select(p => p.Text("node_labels", "sdfleet.io/pool")).Order(StringComparer.Ordinal));
        Assert.All(pools.SelectMany(p => p.At("node_taints")!.AsArray()), taint => Assert.Contains(taint.Text().Split('=')[0], tolerated));
        Assert.All(pools, p => Assert.Equal("0", p.Text("min_count")));
    }

    private static List<string> Used(string text, string pattern) =>
        [.. Regex.Matches(text, pattern).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    // Blocks of one kind lie in several files.
    private static JsonObject Merge(JsonObject files)
    {
        var all = new JsonObject();
        foreach (var (_, file) in files)
        {
            foreach (var (kind, block) in file!.AsObject())
            {
                MergeInto(all, kind, block!);
            }
        }

        return all;
    }

    private static void MergeInto(JsonObject all, string kind, JsonNode block)
    {
        foreach (var part in block is JsonArray several ? several.Select(p => p!) : [block])
        {
            if (all[kind] is not JsonObject known)
            {
                all[kind] = known = [];
            }

            foreach (var (name, value) in part.AsObject())
            {
                if (known[name] is JsonObject inner && value is JsonObject more)
                {
                    foreach (var (key, element) in more)
                    {
                        inner[key] = element!.DeepClone();
                    }
                }
                else
                {
                    known[name] = value!.DeepClone();
                }
            }
        }
    }
}
