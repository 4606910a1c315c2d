-- Own vans: where they begin, who drives them, a day of theirs, and the doors they stop at.

ALTER TABLE staff DROP CONSTRAINT staff_roles_known;

ALTER TABLE staff ADD CONSTRAINT staff_roles_known CHECK (roles <@ ARRAY['owner', 'operations', 'warehouse', 'driver', 'care', 'finance', 'marketing', 'viewer']) NOT VALID;

ALTER TABLE staff VALIDATE CONSTRAINT staff_roles_known;

CREATE TABLE fleet_depot (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    opens time NOT NULL,
    closes time NOT NULL,
    service_s integer NOT NULL,
    CONSTRAINT fleet_depot_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT fleet_depot_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT fleet_depot_on_the_globe CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT fleet_depot_opens_before_it_closes CHECK (opens < closes),
    CONSTRAINT fleet_depot_service_in_bounds CHECK (service_s BETWEEN 0 AND 7200)
);

COMMENT ON TABLE fleet_depot IS 'distributed: where vans of a location begin, when doors are stopped at, and how long a stop takes';

CREATE TABLE fleet_van (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    name text NOT NULL,
    capacity_g bigint NOT NULL,
    capacity_parcels integer NOT NULL,
    cash_limit_minor bigint NOT NULL,
    fixed_minor bigint NOT NULL,
    per_km_minor bigint NOT NULL,
    per_hour_minor bigint NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT fleet_van_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_van_name_once UNIQUE (shop_id, location_id, name),
    CONSTRAINT fleet_van_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot (shop_id, location_id),
    CONSTRAINT fleet_van_holds_something CHECK (capacity_g > 0 AND capacity_parcels > 0),
    CONSTRAINT fleet_van_costs_not_negative CHECK (cash_limit_minor >= 0 AND fixed_minor >= 0 AND per_km_minor >= 0 AND per_hour_minor >= 0)
);

COMMENT ON TABLE fleet_van IS 'distributed: vans, what they hold, how much cash may be in one, and what driving it costs';

CREATE TABLE fleet_driver (
    shop_id bigint NOT NULL,
    staff_id uuid NOT NULL,
    location_id uuid NOT NULL,
    begins time NOT NULL,
    ends time NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT fleet_driver_pkey PRIMARY KEY (shop_id, staff_id),
    CONSTRAINT fleet_driver_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff (shop_id, id),
    CONSTRAINT fleet_driver_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot (shop_id, location_id),
    CONSTRAINT fleet_driver_begins_before_it_ends CHECK (begins < ends)
);

COMMENT ON TABLE fleet_driver IS 'distributed: accounts of the shop that drive, and the hours of their shift on the clock of the location';

CREATE TABLE fleet_area (
    shop_id bigint NOT NULL,
    area_code text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT fleet_area_pkey PRIMARY KEY (shop_id, area_code),
    CONSTRAINT fleet_area_on_the_globe CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)
);

COMMENT ON TABLE fleet_area IS 'distributed: the middle of a region, for doors in it that nobody has pinned; the longest code that begins a village code counts';

CREATE TABLE fleet_door (
    shop_id bigint NOT NULL,
    address_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    point_enc bytea NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT fleet_door_pkey PRIMARY KEY (shop_id, address_id),
    CONSTRAINT fleet_door_address FOREIGN KEY (shop_id, address_id) REFERENCES customer_address (shop_id, id)
);

COMMENT ON TABLE fleet_door IS 'distributed: where the door of an address is, under the key of the person who lives behind it';

CREATE TABLE fleet_wish (
    shop_id bigint NOT NULL,
    parcel_id uuid NOT NULL,
    opens time NOT NULL,
    closes time NOT NULL,
    CONSTRAINT fleet_wish_pkey PRIMARY KEY (shop_id, parcel_id),
    CONSTRAINT fleet_wish_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT fleet_wish_opens_before_it_closes CHECK (opens < closes)
);

COMMENT ON TABLE fleet_wish IS 'distributed: the hours somebody is home for a parcel, on the clock of the location it leaves from';

CREATE TABLE fleet_run (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    van_id uuid NOT NULL,
    driver_id uuid NOT NULL,
    state text NOT NULL,
    weather text NOT NULL,
    metres integer NOT NULL,
    leaves_at timestamptz NOT NULL,
    returns_at timestamptz NOT NULL,
    planned_by text NOT NULL,
    planned_at timestamptz NOT NULL,
    solved_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    left_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT fleet_run_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_run_van FOREIGN KEY (shop_id, van_id) REFERENCES fleet_van (shop_id, id),
    CONSTRAINT fleet_run_driver FOREIGN KEY (shop_id, driver_id) REFERENCES fleet_driver (shop_id, staff_id),
    CONSTRAINT fleet_run_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot (shop_id, location_id),
    CONSTRAINT fleet_run_state_known CHECK (state IN ('planned', 'out', 'back', 'closed', 'cancelled')),
    CONSTRAINT fleet_run_out_has_left CHECK ((left_at IS NULL) = (state IN ('planned', 'cancelled')))
);

