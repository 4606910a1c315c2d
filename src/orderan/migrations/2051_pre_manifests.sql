-- Handing over to a courier's driver by scanning every label: what was given, what stayed behind, what did not belong.

CREATE TABLE manifest (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    courier text NOT NULL,
    state text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    closed_by text,
    CONSTRAINT manifest_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT manifest_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT manifest_state_known CHECK (state IN ('open', 'closed', 'dropped')),
    CONSTRAINT manifest_closed_by_somebody CHECK ((state = 'closed') = (closed_by IS NOT NULL))
);

COMMENT ON TABLE manifest IS 'distributed: a pick-up of a courier at a location';

CREATE UNIQUE INDEX manifest_open_once ON manifest (shop_id, location_id, courier) WHERE state = 'open';

CREATE INDEX manifest_latest ON manifest (shop_id, opened_at, id);

CREATE TABLE manifest_scan (
    shop_id bigint NOT NULL,
    manifest_id uuid NOT NULL,
    awb text NOT NULL,
    verdict text NOT NULL,
    task_id uuid,
    actor text NOT NULL,
    scanned_at timestamptz NOT NULL,
    CONSTRAINT manifest_scan_pkey PRIMARY KEY (shop_id, manifest_id, awb),
    CONSTRAINT manifest_scan_manifest FOREIGN KEY (shop_id, manifest_id) REFERENCES manifest (shop_id, id),
    CONSTRAINT manifest_scan_verdict_known CHECK (verdict IN ('ready', 'other_courier', 'other_place', 'cancelled', 'gone', 'not_ready', 'several', 'unknown', 'left_behind')),
    CONSTRAINT manifest_scan_of_a_task CHECK (verdict NOT IN ('ready', 'left_behind') OR task_id IS NOT NULL)
);

COMMENT ON TABLE manifest_scan IS 'distributed: labels that were scanned at a pick-up, each once, and what stayed behind when it was closed';

CREATE INDEX courier_booking_awb ON courier_booking (shop_id, awb) WHERE awb IS NOT NULL;
