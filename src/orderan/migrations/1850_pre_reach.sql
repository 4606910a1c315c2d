-- Accounts at whoever carries messages and calls, and what they sent us, word for word.

CREATE TABLE reach_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    fields jsonb NOT NULL,
    secrets bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    rank integer NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT reach_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reach_account_name_once UNIQUE (shop_id, name),
    CONSTRAINT reach_account_kind_known CHECK (kind IN ('voice', 'whatsapp', 'sms', 'email', 'push', 'webhook')),
    CONSTRAINT reach_account_state_known CHECK (state IN ('open', 'closed'))
);

COMMENT ON TABLE reach_account IS 'distributed: accounts of a shop at providers of messages and of calls; the lowest rank of a kind is asked first, secrets are sealed under a key of the account';

CREATE TABLE reach_news (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    letter bytea NOT NULL,
    told bytea,
    times integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL,
    heard_at timestamptz,
    CONSTRAINT reach_news_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reach_news_account FOREIGN KEY (shop_id, account_id) REFERENCES reach_account (shop_id, id),
    CONSTRAINT reach_news_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT reach_news_verdict_known CHECK (verdict IN ('genuine', 'forged', 'unreadable')),
    CONSTRAINT reach_news_only_genuine_tells CHECK ((verdict = 'genuine') = (told IS NOT NULL)),
    CONSTRAINT reach_news_only_genuine_waits CHECK (verdict = 'genuine' OR heard_at IS NOT NULL)
);

COMMENT ON TABLE reach_news IS 'distributed: what providers of messages and calls sent us, sealed under the key of their account; a genuine one waits until it is heard';

CREATE INDEX reach_news_waiting ON reach_news (shop_id, received_at) WHERE heard_at IS NULL;

CREATE INDEX reach_news_received ON reach_news (shop_id, received_at);

CREATE INDEX reach_news_of_account ON reach_news (shop_id, account_id, received_at);
