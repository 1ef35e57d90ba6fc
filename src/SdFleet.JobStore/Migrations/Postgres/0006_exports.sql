-- Datasets that the fleet writes into its artifact store.
CREATE TABLE exports (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id   uuid   NOT NULL,
    name       text   NOT NULL,
    state      text   NOT NULL,             -- planning, building, finishing, completed, failed
    request    text   NOT NULL,             -- JSON: what was asked for, last
    run        int    NOT NULL DEFAULT 1,   -- how often it was asked for; fences what is left of runs before
    result     text,                        -- JSON: what it came to
    error      text,
    created_at bigint NOT NULL,
    started_at bigint NOT NULL,             -- of this run
    ended_at   bigint,
    UNIQUE (batch_id, name),
    CHECK ((ended_at IS NULL) = (state IN ('planning', 'building', 'finishing')))
);

-- What is to be done for them, each by one host at a time.
CREATE TABLE export_steps (
    export_seq bigint NOT NULL REFERENCES exports (seq) ON DELETE CASCADE,
    number     int    NOT NULL,             -- the shard, from 0; -1: finding out which are to be built; -2: index, card and checksums
    run        int    NOT NULL,
    claim      int    NOT NULL DEFAULT 0,   -- how often it was taken; fences
    returned   int     NOT NULL DEFAULT 0,   -- how many of these gave it back, without having failed
    due_at     bigint,                      -- 0: at once; while somebody has it, when that counts as lost; NULL: done
    failures   int    NOT NULL DEFAULT 0,
    contents   text,                        -- of a shard: which pictures, as a digest
    left_out   text,                        -- of a shard: pictures of its lines that are not in it
    result     text,                        -- JSON: its files
    error      text,                        -- of the last failure
    PRIMARY KEY (export_seq, number)
);

CREATE INDEX export_steps_due ON export_steps (number, due_at) WHERE due_at IS NOT NULL;
