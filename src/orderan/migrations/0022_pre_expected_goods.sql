-- A return arrives at one of the shop's own places. Not validated: what an older release let through
-- can still be closed, and nothing new of the kind gets in.

ALTER TABLE goods_return ADD CONSTRAINT goods_return_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id) NOT VALID;

-- What incoming is made of: without it nobody knows from whom the goods come, and when.

CREATE TABLE expected_goods (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    quantity bigint NOT NULL,
    arrived bigint NOT NULL DEFAULT 0,
    given_up bigint NOT NULL DEFAULT 0,
    supplier text NOT NULL,
    due_on date,
    noted_by text NOT NULL,
    noted_at timestamptz NOT NULL,
    CONSTRAINT expected_goods_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT expected_goods_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT expected_goods_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT expected_goods_no_more_than_promised CHECK (quantity > 0 AND arrived >= 0 AND given_up >= 0 AND arrived + given_up <= quantity)
);

COMMENT ON TABLE expected_goods IS 'distributed: what a supplier promised; what is neither there nor given up is counted as incoming';

CREATE INDEX expected_goods_open ON expected_goods (shop_id, sku_id, location_id) WHERE arrived + given_up < quantity;
