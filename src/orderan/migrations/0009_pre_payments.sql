-- Money of orders: an append-only list of events, and refunds granted apart from executed.

CREATE TABLE payment_event (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    method text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reference text,
    note text,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT payment_event_pkey PRIMARY KEY (shop_id, order_id, seq),
    CONSTRAINT payment_event_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT payment_event_kind_known CHECK (kind IN ('pending', 'pending_cleared', 'unknown', 'unknown_cleared', 'captured', 'capture_reversed', 'cod_collected', 'cod_remitted', 'refunded', 'refund_reversed')),
    CONSTRAINT payment_event_amount_positive CHECK (amount_minor > 0)
);

COMMENT ON TABLE payment_event IS 'distributed: the money ledger, append-only; paid, refunded, due and balance are sums of it';

CREATE UNIQUE INDEX payment_event_reference_once ON payment_event (shop_id, method, kind, reference) WHERE reference IS NOT NULL;

CREATE TABLE refund (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    lines jsonb NOT NULL,
    state text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    method text,
    reference text,
    CONSTRAINT refund_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT refund_state_known CHECK (state IN ('granted', 'executed', 'withdrawn')),
    CONSTRAINT refund_amount_positive CHECK (amount_minor > 0)
);

COMMENT ON TABLE refund IS 'distributed: refunds granted (who, why, which lines), then executed or withdrawn';

CREATE INDEX refund_order_of ON refund (shop_id, order_id);

CREATE INDEX refund_open ON refund (shop_id, granted_at, id) WHERE state = 'granted';

CREATE INDEX sales_order_cod ON sales_order (shop_id, money, accepted_at) WHERE money IN ('cod_due', 'cod_collected');
