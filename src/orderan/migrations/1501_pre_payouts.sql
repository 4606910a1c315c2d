-- Refunds no gateway can send are paid out to a bank account of the buyer's.

CREATE TABLE refund_payout (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    bank text,
    account_enc bytea,
    holder_enc bytea,
    holder_differs boolean NOT NULL,
    link_hash bytea,
    link_until timestamptz,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    entered_by text,
    approved_by text,
    batch text,
    reference text,
    moved_at timestamptz NOT NULL,
    CONSTRAINT refund_payout_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_payout_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund (shop_id, id),
    CONSTRAINT refund_payout_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT refund_payout_state_known CHECK (state IN ('waiting', 'entered', 'approved', 'exported', 'paid', 'cancelled')),
    CONSTRAINT refund_payout_amount_positive CHECK (amount_minor > 0)
);

COMMENT ON TABLE refund_payout IS 'distributed: refunds paid out to a bank account; the account is sealed under its customer''s key, the link by which a buyer types it is kept as a hash';

CREATE UNIQUE INDEX refund_payout_one_open ON refund_payout (shop_id, refund_id) WHERE state IN ('waiting', 'entered', 'approved', 'exported');

CREATE UNIQUE INDEX refund_payout_link_once ON refund_payout (shop_id, link_hash) WHERE link_hash IS NOT NULL;

CREATE INDEX refund_payout_of_refund ON refund_payout (shop_id, refund_id);

CREATE INDEX refund_payout_of_order ON refund_payout (shop_id, order_id);

CREATE INDEX refund_payout_listed ON refund_payout (shop_id, state, opened_at, id);
