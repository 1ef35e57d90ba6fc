ALTER TABLE jobs ADD COLUMN webhook text;     -- JSON: whom to tell of its end
ALTER TABLE batches ADD COLUMN webhook text;  -- the same

-- What is to be told, written in the transaction that ends a job or a batch.
CREATE TABLE webhooks (
    seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- order of writing
    id              uuid   NOT NULL UNIQUE,      -- the delivery's, which the receiver sees
    tenant          text   NOT NULL,
    subject         text   NOT NULL,             -- job or batch
    subject_id      uuid   NOT NULL,
    event           text   NOT NULL,
    url             text   NOT NULL,
    receiver        text   NOT NULL,             -- host and port of the URL
    state           text   NOT NULL,
    attempt         int    NOT NULL DEFAULT 0,   -- the last one's number; only grows
    failures        int    NOT NULL DEFAULT 0,   -- since queued_at
    next_attempt_at bigint,                      -- pending; while it is being sent, when that counts as lost; 0: at once
    status          int,                         -- of the last answer
    error           text,
    created_at      bigint NOT NULL,
    queued_at       bigint NOT NULL,             -- written, or asked for again
    ended_at        bigint,
    CHECK ((next_attempt_at IS NOT NULL) = (state = 'pending')),
    CHECK ((ended_at IS NULL) = (state = 'pending'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX webhooks_due       ON webhooks (tenant, receiver, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhooks_ended     ON webhooks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX webhooks_tenant    ON webhooks (tenant, seq);
CREATE INDEX webhooks_abandoned ON webhooks (seq) WHERE state = 'abandoned';
