-- What lies on the shelves, counted by people who are not told what the book says.

CREATE TABLE stock_take (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    scope text NOT NULL,
    note text NOT NULL,
    tolerance_units bigint NOT NULL,
    tolerance_minor bigint,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    moved_at timestamptz NOT NULL,
    CONSTRAINT stock_take_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT stock_take_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT stock_take_state_known CHECK (state IN ('counting', 'counted', 'posted', 'cancelled')),
    CONSTRAINT stock_take_scope_known CHECK (scope IN ('all', 'zones', 'bins', 'skus')),
    CONSTRAINT stock_take_tolerance_not_negative CHECK (tolerance_units >= 0 AND tolerance_minor >= 0),
    CONSTRAINT stock_take_posted_by_somebody CHECK ((state = 'posted') = (approved_by IS NOT NULL) AND (approved_by IS NULL) = (approved_at IS NULL))
);

COMMENT ON TABLE stock_take IS 'distributed: a count of a location or a part of it, until its differences are booked';

CREATE INDEX stock_take_newest ON stock_take (shop_id, opened_at, id);

CREATE TABLE stock_take_area (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    take_id uuid NOT NULL,
    no integer NOT NULL,
    bin_id uuid,
    label text NOT NULL,
    state text NOT NULL,
    counter text,
    counters text[] NOT NULL,
    live boolean NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT stock_take_area_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT stock_take_area_once UNIQUE (shop_id, take_id, no),
    CONSTRAINT stock_take_area_take FOREIGN KEY (shop_id, take_id) REFERENCES stock_take (shop_id, id),
    CONSTRAINT stock_take_area_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin (shop_id, id),
    CONSTRAINT stock_take_area_state_known CHECK (state IN ('open', 'counting', 'recount', 'recounting', 'counted', 'skipped')),
    CONSTRAINT stock_take_area_counted_by_somebody CHECK ((state IN ('counting', 'recounting')) = (counter IS NOT NULL))
);

COMMENT ON TABLE stock_take_area IS 'distributed: a bin, or a stretch of goods in no bin, that one person counts at once';

CREATE UNIQUE INDEX stock_take_area_counted_once ON stock_take_area (shop_id, bin_id) WHERE live;

CREATE TABLE stock_take_row (
    shop_id bigint NOT NULL,
    area_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    take_id uuid NOT NULL,
    spot_id uuid NOT NULL,
    unit_minor bigint NOT NULL,
    before bigint,
    counted bigint,
    after bigint,
    first bigint,
    difference bigint,
    flagged boolean NOT NULL,
    posted bigint NOT NULL,
    live boolean NOT NULL,
    CONSTRAINT stock_take_row_pkey PRIMARY KEY (shop_id, area_id, sku_id, owner_id, lot_id),
    CONSTRAINT stock_take_row_area FOREIGN KEY (shop_id, area_id) REFERENCES stock_take_area (shop_id, id),
    CONSTRAINT stock_take_row_take FOREIGN KEY (shop_id, take_id) REFERENCES stock_take (shop_id, id),
    CONSTRAINT stock_take_row_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT stock_take_row_not_negative CHECK (counted >= 0 AND first >= 0 AND unit_minor >= 0),
    CONSTRAINT stock_take_row_difference_was_counted CHECK (difference IS NULL OR counted IS NOT NULL),
    CONSTRAINT stock_take_row_posts_its_difference CHECK (posted BETWEEN least(coalesce(difference, 0), 0) AND greatest(coalesce(difference, 0), 0))
);

COMMENT ON TABLE stock_take_row IS 'distributed: what the book had of some goods while they were counted, what was counted, and what of the difference was booked';

CREATE INDEX stock_take_row_of_take ON stock_take_row (shop_id, take_id) WHERE difference <> 0;

CREATE UNIQUE INDEX stock_take_row_counted_once ON stock_take_row (shop_id, sku_id, location_id, owner_id, lot_id, spot_id) WHERE live;

ALTER TABLE movement DROP CONSTRAINT movement_kind_known;

ALTER TABLE movement ADD CONSTRAINT movement_kind_known CHECK (kind IN ('reserve', 'allocate', 'release', 'dispatch', 'receive', 'expect', 'adjust', 'count', 'transfer_out', 'transfer_in', 'return', 'quarantine', 'damage', 'restore', 'historic')) NOT VALID;

ALTER TABLE movement VALIDATE CONSTRAINT movement_kind_known;

ALTER TABLE bin_move DROP CONSTRAINT bin_move_kind_known;

ALTER TABLE bin_move ADD CONSTRAINT bin_move_kind_known CHECK (kind IN ('put_away', 'pick', 'shift', 'count', 'left')) NOT VALID;

ALTER TABLE bin_move VALIDATE CONSTRAINT bin_move_kind_known;
