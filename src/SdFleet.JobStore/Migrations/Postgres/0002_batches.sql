CREATE TABLE batches (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- order of admission
    id            uuid   NOT NULL UNIQUE,
    tenant        text   NOT NULL,
    state         text   NOT NULL,
    paused        int    NOT NULL DEFAULT 0,
    submission    text   NOT NULL,           -- JSON, without the parts
    parts         text   NOT NULL,           -- JSON; apart, as it is long and only expansion needs it
    digest        text   NOT NULL,
    traceparent   text,
    lines         bigint NOT NULL,
    max_bad_lines bigint,
    next_part     int    NOT NULL DEFAULT 0, -- expansion goes on here
    next_offset   bigint NOT NULL DEFAULT 0, -- ... at this byte of the part
    lines_read    bigint NOT NULL DEFAULT 0,
    bad_lines     bigint NOT NULL DEFAULT 0,
    error         text,
    submitted_at  bigint NOT NULL,
    admitted_at   bigint NOT NULL,
    finished_at   bigint
) WITH (fillfactor = 50);

CREATE INDEX batches_tenant ON batches (tenant, seq);
CREATE INDEX batches_open   ON batches (seq) WHERE finished_at IS NULL;

CREATE TABLE batch_problems (
    batch_seq bigint NOT NULL REFERENCES batches (seq),
    line      bigint NOT NULL,
    errors    text   NOT NULL,               -- JSON
    PRIMARY KEY (batch_seq, line)
);

ALTER TABLE jobs ADD COLUMN batch_seq bigint REFERENCES batches (seq);
ALTER TABLE jobs ADD COLUMN line bigint;

CREATE INDEX jobs_batch       ON jobs (batch_seq, line) WHERE batch_seq IS NOT NULL;
CREATE INDEX jobs_batch_ended ON jobs (batch_seq, state, finished_at) WHERE batch_seq IS NOT NULL AND finished_at IS NOT NULL;

-- Like job_counts: kept by triggers, in rows of each connection's own.
CREATE TABLE batch_counts (
    batch_seq bigint NOT NULL,
    state     text   NOT NULL,
    slot      int    NOT NULL,
    jobs      bigint NOT NULL,
    images    bigint NOT NULL,
    failures  bigint NOT NULL,
    evictions bigint NOT NULL,
    PRIMARY KEY (batch_seq, state, slot)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION count_batch_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO batch_counts AS c (batch_seq, state, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, pg_backend_pid() % 64, count(*), sum(images), sum(failures), sum(evictions)
        FROM added WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (batch_seq, state, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO batch_counts AS c (batch_seq, state, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, pg_backend_pid() % 64, sum(n), sum(n * images), sum(n * failures), sum(n * evictions)
        FROM (SELECT batch_seq, state, 1 AS n, images, failures, evictions FROM added WHERE batch_seq IS NOT NULL
              UNION ALL
              SELECT batch_seq, state, -1, images, failures, evictions FROM removed WHERE batch_seq IS NOT NULL) AS changes
        GROUP BY 1, 2, 3
        HAVING sum(n) <> 0 OR sum(n * images) <> 0 OR sum(n * failures) <> 0 OR sum(n * evictions) <> 0
        ORDER BY 1, 2, 3
        ON CONFLICT (batch_seq, state, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    ELSE
        INSERT INTO batch_counts AS c (batch_seq, state, slot, jobs, images, failures, evictions)
        SELECT batch_seq, state, pg_backend_pid() % 64, -count(*), -sum(images), -sum(failures), -sum(evictions)
        FROM removed WHERE batch_seq IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (batch_seq, state, slot) DO UPDATE SET
            jobs = c.jobs + excluded.jobs, images = c.images + excluded.images,
            failures = c.failures + excluded.failures, evictions = c.evictions + excluded.evictions;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_batch_counted_insert AFTER INSERT ON jobs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_batch_jobs();
CREATE TRIGGER jobs_batch_counted_update AFTER UPDATE ON jobs REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_batch_jobs();
CREATE TRIGGER jobs_batch_counted_delete AFTER DELETE ON jobs REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_batch_jobs();
