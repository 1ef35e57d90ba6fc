using SdFleet.Contracts.Batches;
using SdFleet.JobStore;

namespace SdFleet.Coordinator.Datasets;

/// <summary>The bad lines of a batch that may still be read, looked up in rising order, a page at a time.</summary>
internal sealed class BatchProblems(IJobStore jobs, Guid batch)
{
    private const int PageSize = 1000;

    private IReadOnlyList<BatchProblem> _page = [];
    private int _place;
    private long _known;

    /// <summary>What is wrong with a line, or null.</summary>
    /// <param name="line">Above that of the call before.</param>
    /// <param name="readThrough">All lines up to this one count as read: what is bad among them is in the store by now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<BatchProblem?> FindAsync(long line, long readThrough, CancellationToken cancellationToken)
    {
        while (_place < _page.Count && _page[_place].Line < line)
        {
            _place++;
        }

        if (_place == _page.Count && line > _known)
        {
            _page = await jobs.ListBatchProblemsAsync(batch, line - 1, PageSize, cancellationToken);
            _place = 0;

            // What comes after a page that is short may come into being later.
            _known = _page.Count < PageSize ? readThrough : _page[^1].Line;
        }

        return _place < _page.Count && _page[_place].Line == line ? _page[_place] : null;
    }
}
