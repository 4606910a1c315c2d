-- Recordings of buyers who were erased: their providers are told to delete them, until they did.

CREATE TABLE recording_deletion (
    shop_id bigint NOT NULL,
    attempt_id uuid NOT NULL,
    recording_url text,
    tries integer NOT NULL,
    next_at timestamptz,
    wanted_at timestamptz NOT NULL,
    gone_at timestamptz,
    CONSTRAINT recording_deletion_pkey PRIMARY KEY (shop_id, attempt_id),
    CONSTRAINT recording_deletion_call FOREIGN KEY (shop_id, attempt_id) REFERENCES verification_call (shop_id, attempt_id),
    CONSTRAINT recording_deletion_tries_counted CHECK (tries >= 0),
    CONSTRAINT recording_deletion_over_is_forgotten CHECK (next_at IS NOT NULL OR recording_url IS NULL),
    CONSTRAINT recording_deletion_gone_is_not_due CHECK (gone_at IS NULL OR next_at IS NULL)
);

COMMENT ON TABLE recording_deletion IS 'distributed: a recorded call of a buyer who was erased, until its provider deleted what it recorded';

CREATE INDEX recording_deletion_due ON recording_deletion (shop_id, next_at) WHERE next_at IS NOT NULL;
