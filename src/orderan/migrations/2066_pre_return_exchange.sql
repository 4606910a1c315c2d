-- What a buyer wants for what they send back: money, money to spend here, or another thing, which is set aside at once.

ALTER TABLE goods_return ADD COLUMN way text NOT NULL DEFAULT 'refund';

ALTER TABLE goods_return ADD CONSTRAINT goods_return_way_known CHECK (way IN ('refund', 'credit', 'exchange')) NOT VALID;

ALTER TABLE goods_return VALIDATE CONSTRAINT goods_return_way_known;

CREATE TABLE return_exchange (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT return_exchange_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_exchange_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_exchange_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT return_exchange_state_known CHECK (state IN ('held', 'settled', 'dropped'))
);

COMMENT ON TABLE return_exchange IS 'distributed: the order a return is exchanged for, which holds its stock from the request on';

CREATE UNIQUE INDEX return_exchange_order_once ON return_exchange (shop_id, order_id);

CREATE TABLE return_exchange_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    replacement_line integer NOT NULL,
    CONSTRAINT return_exchange_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_exchange_line_exchange FOREIGN KEY (shop_id, return_id) REFERENCES return_exchange (shop_id, return_id),
    CONSTRAINT return_exchange_line_of FOREIGN KEY (shop_id, return_id, line_no) REFERENCES return_line (shop_id, return_id, line_no),
    CONSTRAINT return_exchange_line_once UNIQUE (shop_id, return_id, replacement_line)
);

COMMENT ON TABLE return_exchange_line IS 'distributed: which line of the replacement stands for which line that comes back';
