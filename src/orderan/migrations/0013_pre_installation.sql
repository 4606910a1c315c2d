-- Which master key the personal data in here was sealed with, so that a wrong one is noticed at once.

CREATE TABLE installation (
    only_row smallint NOT NULL,
    master_key_fingerprint text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT installation_pkey PRIMARY KEY (only_row),
    CONSTRAINT installation_is_one CHECK (only_row = 1)
);

COMMENT ON TABLE installation IS 'local: the installation itself, one row';
