ALTER TABLE jobs ADD COLUMN webhook TEXT;     -- JSON: whom to tell of its end
ALTER TABLE batches ADD COLUMN webhook TEXT;  -- the same

-- What is to be told, written in the transaction that ends a job or a batch.
CREATE TABLE webhooks (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of writing
    id              TEXT    NOT NULL UNIQUE,     -- the delivery's, which the receiver sees
    tenant          TEXT    NOT NULL,
    subject         TEXT    NOT NULL,            -- job or batch
    subject_id      TEXT    NOT NULL,
    event           TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    receiver        TEXT    NOT NULL,            -- host and port of the URL
    state           TEXT    NOT NULL,
    attempt         INTEGER NOT NULL DEFAULT 0,  -- the last one's number; only grows
    failures        INTEGER NOT NULL DEFAULT 0,  -- since queued_at
    next_attempt_at INTEGER,                     -- pending; while it is being sent, when that counts as lost; 0: at once
    status          INTEGER,                     -- of the last answer
    error           TEXT,
    created_at      INTEGER NOT NULL,
    queued_at       INTEGER NOT NULL,            -- written, or asked for again
    ended_at        INTEGER,
    CHECK ((next_attempt_at IS NOT NULL) = (state = 'pending')),
    CHECK ((ended_at IS NULL) = (state = 'pending'))
);

CREATE INDEX webhooks_due       ON webhooks (tenant, receiver, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhooks_ended     ON webhooks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX webhooks_tenant    ON webhooks (tenant, seq);
CREATE INDEX webhooks_abandoned ON webhooks (seq) WHERE state = 'abandoned';
