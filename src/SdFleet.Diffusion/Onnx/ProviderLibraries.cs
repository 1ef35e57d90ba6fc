using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace SdFleet.Diffusion.Onnx;

/// <summary>Libraries with execution providers that are not built into ONNX Runtime: each is loaded once a process, and stays.</summary>
internal static class ProviderLibraries
{
    private static readonly Lock Loading = new();
    private static readonly Dictionary<string, HashSet<string>> Loaded = new(StringComparer.Ordinal);

    /// <summary>Adds the provider of a library to a session's options.</summary>
    /// <param name="session">The options.</param>
    /// <param name="library">The library's file.</param>
    /// <param name="deviceId">Which of the devices that the provider offers, from 0; GPUs come before others.</param>
    /// <param name="settings">The provider's settings.</param>
    /// <exception cref="OnnxRuntimeException">The library cannot be loaded, or has no such device.</exception>
    public static void Append(SessionOptions session, string library, int deviceId, IReadOnlyDictionary<string, string> settings)
    {
        OrtEnv environment = OnnxEnvironment.Instance;
        HashSet<string> names = Load(environment, Path.GetFullPath(library));
        OrtEpDevice[] devices =
        [
            .. environment.GetEpDevices()
                .Where(device => names.Contains(device.EpName))
                .OrderBy(device => device.HardwareDevice.Type == OrtHardwareDeviceType.GPU ? 0 : 1),
        ];
        if (deviceId >= devices.Length)
        {
            string offered = string.Join(", ", devices.Select(device => $"{device.EpName} on {device.HardwareDevice.Vendor}"));
            throw new NoDeviceException(string.Create(CultureInfo.InvariantCulture,
                $"{library} offers {devices.Length} devices{(devices.Length > 0 ? $" ({offered})" : "")}, and DeviceId is {deviceId}."));
        }

        session.AppendExecutionProvider(environment, [devices[deviceId]], settings);
    }

    // The providers that come with it: those that were not there before.
    private static HashSet<string> Load(OrtEnv environment, string library)
    {
        lock (Loading)
        {
            if (!Loaded.TryGetValue(library, out HashSet<string>? names))
            {
                HashSet<string> before = [.. environment.GetEpDevices().Select(device => device.EpName)];
                environment.RegisterExecutionProviderLibrary(library, library);
                names = [.. environment.GetEpDevices().Select(device => device.EpName).Where(name => !before.Contains(name))];
                Loaded.Add(library, names);
            }

            return names;
        }
    }
}
