-- Shipping fees by zone.

CREATE TABLE shipping_zone (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT shipping_zone_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT shipping_zone_code_once UNIQUE (shop_id, code)
);

COMMENT ON TABLE shipping_zone IS 'distributed: areas that cost the same to ship to';

CREATE TABLE shipping_zone_area (
    shop_id bigint NOT NULL,
    region_code text NOT NULL,
    zone_id uuid NOT NULL,
    CONSTRAINT shipping_zone_area_pkey PRIMARY KEY (shop_id, region_code),
    CONSTRAINT shipping_zone_area_zone FOREIGN KEY (shop_id, zone_id) REFERENCES shipping_zone (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE shipping_zone_area IS 'distributed: region to zone; the longest code that begins a village code wins, * is the rest';

CREATE TABLE shipping_fee (
    shop_id bigint NOT NULL,
    zone_id uuid NOT NULL,
    service text NOT NULL,
    valid_from timestamptz NOT NULL,
    first_kg_minor bigint NOT NULL,
    next_kg_minor bigint NOT NULL,
    CONSTRAINT shipping_fee_pkey PRIMARY KEY (shop_id, zone_id, service, valid_from),
    CONSTRAINT shipping_fee_zone FOREIGN KEY (shop_id, zone_id) REFERENCES shipping_zone (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT shipping_fee_not_negative CHECK (first_kg_minor >= 0 AND next_kg_minor >= 0)
);

COMMENT ON TABLE shipping_fee IS 'distributed: fee of the first kilogram and of each begun one after it, from an instant';
