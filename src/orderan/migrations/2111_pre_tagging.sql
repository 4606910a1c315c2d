-- RFID: what readers heard, each tag once, and which tagged units were received.

CREATE TABLE tag_session (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL,
    target_id uuid NOT NULL,
    location_id uuid NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    booked_by text,
    booked_at timestamptz,
    booked_units bigint NOT NULL DEFAULT 0,
    CONSTRAINT tag_session_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT tag_session_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT tag_session_purpose_known CHECK (purpose IN ('receipt', 'count', 'dispatch')),
    CONSTRAINT tag_session_booked_by_somebody CHECK ((booked_at IS NULL) = (booked_by IS NULL)),
    CONSTRAINT tag_session_booked_some CHECK (booked_units >= 0)
);

COMMENT ON TABLE tag_session IS 'distributed: tags read for a receipt, a count or a pick-up, until they are booked there';

CREATE INDEX tag_session_newest ON tag_session (shop_id, opened_at DESC, id DESC);

CREATE TABLE tag_seen (
    shop_id bigint NOT NULL,
    session_id uuid NOT NULL,
    epc text NOT NULL,
    gtin text,
    serial text,
    sscc text,
    fault text,
    reads bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT tag_seen_pkey PRIMARY KEY (shop_id, session_id, epc),
    CONSTRAINT tag_seen_session FOREIGN KEY (shop_id, session_id) REFERENCES tag_session (shop_id, id),
    CONSTRAINT tag_seen_is_one_thing CHECK (num_nonnulls(gtin, sscc, fault) = 1 AND (gtin IS NULL) = (serial IS NULL)),
    CONSTRAINT tag_seen_was_read CHECK (reads >= 1 AND first_at <= last_at)
);

COMMENT ON TABLE tag_seen IS 'distributed: a tag of a session, once however often and by however many readers it was heard';

CREATE TABLE tag_unit (
    shop_id bigint NOT NULL,
    epc text NOT NULL,
    sku_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    location_id uuid NOT NULL,
    session_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT tag_unit_pkey PRIMARY KEY (shop_id, epc),
    CONSTRAINT tag_unit_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT tag_unit_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id)
);

COMMENT ON TABLE tag_unit IS 'distributed: tagged units that were received, each in the session that booked it last';

CREATE TABLE container_notice (
    shop_id bigint NOT NULL,
    sscc text NOT NULL,
    told_by text NOT NULL,
    told_at timestamptz NOT NULL,
    session_id uuid,
    received_at timestamptz,
    CONSTRAINT container_notice_pkey PRIMARY KEY (shop_id, sscc),
    CONSTRAINT container_notice_digits CHECK (sscc ~ '^[0-9]{18}$'),
    CONSTRAINT container_notice_received_in_a_session CHECK ((session_id IS NULL) = (received_at IS NULL))
);

COMMENT ON TABLE container_notice IS 'distributed: cartons a supplier told of, until they are received';

CREATE TABLE container_notice_line (
    shop_id bigint NOT NULL,
    sscc text NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    lot text,
    expires_on date,
    quantity bigint NOT NULL,
    CONSTRAINT container_notice_line_pkey PRIMARY KEY (shop_id, sscc, line_no),
    CONSTRAINT container_notice_line_notice FOREIGN KEY (shop_id, sscc) REFERENCES container_notice (shop_id, sscc),
    CONSTRAINT container_notice_line_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT container_notice_line_some CHECK (quantity > 0 AND line_no >= 1)
);

COMMENT ON TABLE container_notice_line IS 'distributed: what a carton holds, as its supplier told';
