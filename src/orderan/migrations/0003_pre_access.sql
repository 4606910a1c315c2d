-- Who may do what: staff, sessions, API keys.

CREATE TABLE staff (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    totp_secret bytea,
    totp_confirmed_at timestamptz,
    totp_last_counter bigint,
    recovery_hashes bytea[] NOT NULL,
    locale text,
    roles text[] NOT NULL,
    location_ids uuid[],
    channel_ids uuid[],
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    last_login_at timestamptz,
    CONSTRAINT staff_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT staff_email_once UNIQUE (shop_id, email),
    CONSTRAINT staff_state_known CHECK (state IN ('active', 'disabled')),
    CONSTRAINT staff_locale_known CHECK (locale IN ('id', 'en')),
    CONSTRAINT staff_has_a_role CHECK (cardinality(roles) > 0),
    CONSTRAINT staff_confirms_a_secret CHECK (totp_confirmed_at IS NULL OR totp_secret IS NOT NULL),
    CONSTRAINT staff_roles_known CHECK (roles <@ ARRAY['owner', 'operations', 'warehouse', 'care', 'finance', 'marketing', 'viewer'])
);

COMMENT ON TABLE staff IS 'distributed: people who work in the shop; null scopes mean every location or channel; a one-time-code secret counts once confirmed';

CREATE INDEX staff_email ON staff (email);

CREATE TABLE staff_session (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    staff_id uuid NOT NULL,
    address text NOT NULL,
    browser text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT staff_session_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT staff_session_token_once UNIQUE (shop_id, token_hash),
    CONSTRAINT staff_session_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE staff_session IS 'distributed: open dashboard sessions; the token itself is only in the cookie';

CREATE INDEX staff_session_expiry ON staff_session (shop_id, expires_at);

CREATE INDEX staff_session_of ON staff_session (shop_id, staff_id);

CREATE TABLE api_key (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    permissions text[] NOT NULL,
    location_ids uuid[],
    channel_ids uuid[],
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_key_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT api_key_secret_once UNIQUE (shop_id, secret_hash)
);

COMMENT ON TABLE api_key IS 'distributed: keys of programs; only a hash of the secret is kept';
