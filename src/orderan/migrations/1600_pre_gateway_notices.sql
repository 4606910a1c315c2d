-- What gateways sent us, word for word, forged letters included.

CREATE TABLE gateway_notice (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    reference text,
    gateway_id text,
    claims text,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    times integer NOT NULL DEFAULT 1,
    attempt_id uuid,
    received_at timestamptz NOT NULL,
    heard_at timestamptz,
    CONSTRAINT gateway_notice_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_notice_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT gateway_notice_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT gateway_notice_verdict_known CHECK (verdict IN ('genuine', 'forged', 'unreadable')),
    CONSTRAINT gateway_notice_only_genuine_waits CHECK (verdict = 'genuine' OR heard_at IS NOT NULL)
);

COMMENT ON TABLE gateway_notice IS 'distributed: what gateways sent us; a genuine one waits until its try is to be asked for, and moves nothing itself';

CREATE INDEX gateway_notice_waiting ON gateway_notice (shop_id, received_at) WHERE heard_at IS NULL;

CREATE INDEX gateway_notice_received ON gateway_notice (shop_id, received_at);

CREATE INDEX payment_attempt_at_gateway ON payment_attempt (shop_id, gateway_id) WHERE gateway_id IS NOT NULL;
