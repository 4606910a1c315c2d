-- Work for pickers: what is released together, the lists it is walked by, and what phones said of every unit.

CREATE TABLE picking_policy (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    method text NOT NULL,
    slots integer NOT NULL,
    most_units integer NOT NULL,
    waiting_lists integer NOT NULL,
    automatic boolean NOT NULL,
    elsewhere boolean NOT NULL,
    partial boolean NOT NULL,
    CONSTRAINT picking_policy_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT picking_policy_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT picking_policy_method_known CHECK (method IN ('order', 'batch', 'cluster', 'zone')),
    CONSTRAINT picking_policy_some CHECK (slots BETWEEN 1 AND 60 AND most_units >= 1 AND waiting_lists >= 1)
);

COMMENT ON TABLE picking_policy IS 'distributed: how a location gives work to its pickers';

CREATE TABLE courier_cutoff (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    courier text NOT NULL,
    services text[] NOT NULL,
    closes_minute integer NOT NULL,
    lead_minutes integer NOT NULL,
    days integer[] NOT NULL,
    CONSTRAINT courier_cutoff_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_cutoff_once UNIQUE (shop_id, location_id, courier, closes_minute),
    CONSTRAINT courier_cutoff_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT courier_cutoff_of_a_day CHECK (closes_minute BETWEEN 0 AND 1439),
    CONSTRAINT courier_cutoff_lead_some CHECK (lead_minutes BETWEEN 1 AND 1439),
    CONSTRAINT courier_cutoff_on_days CHECK (cardinality(days) BETWEEN 1 AND 7 AND days <@ ARRAY[1, 2, 3, 4, 5, 6, 7])
);

COMMENT ON TABLE courier_cutoff IS 'distributed: when a courier leaves a location; minutes of its own day, days from Monday 1; no services is all of them';

CREATE TABLE wave (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    method text NOT NULL,
    courier text NOT NULL,
    cutoff_at timestamptz,
    made_by text NOT NULL,
    orders integer NOT NULL,
    units integer NOT NULL,
    walk_cm bigint NOT NULL,
    alone_cm bigint NOT NULL,
    released_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT wave_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT wave_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT wave_state_known CHECK (state IN ('released', 'picking', 'done', 'dropped')),
    CONSTRAINT wave_method_known CHECK (method IN ('order', 'batch', 'cluster', 'zone'))
);

COMMENT ON TABLE wave IS 'distributed: tasks released together; alone_cm is what they would be walked order by order';

CREATE INDEX wave_of_place ON wave (shop_id, location_id, released_at);

CREATE TABLE pick_list (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    wave_id uuid NOT NULL,
    location_id uuid NOT NULL,
    no integer NOT NULL,
    zone text NOT NULL,
    state text NOT NULL,
    picker text,
    walk_cm bigint NOT NULL,
    taken_at timestamptz,
    moved_at timestamptz NOT NULL,
    CONSTRAINT pick_list_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT pick_list_once UNIQUE (shop_id, wave_id, no),
    CONSTRAINT pick_list_wave FOREIGN KEY (shop_id, wave_id) REFERENCES wave (shop_id, id),
    CONSTRAINT pick_list_state_known CHECK (state IN ('open', 'taken', 'done', 'dropped')),
    CONSTRAINT pick_list_taken_by_somebody CHECK (state <> 'taken' OR picker IS NOT NULL)
);

COMMENT ON TABLE pick_list IS 'distributed: what one picker walks at once';

CREATE INDEX pick_list_open ON pick_list (shop_id, location_id, moved_at) WHERE state IN ('open', 'taken');

CREATE TABLE pick_list_task (
    shop_id bigint NOT NULL,
    list_id uuid NOT NULL,
    task_id uuid NOT NULL,
    zone text NOT NULL,
    slot integer NOT NULL,
    live boolean NOT NULL,
    CONSTRAINT pick_list_task_pkey PRIMARY KEY (shop_id, list_id, task_id),
    CONSTRAINT pick_list_task_list FOREIGN KEY (shop_id, list_id) REFERENCES pick_list (shop_id, id),
    CONSTRAINT pick_list_task_task FOREIGN KEY (shop_id, task_id) REFERENCES task (shop_id, id)
);

COMMENT ON TABLE pick_list_task IS 'distributed: orders on a list, each with its slot of the trolley; live until the list ends';

CREATE UNIQUE INDEX pick_list_task_once ON pick_list_task (shop_id, task_id, zone) WHERE live;

CREATE TABLE pick_device (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    actor text NOT NULL,
    seq bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    CONSTRAINT pick_device_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT pick_device_counts_up CHECK (seq >= 0)
);

COMMENT ON TABLE pick_device IS 'distributed: phones that pick; seq is the last number heard of each, its key is derived and not kept';

CREATE TABLE pick_event (
    shop_id bigint NOT NULL,
    device_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    list_id uuid NOT NULL,
    task_id uuid,
    line_no integer,
    sku_id uuid,
    owner_id uuid,
    lot_id uuid,
    bin_id uuid,
    quantity integer NOT NULL,
    scanned text NOT NULL,
    happened_at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL,
    actor text NOT NULL,
    signature text NOT NULL,
    outcome text NOT NULL,
    code text NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT pick_event_pkey PRIMARY KEY (shop_id, device_id, seq),
    CONSTRAINT pick_event_device FOREIGN KEY (shop_id, device_id) REFERENCES pick_device (shop_id, id),
    CONSTRAINT pick_event_kind_known CHECK (kind IN ('pick', 'short', 'wrong')),
    CONSTRAINT pick_event_outcome_known CHECK (outcome IN ('accepted', 'conflict')),
    CONSTRAINT pick_event_some CHECK (quantity >= 1)
);

COMMENT ON TABLE pick_event IS 'distributed: what a phone said, once for each of its numbers, and what became of it; append only';

CREATE INDEX pick_event_of_task ON pick_event (shop_id, task_id, heard_at);

CREATE INDEX pick_event_by_time ON pick_event (shop_id, heard_at);
