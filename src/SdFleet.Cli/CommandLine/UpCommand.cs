using System.CommandLine;
using SdFleet.Cli.Client;
using SdFleet.Cli.Embedded;
using SdFleet.Cli.Output;
using SdFleet.Hosting.Authentication;
using SdFleet.Hosting.Configuration;
using SdFleet.ShapesModel;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet up</c>.</summary>
internal static class UpCommand
{
    private const string Example = "a red circle on a blue background";

    public static Command Create(CliConsole console)
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Where to listen, separated by ';'. Without API keys only this machine is let in.",
            HelpName = "URLS",
            DefaultValueFactory = _ => ServerAddress.Default,
        };
        var data = new Option<string>("--data")
        {
            Description = "Where jobs and pictures are kept.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "./sdfleet-data",
        };
        var model = new Option<NamedFolder?>("--model")
        {
            Description = "The model to load, instead of the bundled one that draws coloured shapes.",
            HelpName = "NAME=FOLDER",
            CustomParser = NamedFolder.Parse,
        };
        urls.Validators.Add(result =>
        {
            if (ServerAddress.WrongListenAddress(result.GetValueOrDefault<string>()) is { } wrong)
            {
                result.AddError(wrong);
            }
        });

        var command = new Command(
            "up",
            "Starts API, coordinator and worker in this process, with an in-memory bus, a database file and a folder.\n" +
            "Variables such as SdFleet__ApiKeys__Keys__NAME__Sha256 or SdFleet__Worker__Provider are read.")
        {
            urls, data, model,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console, ServerAddress.Split(parsed.GetRequiredValue(urls)), parsed.GetRequiredValue(data), parsed.GetValue(model), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CliConsole console, IReadOnlyList<string> urls, string data, NamedFolder? model, CancellationToken cancellationToken)
    {
        var options = new EmbeddedFleetOptions
        {
            DataFolder = data,
            Urls = urls,
            ReadsEnvironment = true,
            Logging = log => log.AddProvider(new ConsoleLog(console.Time, LogLevel.Information, console.Note)),
        };
        if (model is not null)
        {
            options = options with { ModelName = model.Name, ModelFolder = model.Folder };
        }

        console.Note("Starting API, coordinator and worker, and loading the model...");
        await using var fleet = await StartAsync(options, cancellationToken);
        await ShowAsync(console, fleet, options);

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, fleet.Stopping);
        var ended = new TaskCompletionSource();
        await using var registration = either.Token.Register(() => ended.TrySetResult());
        await ended.Task;

        if (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException("The fleet has stopped by itself; the log above says why.");
        }

        console.Note("Stopping: what runs is finished or put back. A second Ctrl-C ends it at once.");
        await fleet.StopAsync(CancellationToken.None);
        console.Note("Stopped.");
        return ExitCodes.Done;
    }

    private static async Task<EmbeddedFleet> StartAsync(EmbeddedFleetOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedFleet.StartAsync(options, cancellationToken);
        }
        catch (EmbeddedFleetException e)
        {
            throw new CliException($"the fleet cannot start. {e.Message}", cause: e);
        }
    }

    private static Task ShowAsync(CliConsole console, EmbeddedFleet fleet, EmbeddedFleetOptions options)
    {
        var spec = fleet.Services.GetRequiredService<ModelCatalog>().Specs[options.ModelName];
        var hasKeys = fleet.Services.GetRequiredService<ApiKeyRequirement>().IsRequired;
        return console.Out.WriteLineAsync(
            $"""

            SdFleet is up: API, coordinator and worker in this process.

              listens  {string.Join(", ", fleet.Addresses.Select(a => a.OriginalString))}
              model    {spec.Name}: {spec.DefaultWidth}x{spec.DefaultHeight}, {spec.DefaultSteps} steps, {spec.DefaultScheduler} ({(options.ModelFolder == ShapesModelFolder.Path ? "bundled" : options.ModelFolder)})
              data     {Path.GetFullPath(options.DataFolder)} (jobs.db, images/)
              access   {(hasKeys ? "with an API key" : "everybody on this machine, nobody else; \"sdfleet keys create\" makes a key")}

            Try, in another terminal:

              sdfleet generate "{Example}" --server {fleet.Address.OriginalString}{(hasKeys ? " --api-key KEY" : "")}
              curl {fleet.Address.OriginalString}/v1/jobs {(hasKeys ? "-H 'Authorization: Bearer KEY' " : "")}-H 'Content-Type: application/json' -d '{"{"}"prompt":"{Example}"{"}"}'

            Ctrl-C stops it.

            """);
    }
}
