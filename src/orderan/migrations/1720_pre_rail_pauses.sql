-- Rails taken out of use by hand.

CREATE TABLE rail_pause (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    rail_id uuid NOT NULL,
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    reason text NOT NULL,
    until timestamptz,
    opened_at timestamptz,
    opened_by text,
    CONSTRAINT rail_pause_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT rail_pause_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail (shop_id, id),
    CONSTRAINT rail_pause_forward CHECK (until > paused_at),
    CONSTRAINT rail_pause_opened_by_somebody CHECK ((opened_at IS NULL) = (opened_by IS NULL))
);

COMMENT ON TABLE rail_pause IS 'distributed: when a rail was taken out of use by hand, by whom and why; until opened_at no new payment begins on it';

CREATE UNIQUE INDEX rail_pause_one_open ON rail_pause (shop_id, rail_id) WHERE opened_at IS NULL;

CREATE INDEX rail_pause_of ON rail_pause (shop_id, rail_id, paused_at);
