-- What we have, where, whose, and to whom it is promised.
--
-- The ledger is double entry: a movement takes a quantity out of one account and puts it into
-- another. An account is a location and a bucket in it. Counters in stock are sums of movements:
-- on_hand = free + reserved + allocated; damaged, quarantine and incoming stand beside it.

CREATE TABLE location (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    village_code text,
    address text NOT NULL,
    time_zone text NOT NULL,
    sells boolean NOT NULL,
    rank integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT location_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT location_code_once UNIQUE (shop_id, code),
    CONSTRAINT location_kind_known CHECK (kind IN ('warehouse', 'store', 'supplier', 'customer', 'loss', 'transit', 'quarantine')),
    CONSTRAINT location_only_real_ones_sell CHECK (NOT sells OR kind IN ('warehouse', 'store'))
);

COMMENT ON TABLE location IS 'distributed: places that hold stock, and the accounts it comes from and goes to';

CREATE TABLE lot (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    code text NOT NULL,
    expires_on date,
    created_at timestamptz NOT NULL,
    CONSTRAINT lot_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT lot_code_once UNIQUE (shop_id, sku_id, code),
    CONSTRAINT lot_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id)
);

COMMENT ON TABLE lot IS 'distributed: a batch of goods with its expiry';

CREATE TABLE stock (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    on_hand bigint NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0,
    allocated bigint NOT NULL DEFAULT 0,
    damaged bigint NOT NULL DEFAULT 0,
    quarantine bigint NOT NULL DEFAULT 0,
    incoming bigint NOT NULL DEFAULT 0,
    oversell bigint NOT NULL DEFAULT 0,
    expires_on date,
    CONSTRAINT stock_pkey PRIMARY KEY (shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT stock_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT stock_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT stock_never_oversold CHECK (reserved + allocated <= on_hand + oversell),
    CONSTRAINT stock_counters_not_negative CHECK (on_hand >= 0 AND reserved >= 0 AND allocated >= 0 AND damaged >= 0 AND quarantine >= 0 AND incoming >= 0 AND oversell >= 0)
) WITH (fillfactor = 70);

COMMENT ON TABLE stock IS 'distributed: counters per sku, location, owner and lot; the nil uuid is our own stock and goods without lots';

CREATE INDEX stock_location_sku ON stock (shop_id, location_id, sku_id);

CREATE TABLE stock_policy (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    safety bigint NOT NULL,
    reorder_point bigint NOT NULL,
    CONSTRAINT stock_policy_pkey PRIMARY KEY (shop_id, sku_id, location_id),
    CONSTRAINT stock_policy_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT stock_policy_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT stock_policy_not_negative CHECK (safety >= 0 AND reorder_point >= 0)
);

COMMENT ON TABLE stock_policy IS 'distributed: units kept back from sale, and the level at which a person is told';

CREATE TABLE movement (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    from_location uuid NOT NULL,
    from_bucket text NOT NULL,
    to_location uuid NOT NULL,
    to_bucket text NOT NULL,
    kind text NOT NULL,
    cause_id uuid,
    reason text,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT movement_pkey PRIMARY KEY (shop_id, sku_id, occurred_at, id),
    CONSTRAINT movement_some CHECK (quantity > 0),
    CONSTRAINT movement_goes_somewhere CHECK (from_location <> to_location OR from_bucket <> to_bucket),
    CONSTRAINT movement_buckets_known CHECK (from_bucket IN ('free', 'reserved', 'allocated', 'damaged', 'quarantine', 'incoming') AND to_bucket IN ('free', 'reserved', 'allocated', 'damaged', 'quarantine', 'incoming')),
    CONSTRAINT movement_kind_known CHECK (kind IN ('reserve', 'allocate', 'release', 'dispatch', 'receive', 'expect', 'adjust', 'transfer_out', 'transfer_in', 'return', 'quarantine', 'damage', 'restore', 'historic')),
    CONSTRAINT movement_adjustment_says_why CHECK (kind <> 'adjust' OR reason IS NOT NULL)
);

COMMENT ON TABLE movement IS 'distributed: the stock ledger, append-only';

-- The history of one sku reads by the primary key; of a whole shop, newest first, by this.
CREATE INDEX movement_history ON movement (shop_id, occurred_at, id);

-- What an order, a return or a transfer did to stock.
CREATE INDEX movement_cause ON movement (shop_id, cause_id) WHERE cause_id IS NOT NULL;

CREATE TABLE claim (
    shop_id bigint NOT NULL,
    holder_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    state text NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT claim_pkey PRIMARY KEY (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT claim_stock FOREIGN KEY (shop_id, sku_id, location_id, owner_id, lot_id) REFERENCES stock (shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT claim_state_known CHECK (state IN ('reserved', 'allocated')),
    CONSTRAINT claim_some CHECK (quantity > 0)
);

COMMENT ON TABLE claim IS 'distributed: open promises of stock to a holder; gone once released or dispatched, the ledger remembers';

CREATE INDEX claim_stock_of ON claim (shop_id, sku_id, location_id);

CREATE TABLE transfer (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    from_location uuid NOT NULL,
    to_location uuid NOT NULL,
    state text NOT NULL,
    note text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    dispatched_at timestamptz,
    received_at timestamptz,
    CONSTRAINT transfer_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT transfer_from FOREIGN KEY (shop_id, from_location) REFERENCES location (shop_id, id),
    CONSTRAINT transfer_to FOREIGN KEY (shop_id, to_location) REFERENCES location (shop_id, id),
    CONSTRAINT transfer_state_known CHECK (state IN ('draft', 'in_transit', 'received', 'cancelled')),
    CONSTRAINT transfer_state_has_its_times CHECK ((state IN ('in_transit', 'received')) = (dispatched_at IS NOT NULL) AND (state = 'received') = (received_at IS NOT NULL)),
    CONSTRAINT transfer_goes_somewhere CHECK (from_location <> to_location)
);

CREATE INDEX transfer_newest ON transfer (shop_id, created_at, id);

CREATE INDEX transfer_under_way ON transfer (shop_id, to_location) WHERE state IN ('draft', 'in_transit');

COMMENT ON TABLE transfer IS 'distributed: goods on the way between two of our locations';

CREATE TABLE transfer_line (
    shop_id bigint NOT NULL,
    transfer_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    received bigint NOT NULL,
    lost bigint NOT NULL,
    loss_reason text,
    CONSTRAINT transfer_line_pkey PRIMARY KEY (shop_id, transfer_id, line_no),
    CONSTRAINT transfer_line_transfer FOREIGN KEY (shop_id, transfer_id) REFERENCES transfer (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT transfer_line_loss_says_why CHECK (lost = 0 OR loss_reason IS NOT NULL),
    CONSTRAINT transfer_line_accounted CHECK (quantity > 0 AND received >= 0 AND lost >= 0 AND received + lost <= quantity)
);

COMMENT ON TABLE transfer_line IS 'distributed: what travels, what arrived, what was lost';
