-- Accounts at gateways, rails over them, and every try to get an amount through one.

CREATE TABLE gateway_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    gateway text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    secrets bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT gateway_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_account_state_known CHECK (state IN ('open', 'closed'))
);

COMMENT ON TABLE gateway_account IS 'distributed: accounts of a shop at payment gateways; their secrets are sealed under a key of their own';

CREATE TABLE rail (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    method text NOT NULL,
    account_id uuid NOT NULL,
    rank integer NOT NULL,
    state text NOT NULL,
    CONSTRAINT rail_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT rail_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT rail_once UNIQUE (shop_id, method, account_id),
    CONSTRAINT rail_state_known CHECK (state IN ('open', 'paused'))
);

COMMENT ON TABLE rail IS 'distributed: a method through an account';

CREATE TABLE rail_fee (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    valid_from date NOT NULL,
    fixed_minor bigint NOT NULL,
    rate_bp integer NOT NULL,
    least_minor bigint NOT NULL,
    tax_bp integer NOT NULL,
    CONSTRAINT rail_fee_pkey PRIMARY KEY (shop_id, rail_id, valid_from),
    CONSTRAINT rail_fee_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT rail_fee_sane CHECK (fixed_minor >= 0 AND least_minor >= 0 AND rate_bp BETWEEN 0 AND 10000 AND tax_bp BETWEEN 0 AND 10000)
);

COMMENT ON TABLE rail_fee IS 'distributed: what a rail costs from a day of the shop on: fixed and a rate in basis points, at least so much, and tax on it';

CREATE TABLE payment_attempt (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    rail_id uuid NOT NULL,
    method text NOT NULL,
    gateway text NOT NULL,
    reference text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    gateway_id text,
    instrument jsonb,
    reason text,
    booked_minor bigint NOT NULL DEFAULT 0,
    returned_minor bigint NOT NULL DEFAULT 0,
    began_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    ask_at timestamptz,
    asked integer NOT NULL DEFAULT 0,
    CONSTRAINT payment_attempt_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT payment_attempt_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT payment_attempt_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail (shop_id, id),
    CONSTRAINT payment_attempt_reference_once UNIQUE (shop_id, reference),
    CONSTRAINT payment_attempt_state_known CHECK (state IN ('asking', 'unknown', 'offered', 'held', 'paid', 'declined', 'expired', 'cancelled', 'failed', 'reversed', 'refunded', 'disputed')),
    CONSTRAINT payment_attempt_amounts_sane CHECK (amount_minor > 0 AND booked_minor >= 0 AND returned_minor BETWEEN 0 AND booked_minor)
);

COMMENT ON TABLE payment_attempt IS 'distributed: tries to get an amount of an order through a rail; ask_at is when the gateway is asked next what became of it';

CREATE INDEX payment_attempt_of_order ON payment_attempt (shop_id, order_id, began_at);

CREATE INDEX payment_attempt_due ON payment_attempt (shop_id, ask_at) WHERE ask_at IS NOT NULL;

CREATE UNIQUE INDEX payment_attempt_one_in_the_air ON payment_attempt (shop_id, order_id) WHERE state IN ('asking', 'unknown', 'held');
