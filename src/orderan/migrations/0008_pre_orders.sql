-- Orders: axes, lines with quantities, holds, change sets, versions.

CREATE TABLE order_counter (
    shop_id bigint NOT NULL,
    next_number bigint NOT NULL,
    CONSTRAINT order_counter_pkey PRIMARY KEY (shop_id)
);

COMMENT ON TABLE order_counter IS 'distributed: next free order number, leased in blocks, so numbers may have gaps';

CREATE TABLE sales_order (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    channel_id uuid NOT NULL,
    external_id text,
    cart_id text,
    kind text NOT NULL,
    terms text NOT NULL,
    customer_id uuid,
    address_id uuid,
    currency text NOT NULL,
    commercial text NOT NULL,
    money text NOT NULL,
    verification text NOT NULL,
    headline text NOT NULL,
    open_holds integer NOT NULL DEFAULT 0,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    shipping_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    rounding_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    paid_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    tax_included boolean NOT NULL,
    shipping_service text,
    units integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    note text,
    placed_by text NOT NULL,
    placed_at timestamptz NOT NULL,
    hold_until timestamptz,
    accepted_at timestamptz,
    delivered_at timestamptz,
    closed_at timestamptz,
    CONSTRAINT sales_order_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT sales_order_number_once UNIQUE (shop_id, number),
    CONSTRAINT sales_order_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel (shop_id, id),
    CONSTRAINT sales_order_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer (shop_id, id),
    CONSTRAINT sales_order_kind_known CHECK (kind IN ('b2c', 'b2b', 'dropship', 'preorder', 'made_to_order', 'subscription')),
    CONSTRAINT sales_order_terms_known CHECK (terms IN ('prepaid', 'cod', 'invoice')),
    CONSTRAINT sales_order_commercial_known CHECK (commercial IN ('draft', 'awaiting_payment', 'accepted', 'completed', 'cancelled', 'expired')),
    CONSTRAINT sales_order_money_known CHECK (money IN ('unpaid', 'pending', 'unknown', 'partly_paid', 'paid', 'overpaid', 'partly_refunded', 'refunded', 'cod_due', 'cod_collected', 'cod_remitted')),
    CONSTRAINT sales_order_verification_known CHECK (verification IN ('not_needed', 'waiting', 'confirmed', 'refused', 'unreachable', 'waived')),
    CONSTRAINT sales_order_headline_known CHECK (headline IN ('awaiting_payment', 'accepted', 'processing', 'packed', 'shipped', 'completed', 'cancelled', 'returned')),
    CONSTRAINT sales_order_adds_up CHECK (total_minor = goods_minor - discount_minor + shipping_minor + CASE WHEN tax_included THEN 0 ELSE tax_minor END + rounding_minor),
    CONSTRAINT sales_order_money_not_negative CHECK (goods_minor >= 0 AND discount_minor >= 0 AND shipping_minor >= 0 AND tax_minor >= 0 AND total_minor >= 0 AND paid_minor >= 0 AND refunded_minor >= 0),
    CONSTRAINT sales_order_waits_with_a_limit CHECK (commercial <> 'awaiting_payment' OR hold_until IS NOT NULL),
    CONSTRAINT sales_order_holds_counted CHECK (open_holds >= 0)
) WITH (fillfactor = 80);

COMMENT ON TABLE sales_order IS 'distributed: an order; each axis has its own column, headline is an index for lists';

CREATE UNIQUE INDEX sales_order_external_once ON sales_order (shop_id, channel_id, external_id) WHERE external_id IS NOT NULL;

CREATE UNIQUE INDEX sales_order_cart_once ON sales_order (shop_id, cart_id) WHERE cart_id IS NOT NULL;

CREATE INDEX sales_order_newest ON sales_order (shop_id, placed_at DESC, id DESC);

CREATE INDEX sales_order_headline ON sales_order (shop_id, headline, placed_at DESC, id DESC);

CREATE INDEX sales_order_customer_of ON sales_order (shop_id, customer_id, placed_at DESC, id DESC) WHERE customer_id IS NOT NULL;

CREATE INDEX sales_order_channel_of ON sales_order (shop_id, channel_id, placed_at DESC, id DESC);

-- The rare ones only, so that placing and paying an ordinary order writes none of these.

CREATE INDEX sales_order_held ON sales_order (shop_id, placed_at DESC, id DESC) WHERE open_holds > 0;

CREATE INDEX sales_order_odd_money ON sales_order (shop_id, money, placed_at DESC, id DESC) WHERE money NOT IN ('unpaid', 'paid', 'cod_due');

CREATE INDEX sales_order_odd_kind ON sales_order (shop_id, kind, placed_at DESC, id DESC) WHERE kind <> 'b2c';

CREATE INDEX sales_order_to_complete ON sales_order (shop_id, delivered_at) WHERE commercial = 'accepted' AND delivered_at IS NOT NULL;

CREATE INDEX sales_order_due ON sales_order (shop_id, hold_until) WHERE commercial = 'awaiting_payment';

