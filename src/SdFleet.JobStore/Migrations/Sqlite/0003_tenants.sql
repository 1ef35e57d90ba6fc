-- Releases go by fair shares of the tenants: see JobStatements.Release.cs. The place is a sum so that nothing walks the primary key
-- in its stead.
CREATE INDEX jobs_fair ON jobs (model, lane, tenant, coalesce(batch_seq, 0), (seq + 0)) WHERE state = 'queued' AND next_attempt_at IS NULL;
DROP INDEX jobs_ready;

-- How far each tenant's jobs have come in a lane, in work divided by weight; without a tenant, the lane's own time.
CREATE TABLE release_clocks (
    model  TEXT NOT NULL,
    lane   TEXT NOT NULL,
    tenant TEXT NOT NULL,
    clock  REAL NOT NULL,
    PRIMARY KEY (model, lane, tenant)
) WITHOUT ROWID;

-- What is paused: models and tenants. Batches say so themselves.
CREATE TABLE pauses (
    kind        TEXT    NOT NULL,   -- model, tenant
    name        TEXT    NOT NULL,
    by_operator INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- Jobs that are not over are counted by tenant too, and those of batches by model, so that counters can tell what pauses hold back.
DROP TRIGGER jobs_counted_insert;
DROP TRIGGER jobs_counted_update;
DROP TRIGGER jobs_counted_delete;
DROP TABLE job_counts;

CREATE TABLE job_counts (
    model  TEXT    NOT NULL,
    lane   TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    tenant TEXT    NOT NULL,        -- empty for jobs that are over
    jobs   INTEGER NOT NULL,
    PRIMARY KEY (model, lane, state, tenant)
) WITHOUT ROWID;

INSERT INTO job_counts (model, lane, state, tenant, jobs)
SELECT model, lane, state, CASE WHEN state IN ('queued', 'released', 'running') THEN tenant ELSE '' END, count(*)
FROM jobs GROUP BY 1, 2, 3, 4;

CREATE TRIGGER jobs_counted_insert AFTER INSERT ON jobs BEGIN
    INSERT INTO job_counts (model, lane, state, tenant, jobs)
    VALUES (new.model, new.lane, new.state, CASE WHEN new.state IN ('queued', 'released', 'running') THEN new.tenant ELSE '' END, 1)
    ON CONFLICT (model, lane, state, tenant) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER jobs_counted_update AFTER UPDATE OF state ON jobs WHEN old.state <> new.state BEGIN
    UPDATE job_counts SET jobs = jobs - 1
    WHERE model = old.model AND lane = old.lane AND state = old.state
      AND tenant = CASE WHEN old.state IN ('queued', 'released', 'running') THEN old.tenant ELSE '' END;
    INSERT INTO job_counts (model, lane, state, tenant, jobs)
    VALUES (new.model, new.lane, new.state, CASE WHEN new.state IN ('queued', 'released', 'running') THEN new.tenant ELSE '' END, 1)
    ON CONFLICT (model, lane, state, tenant) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER jobs_counted_delete AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET jobs = jobs - 1
    WHERE model = old.model AND lane = old.lane AND state = old.state
      AND tenant = CASE WHEN old.state IN ('queued', 'released', 'running') THEN old.tenant ELSE '' END;
END;

DROP TRIGGER jobs_batch_counted_insert;
DROP TRIGGER jobs_batch_counted_update;
DROP TRIGGER jobs_batch_counted_delete;
DROP TABLE batch_counts;

CREATE TABLE batch_counts (
    batch_seq INTEGER NOT NULL,
    state     TEXT    NOT NULL,
    model     TEXT    NOT NULL,
    jobs      INTEGER NOT NULL,
    images    INTEGER NOT NULL,
    failures  INTEGER NOT NULL,
    evictions INTEGER NOT NULL,
    PRIMARY KEY (batch_seq, state, model)
) WITHOUT ROWID;

INSERT INTO batch_counts (batch_seq, state, model, jobs, images, failures, evictions)
SELECT batch_seq, state, model, count(*), sum(images), sum(failures), sum(evictions)
FROM jobs WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3;

CREATE TRIGGER jobs_batch_counted_insert AFTER INSERT ON jobs WHEN new.batch_seq IS NOT NULL BEGIN
    INSERT INTO batch_counts (batch_seq, state, model, jobs, images, failures, evictions)
    VALUES (new.batch_seq, new.state, new.model, 1, new.images, new.failures, new.evictions)
    ON CONFLICT (batch_seq, state, model) DO UPDATE SET
        jobs = jobs + 1, images = images + excluded.images, failures = failures + excluded.failures, evictions = evictions + excluded.evictions;
END;

CREATE TRIGGER jobs_batch_counted_update AFTER UPDATE OF state, failures, evictions ON jobs
WHEN new.batch_seq IS NOT NULL AND (old.state <> new.state OR old.failures <> new.failures OR old.evictions <> new.evictions) BEGIN
    UPDATE batch_counts SET
        jobs = jobs - 1, images = images - old.images, failures = failures - old.failures, evictions = evictions - old.evictions
    WHERE batch_seq = old.batch_seq AND state = old.state AND model = old.model;
    INSERT INTO batch_counts (batch_seq, state, model, jobs, images, failures, evictions)
    VALUES (new.batch_seq, new.state, new.model, 1, new.images, new.failures, new.evictions)
    ON CONFLICT (batch_seq, state, model) DO UPDATE SET
        jobs = jobs + 1, images = images + excluded.images, failures = failures + excluded.failures, evictions = evictions + excluded.evictions;
END;

CREATE TRIGGER jobs_batch_counted_delete AFTER DELETE ON jobs WHEN old.batch_seq IS NOT NULL BEGIN
    UPDATE batch_counts SET
        jobs = jobs - 1, images = images - old.images, failures = failures - old.failures, evictions = evictions - old.evictions
    WHERE batch_seq = old.batch_seq AND state = old.state AND model = old.model;
END;
