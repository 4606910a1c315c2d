-- Work in the warehouse and what leaves it.

CREATE TABLE task (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    assigned_to text,
    planned_at timestamptz NOT NULL,
    released_at timestamptz,
    picking_at timestamptz,
    packed_at timestamptz,
    handed_over_at timestamptz,
    moved_at timestamptz,
    CONSTRAINT task_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT task_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT task_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT task_state_known CHECK (state IN ('planned', 'released', 'picking', 'short', 'picked', 'packed', 'handed_over', 'cancelled'))
);

COMMENT ON TABLE task IS 'distributed: what one location has to do for one order; moved_at is when it came into its state, null while it is in its first';

CREATE INDEX task_order_of ON task (shop_id, order_id);

CREATE INDEX task_queue ON task (shop_id, location_id, state, planned_at, id) WHERE state NOT IN ('handed_over', 'cancelled');

CREATE TABLE task_line (
    shop_id bigint NOT NULL,
    task_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity integer NOT NULL,
    picked integer NOT NULL DEFAULT 0,
    packed integer NOT NULL DEFAULT 0,
    CONSTRAINT task_line_pkey PRIMARY KEY (shop_id, task_id, line_no, sku_id, owner_id, lot_id),
    CONSTRAINT task_line_task FOREIGN KEY (shop_id, task_id) REFERENCES task (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT task_line_quantities_in_order CHECK (quantity > 0 AND picked BETWEEN 0 AND quantity AND packed BETWEEN 0 AND picked)
);

COMMENT ON TABLE task_line IS 'distributed: units of a stock row to pick for an order line; a bundle is picked as its parts';

CREATE TABLE parcel (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    task_id uuid NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    awb text NOT NULL,
    state text NOT NULL,
    contents jsonb NOT NULL,
    weight_g integer NOT NULL,
    created_at timestamptz NOT NULL,
    shipped_at timestamptz,
    delivered_at timestamptz,
    moved_at timestamptz,
    CONSTRAINT parcel_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT parcel_task FOREIGN KEY (shop_id, task_id) REFERENCES task (shop_id, id),
    CONSTRAINT parcel_awb_once UNIQUE (shop_id, courier, awb),
    CONSTRAINT parcel_state_known CHECK (state IN ('created', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'attempt_failed', 'returning', 'returned', 'lost', 'damaged'))
);

COMMENT ON TABLE parcel IS 'distributed: a box with a tracking number (AWB) and what is in it';

CREATE INDEX parcel_order_of ON parcel (shop_id, order_id);

CREATE INDEX parcel_awb ON parcel (shop_id, awb);

CREATE INDEX parcel_under_way ON parcel (shop_id, state, shipped_at) WHERE state NOT IN ('delivered', 'returned', 'lost', 'damaged');
