using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SdFleet.Feed;

/// <summary>Points SQLitePCLRaw at the system's SQLite, which gets its security fixes from the distribution.</summary>
internal static class SystemSqlite
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before the first call into SQLite, whoever makes it.")]
    internal static void Use()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another assembly of this process, compiled with the same file, was first: one resolver is enough.
        }
    }

    // IntPtr.Zero means "not here": the runtime goes on to the bundled library.
    private static IntPtr Resolve(string library, Assembly assembly, DllImportSearchPath? searchPath) =>
        library == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle) ? handle : IntPtr.Zero;
}
