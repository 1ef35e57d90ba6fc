-- A batch's jobs by state when it ended, as JSON: what is told of it, whatever is made again before it is sent. Null for jobs.
ALTER TABLE webhooks ADD COLUMN counts TEXT;

-- Work of a tenant's that was done beyond what was charged at the release, such as redraws; its clock moves on by it at the next release.
ALTER TABLE release_clocks ADD COLUMN owed REAL NOT NULL DEFAULT 0;

-- A pause ends with its batch. One of a batch that is over holds back what is made again of it.
UPDATE batches SET paused = 0 WHERE finished_at IS NOT NULL AND paused = 1;
CREATE INDEX batches_paused ON batches (seq) WHERE paused = 1;
