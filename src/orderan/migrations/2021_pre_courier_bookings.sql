-- Parcels booked at couriers, and who sends them from where.

CREATE TABLE parcel_sender (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    postcode text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT parcel_sender_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT parcel_sender_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id)
);

COMMENT ON TABLE parcel_sender IS 'distributed: who a courier asks for at a location, and by which number';

CREATE TABLE courier_booking (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    task_id uuid NOT NULL,
    key text NOT NULL,
    state text NOT NULL,
    account_id uuid,
    courier text,
    service text,
    weight_g integer NOT NULL,
    value_minor bigint NOT NULL,
    cod_minor bigint NOT NULL,
    insured boolean NOT NULL,
    cost_minor bigint,
    insurance_minor bigint,
    cod_fee_minor bigint,
    charged_minor bigint,
    least_days integer,
    most_days integer,
    serial bigint,
    prepared text,
    reference text,
    awb text,
    routing_code text,
    reason text,
    parcel_id uuid,
    wanted_by text NOT NULL,
    wanted_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    ask_at timestamptz,
    asked integer NOT NULL,
    CONSTRAINT courier_booking_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_booking_key_once UNIQUE (shop_id, key),
    CONSTRAINT courier_booking_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT courier_booking_task FOREIGN KEY (shop_id, task_id) REFERENCES task (shop_id, id),
    CONSTRAINT courier_booking_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account (shop_id, id),
    CONSTRAINT courier_booking_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT courier_booking_state_known CHECK (state IN ('wanted', 'asking', 'unknown', 'booked', 'failed', 'withdrawing', 'withdrawn', 'handed_over')),
    CONSTRAINT courier_booking_chosen_before_asked CHECK (state IN ('wanted', 'failed', 'withdrawn') OR (account_id IS NOT NULL AND courier IS NOT NULL AND service IS NOT NULL)),
    CONSTRAINT courier_booking_leaves_in_a_parcel CHECK ((state = 'handed_over') = (parcel_id IS NOT NULL)),
    CONSTRAINT courier_booking_amounts CHECK (value_minor >= 0 AND cod_minor >= 0 AND weight_g >= 0)
);

COMMENT ON TABLE courier_booking IS 'distributed: tries to have a packed task carried, from before its courier is asked; the key is the name the courier knows it by';

CREATE UNIQUE INDEX courier_booking_one_at_a_time ON courier_booking (shop_id, task_id) WHERE state IN ('wanted', 'asking', 'unknown', 'booked');

CREATE UNIQUE INDEX courier_booking_serial_once ON courier_booking (shop_id, account_id, serial) WHERE serial IS NOT NULL;

CREATE INDEX courier_booking_due ON courier_booking (shop_id, ask_at) WHERE ask_at IS NOT NULL;

CREATE INDEX courier_booking_of_order ON courier_booking (shop_id, order_id);

CREATE INDEX courier_booking_of_task ON courier_booking (shop_id, task_id);

CREATE INDEX courier_booking_of_parcel ON courier_booking (shop_id, parcel_id) WHERE parcel_id IS NOT NULL;

CREATE INDEX courier_booking_named ON courier_booking (shop_id, account_id, reference);
