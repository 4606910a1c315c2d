-- Refunds above a limit wait for a second person, and go back through the gateways they came from.

ALTER TABLE refund ADD COLUMN approval text NOT NULL DEFAULT 'not_needed';

ALTER TABLE refund ADD COLUMN judged_by text;

ALTER TABLE refund ADD COLUMN judged_at timestamptz;

ALTER TABLE refund ADD COLUMN paid_minor bigint NOT NULL DEFAULT 0;

UPDATE refund SET paid_minor = amount_minor WHERE state = 'executed';

ALTER TABLE refund ADD CONSTRAINT refund_approval_known CHECK (approval IN ('not_needed', 'waiting', 'approved', 'refused')) NOT VALID;

ALTER TABLE refund VALIDATE CONSTRAINT refund_approval_known;

ALTER TABLE refund ADD CONSTRAINT refund_paid_within CHECK (paid_minor BETWEEN 0 AND amount_minor) NOT VALID;

ALTER TABLE refund VALIDATE CONSTRAINT refund_paid_within;

CREATE INDEX refund_unjudged ON refund (shop_id, granted_at, id) WHERE state = 'granted' AND approval = 'waiting';

CREATE TABLE refund_rule (
    shop_id bigint NOT NULL,
    approve_above_minor bigint,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT refund_rule_pkey PRIMARY KEY (shop_id),
    CONSTRAINT refund_rule_sane CHECK (approve_above_minor >= 0)
);

COMMENT ON TABLE refund_rule IS 'distributed: above which amount a second person approves a refund; none, or NULL: never';

CREATE TABLE refund_try (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    key text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    gateway_id text,
    reason text,
    booked_minor bigint NOT NULL DEFAULT 0,
    began_by text NOT NULL,
    began_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    ask_at timestamptz,
    asked integer NOT NULL DEFAULT 0,
    CONSTRAINT refund_try_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_try_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund (shop_id, id),
    CONSTRAINT refund_try_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT refund_try_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT refund_try_key_once UNIQUE (shop_id, key),
    CONSTRAINT refund_try_state_known CHECK (state IN ('asking', 'unknown', 'pending', 'done', 'failed')),
    CONSTRAINT refund_try_amounts_sane CHECK (amount_minor > 0 AND (booked_minor = 0 OR booked_minor = amount_minor))
);

COMMENT ON TABLE refund_try IS 'distributed: tries to send a refund back through the gateway its money came from; ask_at is when that is asked next what became of it';

CREATE INDEX refund_try_of_refund ON refund_try (shop_id, refund_id, began_at, id);

CREATE INDEX refund_try_of_attempt ON refund_try (shop_id, attempt_id);

CREATE INDEX refund_try_of_order ON refund_try (shop_id, order_id);

CREATE INDEX refund_try_due ON refund_try (shop_id, ask_at) WHERE ask_at IS NOT NULL;

CREATE UNIQUE INDEX refund_try_one_in_the_air ON refund_try (shop_id, refund_id, attempt_id) WHERE state IN ('asking', 'unknown', 'pending');
