-- What may stand in for what, what a buyer lets stand in, and what did.

CREATE TABLE sku_substitute (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    substitute_id uuid NOT NULL,
    rank integer NOT NULL,
    CONSTRAINT sku_substitute_pkey PRIMARY KEY (shop_id, sku_id, substitute_id),
    CONSTRAINT sku_substitute_rank_once UNIQUE (shop_id, sku_id, rank),
    CONSTRAINT sku_substitute_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT sku_substitute_substitute FOREIGN KEY (shop_id, substitute_id) REFERENCES sku (shop_id, id),
    CONSTRAINT sku_substitute_ranked CHECK (rank >= 1),
    CONSTRAINT sku_substitute_not_itself CHECK (sku_id <> substitute_id)
);

COMMENT ON TABLE sku_substitute IS 'distributed: skus that may stand in for one that is missing, the best first';

ALTER TABLE order_line ADD COLUMN may_substitute boolean NOT NULL DEFAULT FALSE;

ALTER TABLE picking_policy ADD COLUMN substitute boolean NOT NULL DEFAULT TRUE;

CREATE TABLE substitution (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    by_line_no integer NOT NULL,
    units integer NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT substitution_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT substitution_of FOREIGN KEY (shop_id, order_id, line_no) REFERENCES order_line (shop_id, order_id, line_no),
    CONSTRAINT substitution_by FOREIGN KEY (shop_id, order_id, by_line_no) REFERENCES order_line (shop_id, order_id, line_no),
    CONSTRAINT substitution_by_once UNIQUE (shop_id, order_id, by_line_no),
    CONSTRAINT substitution_some CHECK (units >= 1),
    CONSTRAINT substitution_by_another CHECK (by_line_no <> line_no)
);

COMMENT ON TABLE substitution IS 'distributed: units of an order line that another line of the order stands in for';
