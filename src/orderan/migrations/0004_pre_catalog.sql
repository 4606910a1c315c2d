-- Products, the skus sold, what they cost and how they are taxed.

CREATE TABLE product (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    brand text NOT NULL,
    category text NOT NULL,
    tax_class text NOT NULL,
    state text NOT NULL,
    images jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT product_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT product_state_known CHECK (state IN ('active', 'archived'))
);

COMMENT ON TABLE product IS 'distributed: what is sold, as people speak of it';

CREATE INDEX product_by_name ON product (shop_id, lower(name), id);

CREATE TABLE sku (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    options jsonb NOT NULL,
    gtin text,
    unit text NOT NULL,
    weight_g integer NOT NULL,
    length_mm integer NOT NULL,
    width_mm integer NOT NULL,
    height_mm integer NOT NULL,
    is_bundle boolean NOT NULL,
    is_stocked boolean NOT NULL,
    lot_tracked boolean NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT sku_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT sku_code_once UNIQUE (shop_id, code),
    CONSTRAINT sku_product FOREIGN KEY (shop_id, product_id) REFERENCES product (shop_id, id),
    CONSTRAINT sku_state_known CHECK (state IN ('active', 'archived')),
    CONSTRAINT sku_measures_not_negative CHECK (weight_g >= 0 AND length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0),
    CONSTRAINT sku_bundle_holds_no_stock CHECK (NOT (is_bundle AND is_stocked))
);

COMMENT ON TABLE sku IS 'distributed: a sellable variant; a bundle is sold whole and taken as its parts';

-- A scanner may read twelve digits or the same thirteen with a zero in front: one GTIN, as GS1 pads it.
CREATE UNIQUE INDEX sku_gtin_once ON sku (shop_id, lpad(gtin, 14, '0')) WHERE gtin IS NOT NULL;

CREATE INDEX sku_code_beginning ON sku (shop_id, lower(code) text_pattern_ops);

CREATE INDEX sku_product_id ON sku (shop_id, product_id);

CREATE TABLE bundle_part (
    shop_id bigint NOT NULL,
    bundle_id uuid NOT NULL,
    part_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT bundle_part_pkey PRIMARY KEY (shop_id, bundle_id, part_id),
    CONSTRAINT bundle_part_bundle FOREIGN KEY (shop_id, bundle_id) REFERENCES sku (shop_id, id),
    CONSTRAINT bundle_part_part FOREIGN KEY (shop_id, part_id) REFERENCES sku (shop_id, id),
    CONSTRAINT bundle_part_some CHECK (quantity > 0),
    CONSTRAINT bundle_part_not_itself CHECK (bundle_id <> part_id)
);

COMMENT ON TABLE bundle_part IS 'distributed: what one bundle takes from stock';

CREATE TABLE price_list (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    channel_id uuid,
    customer_group text,
    rank integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT price_list_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT price_list_code_once UNIQUE (shop_id, code),
    CONSTRAINT price_list_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel (shop_id, id)
);

COMMENT ON TABLE price_list IS 'distributed: prices for a channel or a customer group; the highest rank that has the sku wins';

CREATE TABLE price (
    shop_id bigint NOT NULL,
    price_list_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    min_quantity integer NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    amount_minor bigint NOT NULL,
    CONSTRAINT price_pkey PRIMARY KEY (shop_id, sku_id, price_list_id, min_quantity, valid_from),
    CONSTRAINT price_list_of FOREIGN KEY (shop_id, price_list_id) REFERENCES price_list (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT price_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT price_not_negative CHECK (amount_minor >= 0),
    CONSTRAINT price_interval_forward CHECK (valid_until IS NULL OR valid_until > valid_from),
    CONSTRAINT price_min_quantity_positive CHECK (min_quantity >= 1)
);

COMMENT ON TABLE price IS 'distributed: unit price in minor units, valid over [valid_from, valid_until)';

CREATE TABLE tax_rate (
    shop_id bigint NOT NULL,
    tax_class text NOT NULL,
    valid_from date NOT NULL,
    rate_bp integer NOT NULL,
    base_numerator integer NOT NULL,
    base_denominator integer NOT NULL,
    CONSTRAINT tax_rate_pkey PRIMARY KEY (shop_id, tax_class, valid_from),
    CONSTRAINT tax_rate_sane CHECK (rate_bp BETWEEN 0 AND 10000 AND base_numerator BETWEEN 0 AND base_denominator AND base_denominator > 0)
);

COMMENT ON TABLE tax_rate IS 'distributed: tax in basis points on base_numerator/base_denominator of the price (DPP nilai lain), from a date';

CREATE TABLE catalog_import (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    file_name text NOT NULL,
    content bytea NOT NULL,
    state text NOT NULL,
    counts jsonb NOT NULL,
    problems jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    applied_at timestamptz,
    CONSTRAINT catalog_import_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT catalog_import_state_known CHECK (state IN ('checked', 'applied')),
    CONSTRAINT catalog_import_applied_when CHECK ((state = 'applied') = (applied_at IS NOT NULL))
);

COMMENT ON TABLE catalog_import IS 'distributed: sheets of products as they came, what was wrong with which row, and whether the good rows were applied';
