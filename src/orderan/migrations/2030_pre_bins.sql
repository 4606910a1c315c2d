-- Where in a location goods lie: bins, what is in them, and every unit put in or taken out.

CREATE TABLE bin (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    zone text NOT NULL,
    x_cm integer NOT NULL,
    y_cm integer NOT NULL,
    active boolean NOT NULL,
    blocked_why text,
    blocked_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT bin_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT bin_code_once UNIQUE (shop_id, location_id, code),
    CONSTRAINT bin_at_its_location UNIQUE (shop_id, location_id, id),
    CONSTRAINT bin_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT bin_kind_known CHECK (kind IN ('pick', 'reserve')),
    CONSTRAINT bin_blocked_says_why CHECK ((blocked_at IS NULL) = (blocked_why IS NULL))
);

COMMENT ON TABLE bin IS 'distributed: places on shelves; x and y are centimetres from the packing table';

CREATE TABLE bin_stock (
    shop_id bigint NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT bin_stock_pkey PRIMARY KEY (shop_id, bin_id, sku_id, owner_id, lot_id),
    CONSTRAINT bin_stock_bin FOREIGN KEY (shop_id, location_id, bin_id) REFERENCES bin (shop_id, location_id, id),
    CONSTRAINT bin_stock_stock FOREIGN KEY (shop_id, sku_id, location_id, owner_id, lot_id) REFERENCES stock (shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT bin_stock_not_negative CHECK (quantity >= 0)
);

COMMENT ON TABLE bin_stock IS 'distributed: units of a stock row in a bin; a row of none says that they lay there before';

CREATE INDEX bin_stock_of_row ON bin_stock (shop_id, sku_id, location_id, owner_id, lot_id);

CREATE TABLE bin_move (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    change bigint NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT bin_move_pkey PRIMARY KEY (shop_id, bin_id, occurred_at, id),
    CONSTRAINT bin_move_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin (shop_id, id),
    CONSTRAINT bin_move_some CHECK (change <> 0),
    CONSTRAINT bin_move_kind_known CHECK (kind IN ('put_away', 'pick', 'shift', 'left'))
);

COMMENT ON TABLE bin_move IS 'distributed: units put into a bin or taken out of it, append only';

ALTER TABLE stock ADD COLUMN binned bigint NOT NULL DEFAULT 0;

ALTER TABLE stock ADD CONSTRAINT stock_binned_is_on_hand CHECK (binned >= 0 AND binned <= on_hand) NOT VALID;

ALTER TABLE stock VALIDATE CONSTRAINT stock_binned_is_on_hand;