COMMENT ON TABLE fleet_run IS 'distributed: a tour of a van with its driver; times are those of the last solution; version counts every change of it or its stops';

CREATE UNIQUE INDEX fleet_run_van_once ON fleet_run (shop_id, van_id) WHERE state IN ('planned', 'out');

CREATE UNIQUE INDEX fleet_run_driver_once ON fleet_run (shop_id, driver_id) WHERE state IN ('planned', 'out');

CREATE INDEX fleet_run_of_day ON fleet_run (shop_id, location_id, day);

CREATE INDEX fleet_run_open ON fleet_run (shop_id, state, moved_at) WHERE state IN ('planned', 'out', 'back');

CREATE TABLE fleet_stop (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    turn integer NOT NULL,
    state text NOT NULL,
    arrives_at timestamptz NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    cash_minor bigint NOT NULL,
    collected_minor bigint NOT NULL,
    pinned boolean NOT NULL,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    reason text,
    received_by_enc bytea,
    photo_enc bytea,
    CONSTRAINT fleet_stop_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_stop_run FOREIGN KEY (shop_id, run_id) REFERENCES fleet_run (shop_id, id),
    CONSTRAINT fleet_stop_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT fleet_stop_state_known CHECK (state IN ('planned', 'next', 'delivered', 'failed', 'skipped')),
    CONSTRAINT fleet_stop_failed_says_why CHECK ((state = 'failed') = (reason IS NOT NULL)),
    CONSTRAINT fleet_stop_proof_of_delivery CHECK (state = 'delivered' OR (received_by_enc IS NULL AND photo_enc IS NULL)),
    CONSTRAINT fleet_stop_collects_where_it_delivers CHECK (collected_minor = 0 OR state = 'delivered'),
    CONSTRAINT fleet_stop_cash_not_negative CHECK (cash_minor >= 0 AND collected_minor >= 0)
);

COMMENT ON TABLE fleet_stop IS 'distributed: a parcel on a run; who took it and its picture are under the key of its buyer; cash is what was to be collected when it was planned, collected what the driver took';

CREATE UNIQUE INDEX fleet_stop_parcel_once ON fleet_stop (shop_id, parcel_id) WHERE state IN ('planned', 'next');

CREATE UNIQUE INDEX fleet_stop_one_next ON fleet_stop (shop_id, run_id) WHERE state = 'next';

CREATE INDEX fleet_stop_of_run ON fleet_stop (shop_id, run_id, turn);

CREATE INDEX fleet_stop_of_parcel ON fleet_stop (shop_id, parcel_id);

CREATE INDEX fleet_stop_of_order ON fleet_stop (shop_id, order_id);

CREATE TABLE fleet_position (
    shop_id bigint NOT NULL,
    van_id uuid NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT fleet_position_pkey PRIMARY KEY (shop_id, van_id),
    CONSTRAINT fleet_position_van FOREIGN KEY (shop_id, van_id) REFERENCES fleet_van (shop_id, id),
    CONSTRAINT fleet_position_on_the_globe CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)
);

COMMENT ON TABLE fleet_position IS 'distributed: where the telephone of a driver saw a van last, while it is out';

CREATE TABLE fleet_planning (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    run_id uuid,
    weather text NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    refusal text,
    outcome jsonb,
    CONSTRAINT fleet_planning_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_planning_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot (shop_id, location_id),
    CONSTRAINT fleet_planning_run FOREIGN KEY (shop_id, run_id) REFERENCES fleet_run (shop_id, id),
    CONSTRAINT fleet_planning_state_known CHECK (state IN ('asked', 'applied', 'refused')),
    CONSTRAINT fleet_planning_refused_says_why CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT fleet_planning_applied_says_what CHECK ((state = 'applied') = (outcome IS NOT NULL))
);

COMMENT ON TABLE fleet_planning IS 'distributed: routes that were asked for: of a location, or the rest of one run; what came of it, in counts';

CREATE UNIQUE INDEX fleet_planning_one_at_a_time ON fleet_planning (shop_id, location_id) WHERE state = 'asked' AND run_id IS NULL;

CREATE UNIQUE INDEX fleet_planning_one_per_run ON fleet_planning (shop_id, run_id) WHERE state = 'asked' AND run_id IS NOT NULL;

CREATE INDEX fleet_planning_last ON fleet_planning (shop_id, location_id, asked_at);
