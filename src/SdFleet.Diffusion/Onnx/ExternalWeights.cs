using System.Buffers;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SdFleet.Diffusion.Onnx.Graph;

namespace SdFleet.Diffusion.Onnx;

/// <summary>
/// Gives ONNX Runtime weights from memory for models that name files: the way to change more weights than the 2 GB that a model itself may
/// have. The managed library does not offer the call (AddExternalInitializersFromFilesInMemory of the C API, since 1.18), so it is made here.
/// ONNX Runtime copies what it is given while it loads the model, and then wants all of the model's files, so those are mapped.
/// </summary>
internal sealed unsafe class ExternalWeights : IDisposable
{
    private const uint ApiVersion = 18;

    private static readonly Lazy<nint> Library = new(FindLibrary);

    private readonly Stack<IDisposable> _held = [];
    private readonly List<string> _locations = [];
    private readonly List<nint> _buffers = [];
    private readonly List<nuint> _lengths = [];

    /// <summary>Gives a session's options all weights beside a model. To be disposed when the session is there.</summary>
    /// <exception cref="ModelFormatException">A file is missing, or ONNX Runtime does not take them.</exception>
    public static ExternalWeights Attach(SessionOptions options, OnnxGraph graph, IEnumerable<OnnxOutsideWeight> changed)
    {
        ExternalWeights weights = new();
        try
        {
            foreach (OnnxOutsideWeight weight in changed)
            {
                weights.Add(weight);
            }

            foreach (string file in graph.Initializers.Select(i => i.Data?.File ?? graph.File).Where(f => f != graph.File).Distinct())
            {
                weights.Map(file, Path.GetDirectoryName(graph.File) ?? "");
            }

            weights.HandOver(options, graph.File);
            return weights;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            weights.Dispose();
            throw new ModelFormatException(graph.File, "readable weights beside it", error.Message, error);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of what the session was loaded from.</summary>
    public void Dispose()
    {
        while (_held.TryPop(out IDisposable? held))
        {
            held.Dispose();
        }
    }

    private static nint ApiFunction(string name)
    {
        var getBase = (delegate* unmanaged<OrtApiBase*>)NativeLibrary.GetExport(Library.Value, "OrtGetApiBase");
        nint api = ((delegate* unmanaged<uint, nint>)getBase()->GetApi)(ApiVersion);
        return Marshal.ReadIntPtr(api, (int)Marshal.OffsetOf<OrtApi>(name));
    }

    // The managed library finds the native one in ways of its own and tells nobody, so the one that is loaded is looked for.
    private static nint FindLibrary()
    {
        OnnxEnvironment.Ensure();
        using Process self = Process.GetCurrentProcess();
        string path = self.Modules.Cast<ProcessModule>().Select(module => module.FileName).First(file =>
            Path.GetFileName(file) is { } name
            && (name.StartsWith("libonnxruntime.", StringComparison.Ordinal)
                || name.Equals("onnxruntime.dll", StringComparison.OrdinalIgnoreCase)));
        return NativeLibrary.Load(path);
    }

    private void Add(OnnxOutsideWeight weight)
    {
        MemoryHandle pinned = weight.Data.Pin();
        _held.Push(pinned);
        Add(weight.Location, (nint)pinned.Pointer, (nuint)weight.Data.Length);
    }

    private void Map(string file, string folder)
    {
        MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _held.Push(mapped);
        MemoryMappedViewAccessor view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _held.Push(view);

        // As the model writes it.
        string location = file[folder.Length..].TrimStart(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        Add(location, view.SafeMemoryMappedViewHandle.DangerousGetHandle(), (nuint)new FileInfo(file).Length);
    }

    private void Add(string location, nint buffer, nuint length)
    {
        _locations.Add(location);
        _buffers.Add(buffer);
        _lengths.Add(length);
    }

    private void HandOver(SessionOptions options, string file)
    {
        // ONNX Runtime's paths are UTF-16 on Windows and bytes elsewhere.
        nint[] names = [.. _locations.Select(name =>
            OperatingSystem.IsWindows() ? Marshal.StringToCoTaskMemUni(name) : Marshal.StringToCoTaskMemUTF8(name))];
        try
        {
            fixed (nint* namesPointer = names)
            fixed (nint* buffers = CollectionsMarshal.AsSpan(_buffers))
            fixed (nuint* lengths = CollectionsMarshal.AsSpan(_lengths))
            {
                var add = (delegate* unmanaged<nint, nint*, nint*, nuint*, nuint, nint>)ApiFunction(
                    nameof(OrtApi.AddExternalInitializersFromFilesInMemory));
                nint status = add(options.DangerousGetHandle(), namesPointer, buffers, lengths, (nuint)names.Length);
                if (status != 0)
                {
                    throw Refused(status, file);
                }
            }
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    private static ModelFormatException Refused(nint status, string file)
    {
        var message = (delegate* unmanaged<nint, nint>)ApiFunction(nameof(OrtApi.GetErrorMessage));
        var release = (delegate* unmanaged<nint, void>)ApiFunction(nameof(OrtApi.ReleaseStatus));
        string text = Marshal.PtrToStringUTF8(message(status)) ?? "";
        release(status);
        return new(file, "weights that ONNX Runtime takes from memory", text);
    }
}
