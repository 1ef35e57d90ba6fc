using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Models;
using SdFleet.Hosting.Configuration;
using SdFleet.JobStore;

namespace SdFleet.Cluster.Tests.Support;

/// <summary>Which configuration keys a service reads: found in its options types, not written down a second time.</summary>
internal sealed class BoundKeys
{
    private readonly List<(string Section, Type Type)> _sections = [(ModelCatalog.SectionName, typeof(List<ModelSpec>))];

    /// <summary>The keys of the options that <paramref name="services"/> has.</summary>
    public BoundKeys(IServiceProvider services)
    {
        foreach (var type in AppDomain.CurrentDomain.GetAssemblies().Where(a => a.GetName().Name!.StartsWith("SdFleet.", StringComparison.Ordinal)).SelectMany(a => a.GetTypes()))
        {
            var section = type == typeof(RetryPolicy) ? "SdFleet:Retry" : type.GetField("SectionName")?.GetRawConstantValue() as string;
            if (section is not null && services.GetServices(typeof(IConfigureOptions<>).MakeGenericType(type)).Any())
            {
                _sections.Add((section, type));
            }
        }
    }

    /// <summary>The keys of one type.</summary>
    public BoundKeys(string section, Type type) => _sections = [(section, type)];

    public bool Has(string key) => _sections.Any(section =>
        key.StartsWith(section.Section + ":", StringComparison.OrdinalIgnoreCase) &&
        Binds(section.Type, key[(section.Section.Length + 1)..].Split(':'), section.Type == typeof(List<ModelSpec>)));

    private static bool Binds(Type type, ReadOnlySpan<string> path, bool isModels = false)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (path.Length == 0)
        {
            return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(Uri);
        }

        if (isModels && path is [_, "Path" or "PricePerGpuHour"])
        {
            return true; // Read by hand, before the model's defaults.
        }

        if (type.IsGenericType && type.GetGenericArguments() is [.., var element] && type.IsAssignableTo(typeof(System.Collections.IEnumerable)))
        {
            return Binds(element, path[1..]);
        }

        var name = path[0];
        var property = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return property is not null && Binds(property.PropertyType, path[1..]);
    }
}
