-- The last attempt before a completed job was put back into the queue: reports of it and of those before count no more. 0: never.
ALTER TABLE jobs ADD COLUMN reopened_after INTEGER NOT NULL DEFAULT 0;
