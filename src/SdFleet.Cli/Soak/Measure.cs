namespace SdFleet.Cli.Soak;

/// <summary>What a soak looks at.</summary>
internal enum Measure
{
    /// <summary>Bytes of a process that are in memory.</summary>
    Memory,

    /// <summary>Open file descriptors of a process: files and sockets.</summary>
    OpenFiles,

    /// <summary>Threads of a process.</summary>
    Threads,

    /// <summary>Cores that a process used since the sample before. Shown, not judged.</summary>
    Processor,

    /// <summary>Connections to the broker.</summary>
    Connections,

    /// <summary>Channels on them.</summary>
    Channels,

    /// <summary>Consumers of all queues.</summary>
    Consumers,

    /// <summary>Queues.</summary>
    Queues,

    /// <summary>Messages in all queues but the rejected ones'.</summary>
    Waiting,

    /// <summary>Sessions of PostgreSQL.</summary>
    Sessions,
}