CREATE TABLE order_line (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    sku_code text NOT NULL,
    title text NOT NULL,
    unit_price_minor bigint NOT NULL,
    quantity integer NOT NULL,
    allocated integer NOT NULL DEFAULT 0,
    picked integer NOT NULL DEFAULT 0,
    packed integer NOT NULL DEFAULT 0,
    shipped integer NOT NULL DEFAULT 0,
    delivered integer NOT NULL DEFAULT 0,
    returned integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    tax_class text NOT NULL,
    tax_rate_bp integer NOT NULL,
    discounts jsonb,
    CONSTRAINT order_line_pkey PRIMARY KEY (shop_id, order_id, line_no),
    CONSTRAINT order_line_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_line_quantities_in_order CHECK (
        quantity > 0 AND cancelled BETWEEN 0 AND quantity
        AND allocated BETWEEN 0 AND quantity - cancelled
        AND picked BETWEEN 0 AND quantity - cancelled
        AND packed BETWEEN 0 AND picked
        AND shipped BETWEEN 0 AND packed
        AND delivered BETWEEN 0 AND shipped
        AND returned BETWEEN 0 AND shipped),
    CONSTRAINT order_line_money_not_negative CHECK (unit_price_minor >= 0 AND goods_minor >= 0 AND discount_minor BETWEEN 0 AND goods_minor AND tax_minor >= 0)
) WITH (fillfactor = 80);

COMMENT ON TABLE order_line IS 'distributed: what was ordered, as quantities by state, never one row per unit; allocated counts every unit promised and not yet released, picked and shipped ones included';

CREATE INDEX order_line_sku ON order_line (shop_id, sku_id, order_id DESC);

CREATE TABLE order_move (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    axis text NOT NULL,
    from_state text NOT NULL,
    event text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    CONSTRAINT order_move_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_move_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_move_axis_known CHECK (axis IN ('commercial', 'money', 'verification', 'task', 'parcel', 'return', 'hold', 'change', 'refund'))
);

COMMENT ON TABLE order_move IS 'distributed: every move of every axis of an order, append-only';

CREATE TABLE order_hold (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    owner text NOT NULL,
    expires_at timestamptz,
    placed_at timestamptz NOT NULL,
    placed_by text NOT NULL,
    released_at timestamptz,
    released_by text,
    CONSTRAINT order_hold_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_hold_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_hold_kind_known CHECK (kind IN ('fraud', 'address', 'stock', 'customer_request', 'proof', 'credit', 'payment', 'other')),
    CONSTRAINT order_hold_release_is_told CHECK ((released_at IS NULL) = (released_by IS NULL))
);

COMMENT ON TABLE order_hold IS 'distributed: reasons to wait; picking cannot start while one is open';

CREATE INDEX order_hold_open ON order_hold (shop_id, expires_at) WHERE released_at IS NULL;

CREATE TABLE order_note (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    body text NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT order_note_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_note_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE order_note IS 'distributed: what people wrote about an order';

CREATE TABLE order_tag (
    shop_id bigint NOT NULL,
    tag text NOT NULL,
    order_id uuid NOT NULL,
    placed_at timestamptz NOT NULL,
    CONSTRAINT order_tag_pkey PRIMARY KEY (shop_id, order_id, tag),
    CONSTRAINT order_tag_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE order_tag IS 'distributed: labels people gave an order; placed_at is the order''s, so that a tag''s orders are listed without reading all of them';

CREATE INDEX order_tag_of ON order_tag (shop_id, tag, placed_at DESC, order_id DESC);

CREATE TABLE order_version (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    version integer NOT NULL,
    snapshot jsonb NOT NULL,
    replaced_at timestamptz NOT NULL,
    replaced_by text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT order_version_pkey PRIMARY KEY (shop_id, order_id, version),
    CONSTRAINT order_version_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE order_version IS 'distributed: an order exactly as it was before a change replaced it';

CREATE TABLE order_change (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    base_version integer NOT NULL,
    state text NOT NULL,
    actions jsonb NOT NULL,
    difference_minor bigint,
    reason text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    CONSTRAINT order_change_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_change_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_change_state_known CHECK (state IN ('open', 'confirmed', 'declined'))
);

COMMENT ON TABLE order_change IS 'distributed: a staged edit: previewed, then confirmed or declined';

CREATE UNIQUE INDEX order_change_open_once ON order_change (shop_id, order_id) WHERE state = 'open';

CREATE TABLE saved_view (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    page text NOT NULL,
    staff_id uuid,
    name text NOT NULL,
    query text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT saved_view_pkey PRIMARY KEY (shop_id, id)
);

COMMENT ON TABLE saved_view IS 'distributed: filters a person kept under a name; without a person it is shared';

CREATE TABLE order_bulk (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    verb text NOT NULL,
    arguments jsonb NOT NULL,
    started_by text NOT NULL,
    started_at timestamptz NOT NULL,
    CONSTRAINT order_bulk_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT order_bulk_verb_known CHECK (verb IN ('pay', 'cancel', 'tag', 'untag', 'hold', 'release', 'complete'))
);

COMMENT ON TABLE order_bulk IS 'distributed: one thing done to many orders, each for itself';

CREATE TABLE order_bulk_row (
    shop_id bigint NOT NULL,
    bulk_id uuid NOT NULL,
    turn integer NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    refusal jsonb,
    CONSTRAINT order_bulk_row_pkey PRIMARY KEY (shop_id, bulk_id, turn),
    CONSTRAINT order_bulk_row_bulk FOREIGN KEY (shop_id, bulk_id) REFERENCES order_bulk (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_bulk_row_state_known CHECK (state IN ('waiting', 'done', 'refused')),
    CONSTRAINT order_bulk_row_refusal_is_told CHECK ((state = 'refused') = (refusal IS NOT NULL))
);

COMMENT ON TABLE order_bulk_row IS 'distributed: what became of each order of a bulk action';
