using SdFleet.Worker;

await WorkerHost.Build(args).RunAsync();
