-- Times are microseconds since 1970, UTC. Words, not numbers, for states and lanes.

CREATE TABLE jobs (
    seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- order of admission
    id              uuid    NOT NULL UNIQUE,
    state           text    NOT NULL,
    tenant          text    NOT NULL,
    model           text    NOT NULL,
    lane            text    NOT NULL,
    images          int     NOT NULL,
    recipe          text,              -- JSON; not jsonb, which refuses one character that prompts may hold (U+0000)
    artifact_folder text,
    digest          text,
    traceparent     text,
    attempt         int     NOT NULL DEFAULT 0,
    failures        int     NOT NULL DEFAULT 0,
    evictions       int     NOT NULL DEFAULT 0,
    next_attempt_at bigint,            -- queued and waiting after a failure
    lease_until     bigint,            -- released or running
    step            int     NOT NULL DEFAULT 0,
    steps           int     NOT NULL DEFAULT 0,
    worker_id       text,
    error           text,
    submitted_at    bigint  NOT NULL,
    admitted_at     bigint  NOT NULL,
    released_at     bigint,
    started_at      bigint,
    finished_at     bigint,
    CHECK (next_attempt_at IS NULL OR state = 'queued'),
    CHECK ((lease_until IS NOT NULL) = (state IN ('released', 'running')))
) WITH (
    -- Each row is written a handful of times soon after it was made: leave it room on its page, and clean up early.
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.05
);

-- Each index holds only the rows that its question is about: finished jobs weigh on none of them.
CREATE INDEX jobs_ready   ON jobs (model, lane, seq) WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (model, lane, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX jobs_leased  ON jobs (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE images (
    job_seq bigint NOT NULL REFERENCES jobs (seq),
    idx     int    NOT NULL,
    record  text   NOT NULL,
    PRIMARY KEY (job_seq, idx)
);

CREATE TABLE workers (
    worker_id   text   PRIMARY KEY,
    sent_at     bigint NOT NULL,       -- by the worker's clock
    seen_at     bigint NOT NULL,
    alive_until bigint NOT NULL,
    heartbeat   text   NOT NULL
) WITH (fillfactor = 50);

-- How many jobs stand where, kept by triggers, so that it is true whoever changes a job. Each connection adds to rows of its
-- own (the slot), or every transaction would wait for every other one; the count is the sum.
CREATE TABLE job_counts (
    model text   NOT NULL,
    lane  text   NOT NULL,
    state text   NOT NULL,
    slot  int    NOT NULL,
    jobs  bigint NOT NULL,
    PRIMARY KEY (model, lane, state, slot)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION count_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_counts AS c (model, lane, state, slot, jobs)
        SELECT model, lane, state, pg_backend_pid() % 64, count(*)
        FROM added GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (model, lane, state, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO job_counts AS c (model, lane, state, slot, jobs)
        SELECT model, lane, state, pg_backend_pid() % 64, sum(n)
        FROM (SELECT model, lane, state, 1 AS n FROM added UNION ALL SELECT model, lane, state, -1 FROM removed) AS changes
        GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (model, lane, state, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    ELSE
        INSERT INTO job_counts AS c (model, lane, state, slot, jobs)
        SELECT model, lane, state, pg_backend_pid() % 64, -count(*)
        FROM removed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (model, lane, state, slot) DO UPDATE SET jobs = c.jobs + excluded.jobs;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_counted_insert AFTER INSERT ON jobs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER jobs_counted_update AFTER UPDATE ON jobs REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER jobs_counted_delete AFTER DELETE ON jobs REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
