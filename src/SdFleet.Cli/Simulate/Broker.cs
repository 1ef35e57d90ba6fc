using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Simulate;

/// <summary>
/// The work queues of a model, as RabbitMQ serves them: each lane's messages in order, to those consumers in turn that have not
/// used up their prefetch count.
/// </summary>
/// <param name="prefetch">Most unacknowledged messages of a lane at a worker.</param>
internal sealed class Broker(int prefetch)
{
    private readonly Queue<JobModel>[] _messages = [.. Enum.GetValues<Lane>().Select(_ => new Queue<JobModel>())];
    private readonly Queue<WorkerModel>[] _line = [.. Enum.GetValues<Lane>().Select(_ => new Queue<WorkerModel>())];

    public int Lanes => _messages.Length;

    public void Publish(JobModel job) => _messages[(int)job.Lane].Enqueue(job);

    /// <summary>A worker begins to consume.</summary>
    public void Consume(WorkerModel worker)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            Line(worker, lane);
        }
    }

    /// <summary>A worker has done with a message.</summary>
    public void Acknowledge(WorkerModel worker, Lane lane)
    {
        worker.Unacknowledged[(int)lane]--;
        Line(worker, (int)lane);
    }

    /// <summary>Hands out what can be handed out.</summary>
    /// <returns>The workers that were handed something, once for each message.</returns>
    public IEnumerable<WorkerModel> Deliver()
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            while (_messages[lane].Count > 0 && _line[lane].TryDequeue(out var worker))
            {
                worker.IsInLine[lane] = false;
                if (worker.State == WorkerState.Ready)
                {
                    worker.Unacknowledged[lane]++;
                    worker.Waiting.Enqueue(_messages[lane].Dequeue());
                    Line(worker, lane);
                    yield return worker;
                }
            }
        }
    }

    private void Line(WorkerModel worker, int lane)
    {
        if (worker.State == WorkerState.Ready && !worker.IsInLine[lane] && worker.Unacknowledged[lane] < prefetch)
        {
            worker.IsInLine[lane] = true;
            _line[lane].Enqueue(worker);
        }
    }
}
