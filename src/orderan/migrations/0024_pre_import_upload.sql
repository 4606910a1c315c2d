-- Files of order lines that people bring in with a browser, until their import is finished.

CREATE TABLE import_upload (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    source text NOT NULL,
    stored text NOT NULL,
    digest text NOT NULL,
    bytes bigint NOT NULL,
    state text NOT NULL,
    mapping jsonb,
    channel text,
    fingerprint text,
    fault jsonb,
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT import_upload_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT import_upload_file_once UNIQUE (shop_id, digest),
    CONSTRAINT import_upload_state_known CHECK (state IN ('chosen', 'waiting', 'running', 'finished', 'failed')),
    CONSTRAINT import_upload_started_has_mapping CHECK (state = 'chosen' OR (mapping IS NOT NULL AND channel IS NOT NULL AND fingerprint IS NOT NULL)),
    CONSTRAINT import_upload_failed_says_why CHECK ((state = 'failed') = (fault IS NOT NULL)),
    CONSTRAINT import_upload_ended CHECK ((state IN ('finished', 'failed')) = (ended_at IS NOT NULL))
);

COMMENT ON TABLE import_upload IS 'distributed: a file brought in with a browser; one row per file, so that sending it twice starts one import';
