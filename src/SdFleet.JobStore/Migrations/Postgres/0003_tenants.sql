-- Whoever writes jobs waits until this is over. Programs of the version before go on after it as they did: what they read is still
-- there, and the triggers count for them. Their releases heed neither shares nor the pauses below, and sort what waits.
-- All of the lock at once, and in the order in which programs take the two: who comes to it by steps waits for those who wait for it.
LOCK TABLE batches, jobs IN ACCESS EXCLUSIVE MODE;

-- Releases go by fair shares of the tenants: see JobStatements.Release.cs. The place is a sum so that nothing walks the primary key
-- in its stead.
CREATE INDEX jobs_fair ON jobs (model, lane, tenant, (coalesce(batch_seq, 0)), (seq + 0)) WHERE state = 'queued' AND next_attempt_at IS NULL;
DROP INDEX jobs_ready;

-- How far each tenant's jobs have come in a lane, in work divided by weight; without a tenant, the lane's own time.
CREATE TABLE release_clocks (
    model  text NOT NULL,
    lane   text NOT NULL,
    tenant text NOT NULL,
    clock  double precision NOT NULL,
    PRIMARY KEY (model, lane, tenant)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000);

-- What is paused: models and tenants. Batches say so themselves.
CREATE TABLE pauses (
    kind        text NOT NULL,      -- model, tenant
    name        text NOT NULL,
    by_operator int  NOT NULL,
    PRIMARY KEY (kind, name)
);

-- Jobs that are not over are counted by tenant too, and those of batches by model, so that counters can tell what pauses hold back.
ALTER TABLE job_counts ADD COLUMN tenant text NOT NULL DEFAULT '';  -- empty for jobs that are over
ALTER TABLE job_counts DROP CONSTRAINT job_counts_pkey;
ALTER TABLE job_counts ADD PRIMARY KEY (model, lane, state, tenant, slot);
DELETE FROM job_counts;
INSERT INTO job_counts (model, lane, state, tenant, slot, jobs)
SELECT model, lane, state, CASE WHEN state IN ('queued', 'released', 'running') THEN tenant ELSE '' END, 0, count(*)
FROM jobs GROUP BY 1, 2, 3, 4;

CREATE OR REPLACE FUNCTION count_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_counts AS c (model, lane, state, tenant, slot, jobs)
        SELECT model, lane, state, CASE WHEN state IN ('queued', 'released', 'running') THEN tenant ELSE '' END, pg_backend_pid() % 64, count(*)
        FROM added GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (model, lane, state, tenant, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO job_counts AS c (model, lane, state, tenant, slot, jobs)
        SELECT model, lane, state, CASE WHEN state IN ('queued', 'released', 'running') THEN tenant ELSE '' END, pg_backend_pid() % 64, sum(n)
        FROM (SELECT model, lane, state, tenant, 1 AS n FROM added
              UNION ALL
              SELECT model, lane, state, tenant, -1 FROM removed) AS changes
        GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4
        ON CONFLICT (model, lane, state, tenant, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    ELSE
        INSERT INTO job_counts AS c (model, lane, state, tenant, slot, jobs)
        SELECT model, lane, state, CASE WHEN state IN ('queued', 'released', 'running') THEN tenant ELSE '' END, pg_backend_pid() % 64, -count(*)
        FROM removed GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (model, lane, state, tenant, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    END IF;
    RETURN NULL;
END $$;

ALTER TABLE batch_counts ADD COLUMN model text NOT NULL DEFAULT '';
ALTER TABLE batch_counts DROP CONSTRAINT batch_counts_pkey;
ALTER TABLE batch_counts ADD PRIMARY KEY (batch_seq, state, model, slot);
DELETE FROM batch_counts;
INSERT INTO batch_counts (batch_seq, state, model, slot, jobs, images, failures, evictions)
SELECT batch_seq, state, model, 0, count(*), sum(images), sum(failures), sum(evictions)
FROM jobs WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3;

CREATE OR REPLACE FUNCTION count_batch_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO batch_counts AS c (batch_seq, state, model, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, model, pg_backend_pid() % 64, count(*), sum(images), sum(failures), sum(evictions)
        FROM added WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (batch_seq, state, model, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO batch_counts AS c (batch_seq, state, model, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, model, pg_backend_pid() % 64, sum(n), sum(n * images), sum(n * failures), sum(n * evictions)
        FROM (SELECT batch_seq, state, model, 1 AS n, images, failures, evictions FROM added WHERE batch_seq IS NOT NULL
              UNION ALL
              SELECT batch_seq, state, model, -1, images, failures, evictions FROM removed WHERE batch_seq IS NOT NULL) AS changes
        GROUP BY 1, 2, 3, 4
        HAVING sum(n) <> 0 OR sum(n * images) <> 0 OR sum(n * failures) <> 0 OR sum(n * evictions) <> 0
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (batch_seq, state, model, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    ELSE
        INSERT INTO batch_counts AS c (batch_seq, state, model, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, model, pg_backend_pid() % 64, -count(*), -sum(images), -sum(failures), -sum(evictions)
        FROM removed WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (batch_seq, state, model, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    END IF;
    RETURN NULL;
END $$;
