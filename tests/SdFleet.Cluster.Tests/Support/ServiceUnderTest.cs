using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Api;
using SdFleet.Coordinator;
using SdFleet.Worker;

namespace SdFleet.Cluster.Tests.Support;

/// <summary>A service with the settings that a container would have, built but not started.</summary>
internal static class ServiceUnderTest
{
    /// <summary>Builds <c>api</c>, <c>coordinator</c> or <c>worker</c>.</summary>
    public static WebApplication Build(string component, IReadOnlyDictionary<string, string> configuration)
    {
        string[] arguments = [.. configuration.Select(setting => $"--{setting.Key}={setting.Value}")];
        return component switch
        {
            "api" => ApiHost.Build(arguments),
            "coordinator" => CoordinatorHost.Build(arguments),
            "worker" => WorkerHost.Build(arguments),
            _ => throw new ArgumentOutOfRangeException(nameof(component), component, "Unknown service."),
        };
    }

    /// <summary>What it would say against its settings at start.</summary>
    public static async Task<IEnumerable<string>> ComplaintsAsync(string component, IReadOnlyDictionary<string, string> configuration)
    {
        try
        {
            await using var service = Build(component, configuration);
            var bound = new BoundKeys(service.Services);
            service.Services.GetRequiredService<IStartupValidator>().Validate();
            return configuration.Keys.Where(key => !bound.Has(key)).Select(key => $"{key} is read by nobody");
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }
        catch (AggregateException e)
        {
            return e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures);
        }
    }
}
