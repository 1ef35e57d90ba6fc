-- Datasets that the fleet writes into its artifact store.
CREATE TABLE exports (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    state      TEXT    NOT NULL,             -- planning, building, finishing, completed, failed
    request    TEXT    NOT NULL,             -- JSON: what was asked for, last
    run        INTEGER NOT NULL DEFAULT 1,   -- how often it was asked for; fences what is left of runs before
    result     TEXT,                        -- JSON: what it came to
    error      TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL,             -- of this run
    ended_at   INTEGER,
    UNIQUE (batch_id, name),
    CHECK ((ended_at IS NULL) = (state IN ('planning', 'building', 'finishing')))
);

-- What is to be done for them, each by one host at a time.
CREATE TABLE export_steps (
    export_seq INTEGER NOT NULL REFERENCES exports (seq) ON DELETE CASCADE,
    number     INTEGER NOT NULL,             -- the shard, from 0; -1: finding out which are to be built; -2: index, card and checksums
    run        INTEGER NOT NULL,
    claim      INTEGER NOT NULL DEFAULT 0,   -- how often it was taken; fences
    returned   INTEGER NOT NULL DEFAULT 0,   -- how many of these gave it back, without having failed
    due_at     INTEGER,                      -- 0: at once; while somebody has it, when that counts as lost; NULL: done
    failures   INTEGER NOT NULL DEFAULT 0,
    contents   TEXT,                        -- of a shard: which pictures, as a digest
    left_out   TEXT,                        -- of a shard: pictures of its lines that are not in it
    result     TEXT,                        -- JSON: its files
    error      TEXT,                        -- of the last failure
    PRIMARY KEY (export_seq, number)
);

CREATE INDEX export_steps_due ON export_steps (number, due_at) WHERE due_at IS NOT NULL;
