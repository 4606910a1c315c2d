-- Asking COD buyers whether they mean their order: the policy, who is being asked, and every attempt.

CREATE TABLE verification_policy (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT verification_policy_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT verification_policy_counts_up CHECK (version > 0)
);

COMMENT ON TABLE verification_policy IS 'distributed: who is asked, by which ways, how often and when; the latest version holds for orders to come';

CREATE TABLE verification_case (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    policy_version integer NOT NULL,
    step integer NOT NULL,
    tries integer NOT NULL,
    next_at timestamptz,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT verification_case_pkey PRIMARY KEY (shop_id, order_id),
    CONSTRAINT verification_case_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT verification_case_counts CHECK (step >= 0 AND tries >= 0),
    CONSTRAINT verification_case_over_is_not_due CHECK (closed_at IS NULL OR next_at IS NULL)
);

COMMENT ON TABLE verification_case IS 'distributed: an order whose buyer is being asked, or was; its outcome is on the order';

CREATE INDEX verification_case_due ON verification_case (shop_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE verification_attempt (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    way text NOT NULL,
    state text NOT NULL,
    provider text,
    provider_id text,
    token_digest bytea NOT NULL,
    answer text,
    note text,
    cost_minor bigint,
    recording_url text,
    began_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    CONSTRAINT verification_attempt_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT verification_attempt_case FOREIGN KEY (shop_id, order_id) REFERENCES verification_case (shop_id, order_id),
    CONSTRAINT verification_attempt_way_known CHECK (way IN ('call', 'whatsapp', 'sms', 'agent')),
    CONSTRAINT verification_attempt_state_known CHECK (state IN ('sending', 'asked', 'unknown', 'confirmed', 'refused', 'missed', 'failed', 'overtaken')),
    CONSTRAINT verification_attempt_cost_sane CHECK (cost_minor >= 0)
);

COMMENT ON TABLE verification_attempt IS 'distributed: one call or message that asks a buyer, what they answered and what it cost';

CREATE UNIQUE INDEX verification_attempt_one_open ON verification_attempt (shop_id, order_id) WHERE state IN ('sending', 'asked', 'unknown');

CREATE UNIQUE INDEX verification_attempt_token ON verification_attempt (shop_id, token_digest);

CREATE INDEX verification_attempt_of_provider ON verification_attempt (shop_id, provider, provider_id) WHERE provider_id IS NOT NULL;

CREATE INDEX verification_attempt_open ON verification_attempt (shop_id, way, until) WHERE state IN ('sending', 'asked', 'unknown');

CREATE INDEX verification_attempt_of_order ON verification_attempt (shop_id, order_id, began_at);
