CREATE TABLE batches (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of admission
    id            TEXT    NOT NULL UNIQUE,
    tenant        TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    paused        INTEGER NOT NULL DEFAULT 0,
    submission    TEXT    NOT NULL,           -- JSON, without the parts
    parts         TEXT    NOT NULL,           -- JSON; apart, as it is long and only expansion needs it
    digest        TEXT    NOT NULL,
    traceparent   TEXT,
    lines         INTEGER NOT NULL,
    max_bad_lines INTEGER,
    next_part     INTEGER NOT NULL DEFAULT 0, -- expansion goes on here
    next_offset   INTEGER NOT NULL DEFAULT 0, -- ... at this byte of the part
    lines_read    INTEGER NOT NULL DEFAULT 0,
    bad_lines     INTEGER NOT NULL DEFAULT 0,
    error         TEXT,
    submitted_at  INTEGER NOT NULL,
    admitted_at   INTEGER NOT NULL,
    finished_at   INTEGER
);

CREATE INDEX batches_tenant ON batches (tenant, seq);
CREATE INDEX batches_open   ON batches (seq) WHERE finished_at IS NULL;

CREATE TABLE batch_problems (
    batch_seq INTEGER NOT NULL REFERENCES batches (seq),
    line      INTEGER NOT NULL,
    errors    TEXT    NOT NULL,               -- JSON
    PRIMARY KEY (batch_seq, line)
) WITHOUT ROWID;

ALTER TABLE jobs ADD COLUMN batch_seq INTEGER REFERENCES batches (seq);
ALTER TABLE jobs ADD COLUMN line INTEGER;

CREATE INDEX jobs_batch       ON jobs (batch_seq, line) WHERE batch_seq IS NOT NULL;
CREATE INDEX jobs_batch_ended ON jobs (batch_seq, state, finished_at) WHERE batch_seq IS NOT NULL AND finished_at IS NOT NULL;

-- Like job_counts: kept by triggers.
CREATE TABLE batch_counts (
    batch_seq INTEGER NOT NULL,
    state     TEXT    NOT NULL,
    jobs      INTEGER NOT NULL,
    images    INTEGER NOT NULL,
    failures  INTEGER NOT NULL,
    evictions INTEGER NOT NULL,
    PRIMARY KEY (batch_seq, state)
) WITHOUT ROWID;

CREATE TRIGGER jobs_batch_counted_insert AFTER INSERT ON jobs WHEN new.batch_seq IS NOT NULL BEGIN
    INSERT INTO batch_counts (batch_seq, state, jobs, images, failures, evictions)
    VALUES (new.batch_seq, new.state, 1, new.images, new.failures, new.evictions)
    ON CONFLICT (batch_seq, state) DO UPDATE SET
        jobs = jobs + 1, images = images + excluded.images, failures = failures + excluded.failures, evictions = evictions + excluded.evictions;
END;

CREATE TRIGGER jobs_batch_counted_update AFTER UPDATE OF state, failures, evictions ON jobs
WHEN new.batch_seq IS NOT NULL AND (old.state <> new.state OR old.failures <> new.failures OR old.evictions <> new.evictions) BEGIN
    UPDATE batch_counts SET
        jobs = jobs - 1, images = images - old.images, failures = failures - old.failures, evictions = evictions - old.evictions
    WHERE batch_seq = old.batch_seq AND state = old.state;
    INSERT INTO batch_counts (batch_seq, state, jobs, images, failures, evictions)
    VALUES (new.batch_seq, new.state, 1, new.images, new.failures, new.evictions)
    ON CONFLICT (batch_seq, state) DO UPDATE SET
        jobs = jobs + 1, images = images + excluded.images, failures = failures + excluded.failures, evictions = evictions + excluded.evictions;
END;

CREATE TRIGGER jobs_batch_counted_delete AFTER DELETE ON jobs WHEN old.batch_seq IS NOT NULL BEGIN
    UPDATE batch_counts SET
        jobs = jobs - 1, images = images - old.images, failures = failures - old.failures, evictions = evictions - old.evictions
    WHERE batch_seq = old.batch_seq AND state = old.state;
END;
