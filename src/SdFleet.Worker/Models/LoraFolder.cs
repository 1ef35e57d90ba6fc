using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SdFleet.Contracts.Jobs;
using SdFleet.Diffusion.Adapters;

namespace SdFleet.Worker.Models;

/// <summary>The LoRAs that jobs may name: the safetensors files of a folder, as they are when the worker starts.</summary>
internal sealed class LoraFolder
{
    private readonly FrozenDictionary<string, LoraOnDisk> _loras;

    public LoraFolder(IOptions<WorkerOptions> options)
        : this(options.Value.LoraFolder)
    {
    }

    /// <param name="path">The folder; null for none.</param>
    public LoraFolder(string? path) => _loras = path is null
        ? FrozenDictionary<string, LoraOnDisk>.Empty
        : Directory.EnumerateFiles(path, "*.safetensors")
            .ToFrozenDictionary(file => Path.GetFileNameWithoutExtension(file), file => new LoraOnDisk(file), StringComparer.Ordinal);

    /// <summary>Finds what a recipe names.</summary>
    /// <param name="wanted">Its LoRAs; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WrongLoraException">There is none of that name, or it is another one; the message says what there is.</exception>
    public async Task<IReadOnlyList<ChosenLora>> ChooseAsync(IReadOnlyList<RecipeLora>? wanted, CancellationToken cancellationToken)
    {
        var chosen = new List<ChosenLora>();
        foreach (var (index, lora) in (wanted ?? []).Index())
        {
            // Only a name that is looked up: it never becomes part of a path.
            if (!_loras.TryGetValue(lora.Name, out var file))
            {
                var there = _loras.Count == 0 ? "this worker has no LoRAs (SdFleet:Worker:LoraFolder)" : $"one of {string.Join(", ", _loras.Keys.Order(StringComparer.Ordinal))}";
                throw new WrongLoraException(FormattableString.Invariant($"loras[{index}].name is \"{lora.Name}\": {there}."));
            }

            var sha256 = await file.Sha256Async(cancellationToken).ConfigureAwait(false);
            if (lora.Sha256 is { } insisted && insisted != sha256)
            {
                throw new WrongLoraException(FormattableString.Invariant($"loras[{index}].sha256 is \"{insisted}\": the worker's {lora.Name} has {sha256}."));
            }

            chosen.Add(new ChosenLora(lora with { Sha256 = sha256 }, new Lora(file.Path, lora.Weight)));
        }

        return chosen;
    }

    private sealed class LoraOnDisk(string path)
    {
        private readonly (long Length, DateTime WrittenAt) _stamp = StampOf(path);
        private string? _sha256;

        public string Path => path;

        // Twice at once does no harm: the same file gives the same digest.
        public async Task<string> Sha256Async(CancellationToken cancellationToken)
        {
            // Its weights may be in the model already: what is recorded has to be true of them.
            if (StampOf(path) != _stamp)
            {
                throw new WrongLoraException($"{path} was changed since this worker started. Restart the worker; give a changed LoRA a new name.");
            }

            if (_sha256 is null)
            {
                await using var file = File.OpenRead(path);
                _sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            }

            return _sha256;
        }

        private static (long Length, DateTime WrittenAt) StampOf(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
        }
    }
}
