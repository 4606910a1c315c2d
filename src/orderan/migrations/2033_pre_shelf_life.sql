-- How long goods must still keep for the buyers of a channel.

CREATE TABLE shelf_life (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    least_days integer NOT NULL,
    least_percent integer NOT NULL,
    CONSTRAINT shelf_life_pkey PRIMARY KEY (shop_id, channel_id, sku_id),
    CONSTRAINT shelf_life_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel (shop_id, id),
    CONSTRAINT shelf_life_sane CHECK (least_days BETWEEN 0 AND 3650 AND least_percent BETWEEN 0 AND 100)
);

COMMENT ON TABLE shelf_life IS 'distributed: days, and percent of its life, that a lot must have left to be promised to a channel; the nil uuid is every sku without a row of its own';

CREATE INDEX stock_expiring ON stock (shop_id, expires_on) WHERE expires_on IS NOT NULL AND on_hand > 0;
