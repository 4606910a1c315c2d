-- People who buy. Personal data is ciphertext under the person's own key (subject_key);
-- *_index columns are keyed hashes, for equality search only.

CREATE TABLE region (
    code text NOT NULL,
    parent_code text,
    level smallint NOT NULL,
    name text NOT NULL,
    search text NOT NULL,
    postcode text,
    CONSTRAINT region_pkey PRIMARY KEY (code),
    CONSTRAINT region_level_known CHECK (level BETWEEN 1 AND 4)
);

COMMENT ON TABLE region IS 'reference: provinces (1), regencies and cities (2), districts (3), villages (4)';

CREATE INDEX region_parent ON region (parent_code, name);

CREATE TABLE customer (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name_enc bytea,
    phone_enc bytea,
    email_enc bytea,
    phone_index bytea,
    email_index bytea,
    external_id text,
    customer_group text,
    note_enc bytea,
    state text NOT NULL,
    merged_into uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT customer_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customer_state_known CHECK (state IN ('active', 'merged', 'erased')),
    CONSTRAINT customer_merged_has_survivor CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    CONSTRAINT customer_erased_is_empty CHECK (state <> 'erased' OR (name_enc IS NULL AND phone_enc IS NULL AND email_enc IS NULL AND phone_index IS NULL AND email_index IS NULL AND note_enc IS NULL))
);

COMMENT ON TABLE customer IS 'distributed: a buyer; name, phone and e-mail encrypted';

CREATE UNIQUE INDEX customer_phone_once ON customer (shop_id, phone_index) WHERE state = 'active' AND phone_index IS NOT NULL;

CREATE INDEX customer_email ON customer (shop_id, email_index) WHERE email_index IS NOT NULL;

CREATE UNIQUE INDEX customer_external_once ON customer (shop_id, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX customer_newest ON customer (shop_id, created_at DESC, id);

CREATE TABLE customer_word (
    shop_id bigint NOT NULL,
    word_index bytea NOT NULL,
    customer_id uuid NOT NULL,
    CONSTRAINT customer_word_pkey PRIMARY KEY (shop_id, word_index, customer_id),
    CONSTRAINT customer_word_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE customer_word IS 'distributed: keyed hashes of the words of a name and of their beginnings, for search';

CREATE INDEX customer_word_customer_id ON customer_word (shop_id, customer_id);

CREATE TABLE customer_address (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    digest bytea,
    recipient_enc bytea,
    phone_enc bytea,
    line_enc bytea,
    label text NOT NULL,
    village_code text,
    postcode text,
    area text NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT customer_address_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customer_address_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer (shop_id, id),
    CONSTRAINT customer_address_once UNIQUE (shop_id, customer_id, digest)
);

COMMENT ON TABLE customer_address IS 'distributed: an address, never edited (orders point at it): a correction is a new row and retires this one';

CREATE TABLE consent (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    CONSTRAINT consent_pkey PRIMARY KEY (shop_id, customer_id, id),
    CONSTRAINT consent_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer (shop_id, id),
    CONSTRAINT consent_purpose_known CHECK (purpose IN ('marketing_email', 'marketing_whatsapp', 'marketing_sms', 'profiling'))
);

COMMENT ON TABLE consent IS 'distributed: given and withdrawn consents, append-only; the newest per purpose counts';

CREATE TABLE personal_access (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    fields text[] NOT NULL,
    purpose text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT personal_access_pkey PRIMARY KEY (shop_id, customer_id, id)
);

COMMENT ON TABLE personal_access IS 'distributed: who read unmasked personal data, when and why';
