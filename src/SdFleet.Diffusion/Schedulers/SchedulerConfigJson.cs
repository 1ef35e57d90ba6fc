using System.Text.Json;
using System.Text.Json.Serialization;

namespace SdFleet.Diffusion.Schedulers;

[JsonSourceGenerationOptions(ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(SchedulerConfig))]
internal sealed partial class SchedulerConfigJson : JsonSerializerContext;
