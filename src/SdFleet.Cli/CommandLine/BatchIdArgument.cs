using System.CommandLine;

namespace SdFleet.Cli.CommandLine;

/// <summary>Which batch.</summary>
internal static class BatchIdArgument
{
    public static Argument<string> Create()
    {
        var id = new Argument<string>("ID") { Description = "The batch's id, as \"batch submit\" and \"batch list\" print it." };
        id.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Where(t => !Guid.TryParse(t.Value, out _)))
            {
                result.AddError($"\"{wrong.Value}\" is no batch id, which looks like 0f8fad5b-d9cb-469f-a165-70867728950e.");
            }
        });
        return id;
    }
}
