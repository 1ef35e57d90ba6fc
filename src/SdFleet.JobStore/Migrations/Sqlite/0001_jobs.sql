-- Times are microseconds since 1970, UTC. Words, not numbers, for states and lanes.

CREATE TABLE jobs (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of admission
    id              TEXT    NOT NULL UNIQUE,
    state           TEXT    NOT NULL,
    tenant          TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    lane            TEXT    NOT NULL,
    images          INTEGER NOT NULL,
    recipe          TEXT,              -- JSON
    artifact_folder TEXT,
    digest          TEXT,
    traceparent     TEXT,
    attempt         INTEGER NOT NULL DEFAULT 0,
    failures        INTEGER NOT NULL DEFAULT 0,
    evictions       INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,           -- queued and waiting after a failure
    lease_until     INTEGER,           -- released or running
    step            INTEGER NOT NULL DEFAULT 0,
    steps           INTEGER NOT NULL DEFAULT 0,
    worker_id       TEXT,
    error           TEXT,
    submitted_at    INTEGER NOT NULL,
    admitted_at     INTEGER NOT NULL,
    released_at     INTEGER,
    started_at      INTEGER,
    finished_at     INTEGER,
    CHECK (next_attempt_at IS NULL OR state = 'queued'),
    CHECK ((lease_until IS NOT NULL) = (state IN ('released', 'running')))
);

-- Each index holds only the rows that its question is about: finished jobs weigh on none of them.
CREATE INDEX jobs_ready   ON jobs (model, lane, seq) WHERE state = 'queued' AND next_attempt_at IS NULL;
CREATE INDEX jobs_delayed ON jobs (model, lane, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX jobs_leased  ON jobs (lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE images (
    job_seq INTEGER NOT NULL REFERENCES jobs (seq),
    idx     INTEGER NOT NULL,
    record  TEXT    NOT NULL,
    PRIMARY KEY (job_seq, idx)
) WITHOUT ROWID;

CREATE TABLE workers (
    worker_id   TEXT    PRIMARY KEY,
    sent_at     INTEGER NOT NULL,      -- by the worker's clock
    seen_at     INTEGER NOT NULL,
    alive_until INTEGER NOT NULL,
    heartbeat   TEXT    NOT NULL
);

-- How many jobs stand where, kept by triggers, so that it is true whoever changes a job.
CREATE TABLE job_counts (
    model TEXT    NOT NULL,
    lane  TEXT    NOT NULL,
    state TEXT    NOT NULL,
    jobs  INTEGER NOT NULL,
    PRIMARY KEY (model, lane, state)
) WITHOUT ROWID;

CREATE TRIGGER jobs_counted_insert AFTER INSERT ON jobs BEGIN
    INSERT INTO job_counts (model, lane, state, jobs) VALUES (new.model, new.lane, new.state, 1)
    ON CONFLICT (model, lane, state) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER jobs_counted_update AFTER UPDATE OF state ON jobs WHEN old.state <> new.state BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE model = old.model AND lane = old.lane AND state = old.state;
    INSERT INTO job_counts (model, lane, state, jobs) VALUES (new.model, new.lane, new.state, 1)
    ON CONFLICT (model, lane, state) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER jobs_counted_delete AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE model = old.model AND lane = old.lane AND state = old.state;
END;
