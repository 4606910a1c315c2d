-- The packing table: what was put into which parcel, scanned unit by unit, weighed and photographed.

CREATE TABLE packing_policy (
    shop_id bigint NOT NULL,
    required boolean NOT NULL,
    weigh boolean NOT NULL,
    photo boolean NOT NULL,
    tolerance_g integer NOT NULL,
    tolerance_bp integer NOT NULL,
    CONSTRAINT packing_policy_pkey PRIMARY KEY (shop_id),
    CONSTRAINT packing_policy_tolerance CHECK (tolerance_g BETWEEN 0 AND 10000 AND tolerance_bp BETWEEN 0 AND 5000)
);

COMMENT ON TABLE packing_policy IS 'distributed: what has to be seen to of a parcel before it may leave; of the tolerances the wider one holds';

CREATE TABLE carton (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    length_mm integer NOT NULL,
    width_mm integer NOT NULL,
    height_mm integer NOT NULL,
    weight_g integer NOT NULL,
    carries_g integer NOT NULL,
    cost_minor bigint NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT carton_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT carton_code_once UNIQUE (shop_id, code),
    CONSTRAINT carton_holds_something CHECK (length_mm > 0 AND width_mm > 0 AND height_mm > 0 AND carries_g > 0),
    CONSTRAINT carton_not_negative CHECK (weight_g >= 0 AND cost_minor >= 0)
);

COMMENT ON TABLE carton IS 'distributed: boxes the shop packs in; measures are those of the inside';

CREATE TABLE packing (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    order_id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    closed_by text,
    override_why text,
    CONSTRAINT packing_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT packing_task FOREIGN KEY (shop_id, task_id) REFERENCES task (shop_id, id),
    CONSTRAINT packing_state_known CHECK (state IN ('open', 'closed', 'dropped')),
    CONSTRAINT packing_closed_by_somebody CHECK (state <> 'closed' OR closed_by IS NOT NULL)
);

COMMENT ON TABLE packing IS 'distributed: a task at the packing table; override_why is why somebody closed it although something of it is not as it should be';

CREATE UNIQUE INDEX packing_once ON packing (shop_id, task_id) WHERE state <> 'dropped';

CREATE INDEX packing_open ON packing (shop_id, location_id, opened_at) WHERE state = 'open';

CREATE INDEX packing_of_order ON packing (shop_id, order_id);

CREATE TABLE packing_parcel (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    no integer NOT NULL,
    carton_id uuid,
    weight_g integer,
    photo_enc bytea,
    CONSTRAINT packing_parcel_pkey PRIMARY KEY (shop_id, packing_id, no),
    CONSTRAINT packing_parcel_packing FOREIGN KEY (shop_id, packing_id) REFERENCES packing (shop_id, id),
    CONSTRAINT packing_parcel_carton FOREIGN KEY (shop_id, carton_id) REFERENCES carton (shop_id, id),
    CONSTRAINT packing_parcel_numbered CHECK (no BETWEEN 1 AND 20),
    CONSTRAINT packing_parcel_weighs_something CHECK (weight_g > 0)
);

COMMENT ON TABLE packing_parcel IS 'distributed: parcels of a packing; the picture of the opened one is under the key of its buyer';

CREATE TABLE packing_unit (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    parcel_no integer NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT packing_unit_pkey PRIMARY KEY (shop_id, packing_id, parcel_no, line_no, sku_id, owner_id, lot_id),
    CONSTRAINT packing_unit_parcel FOREIGN KEY (shop_id, packing_id, parcel_no) REFERENCES packing_parcel (shop_id, packing_id, no),
    CONSTRAINT packing_unit_some CHECK (quantity > 0)
);

COMMENT ON TABLE packing_unit IS 'distributed: units in a parcel, by the line and stock row they are of';

CREATE TABLE packing_scan (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    id uuid NOT NULL,
    parcel_no integer NOT NULL,
    scanned text NOT NULL,
    outcome text NOT NULL,
    sku_id uuid,
    serial text,
    quantity integer NOT NULL,
    actor text NOT NULL,
    happened_at timestamptz NOT NULL,
    CONSTRAINT packing_scan_pkey PRIMARY KEY (shop_id, packing_id, id),
    CONSTRAINT packing_scan_packing FOREIGN KEY (shop_id, packing_id) REFERENCES packing (shop_id, id),
    CONSTRAINT packing_scan_outcome_known CHECK (outcome IN ('right', 'wrong', 'extra', 'doubled', 'other_lot', 'expired', 'unreadable', 'taken_out'))
);

COMMENT ON TABLE packing_scan IS 'distributed: every scan at the packing table and what became of it, refused ones too';

CREATE UNIQUE INDEX packing_scan_serial_once ON packing_scan (shop_id, packing_id, sku_id, serial) WHERE outcome = 'right' AND serial IS NOT NULL;
