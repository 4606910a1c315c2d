-- Goods that come back.

CREATE TABLE goods_return (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    location_id uuid,
    refund_id uuid,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    received_at timestamptz,
    inspected_at timestamptz,
    closed_at timestamptz,
    moved_at timestamptz,
    note text,
    CONSTRAINT goods_return_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT goods_return_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT goods_return_number_once UNIQUE (shop_id, order_id, number),
    CONSTRAINT goods_return_state_known CHECK (state IN ('requested', 'approved', 'rejected', 'in_transit', 'received', 'inspected', 'resolved', 'closed'))
);

COMMENT ON TABLE goods_return IS 'distributed: one return (RMA) of an order';

CREATE INDEX goods_return_open ON goods_return (shop_id, requested_at) WHERE state NOT IN ('rejected', 'closed');

CREATE INDEX goods_return_order_of ON goods_return (shop_id, order_id);

CREATE TABLE return_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    quantity integer NOT NULL,
    received integer NOT NULL DEFAULT 0,
    to_stock integer NOT NULL DEFAULT 0,
    to_quarantine integer NOT NULL DEFAULT 0,
    reason text NOT NULL,
    condition text,
    CONSTRAINT return_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_line_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT return_line_quantities_in_order CHECK (quantity > 0 AND received BETWEEN 0 AND quantity AND to_stock >= 0 AND to_quarantine >= 0 AND to_stock + to_quarantine <= received)
);

COMMENT ON TABLE return_line IS 'distributed: what is sent back, what arrived, and where it went after inspection';
