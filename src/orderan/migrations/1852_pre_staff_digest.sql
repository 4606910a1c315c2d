-- Who of the staff wants a letter a day about what waits, and at which hour.

CREATE TABLE staff_digest (
    shop_id bigint NOT NULL,
    staff_id uuid NOT NULL,
    hour integer NOT NULL,
    last_day date,
    tries integer NOT NULL DEFAULT 0,
    again_at timestamptz,
    CONSTRAINT staff_digest_pkey PRIMARY KEY (shop_id, staff_id),
    CONSTRAINT staff_digest_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff (shop_id, id),
    CONSTRAINT staff_digest_hour_known CHECK (hour BETWEEN 0 AND 23),
    CONSTRAINT staff_digest_tries_count CHECK (tries >= 0)
);

COMMENT ON TABLE staff_digest IS 'distributed: people of the shop who want a letter a day; last_day is the one whose letter was begun, so that no day has two';
