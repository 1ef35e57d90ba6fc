using System.Globalization;
using SdFleet.Benchmarks;
using SdFleet.Benchmarks.Fleet;
using SdFleet.ShapesModel;

switch (args)
{
    // What is computed beside the networks.
    case []:
        MathsBenchmark.Run();
        return 0;

    // The bundled model: its networks are so small that what is beside them shows.
    case ["overhead"]:
        return OverheadBenchmark.Run(ShapesModelFolder.Path, task => task, batches: 5, images: 4, ratioLimit: 1.10) ? 0 : 1;

    // A model of Stable Diffusion 1.5's size (infra/sd15); two steps, of which the second shows what a step takes.
    case ["overhead", var folder]:
        return OverheadBenchmark.Run(
            folder, task => task with { Width = 512, Height = 512, Steps = 2 }, batches: 1, images: 1, ratioLimit: 1.02, memoryLimit: 1.5) ? 0 : 1;

    // What loading takes, part by part.
    case ["load", var folder]:
        LoadBenchmark.Run(folder);
        return 0;

    // The same with entries of ONNX Runtime's session configuration, KEY=VALUE.
    case ["load", var folder, .. var entries] when entries.All(entry => entry.IndexOf('=') > 0):
        LoadBenchmark.Compare(folder, entries);
        return 0;

    // The bundled model at the size that it was trained for, and at one where attention is most of the work.
    case ["attention"]:
        AttentionBenchmark.Run(ShapesModelFolder.Path, side: 128, rounds: 20);
        AttentionBenchmark.Run(ShapesModelFolder.Path, side: 512, rounds: 3);
        return 0;

    // The program, and the largest batch: from file to audited dataset.
    case ["dataset", var program, var jobs]:
        return await DatasetBenchmark.RunAsync(Path.GetFullPath(program), int.Parse(jobs, CultureInfo.InvariantCulture)) ? 0 : 1;

    case ["attention", var folder]:
        AttentionBenchmark.Run(folder, side: 512, rounds: 1);
        return 0;

    // The program, and the lines of one file: submitted to services in processes of their own.
    case ["upload", var program, var lines]:
        return await UploadBenchmark.RunAsync(Path.GetFullPath(program), int.Parse(lines, CultureInfo.InvariantCulture)) ? 0 : 1;

    // Everything of a fleet but the computing, on real servers; and the same with Celery.
    case ["fleet", var jobs, var backlog]:
        return await FleetBenchmark.RunAsync(
            int.Parse(jobs, CultureInfo.InvariantCulture), long.Parse(backlog, CultureInfo.InvariantCulture)) ? 0 : 1;
}

Console.Error.WriteLine($"There is no such benchmark: {string.Join(' ', args)}. The Makefile's bench targets say which there are.");
return 2;
