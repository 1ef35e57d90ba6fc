namespace SdFleet.Cli.Batches.Plan;

/// <summary>What a batch costs one model's workers.</summary>
/// <param name="Model">The model, or null where no fleet was asked.</param>
/// <param name="Images">Pictures.</param>
/// <param name="Seconds">Time of the devices, of all workers together; null where nothing says it.</param>
/// <param name="SecondsFrom">Where that comes from, or what would say it.</param>
/// <param name="Workers">Among how many workers it is shared.</param>
/// <param name="WorkersFrom">Where that comes from.</param>
/// <param name="Bytes">Storage; null where nothing says it.</param>
/// <param name="BytesFrom">Where that comes from, or what would say it.</param>
/// <param name="Waiting">Jobs of the model that wait or run already.</param>
internal sealed record ModelEstimate(
    string? Model,
    double Images,
    double? Seconds,
    string SecondsFrom,
    int Workers,
    string WorkersFrom,
    double? Bytes,
    string BytesFrom,
    long Waiting);
