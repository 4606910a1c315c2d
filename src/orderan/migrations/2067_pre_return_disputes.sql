-- What was issued for a parcel that comes back, what was seen when it came, and the file that is opened where they differ.

CREATE TABLE return_shipment (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    courier text NOT NULL,
    awb text NOT NULL,
    weight_g integer NOT NULL,
    origin text NOT NULL,
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    CONSTRAINT return_shipment_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_shipment_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_shipment_awb_once UNIQUE (shop_id, awb),
    CONSTRAINT return_shipment_weighs CHECK (weight_g >= 0)
);

COMMENT ON TABLE return_shipment IS 'distributed: the number, the expected weight in grams and the city a return is sent with; origin is empty where nobody knows it';

CREATE TABLE return_reception (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    location_id uuid NOT NULL,
    awb text NOT NULL,
    weight_g integer,
    origin text NOT NULL,
    received_by text NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT return_reception_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_reception_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_reception_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT return_reception_weighs CHECK (weight_g >= 0)
);

COMMENT ON TABLE return_reception IS 'distributed: a return on the receiving table: where, and what its parcel said; empty is what nobody noted';

CREATE TABLE return_reception_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    expected integer NOT NULL,
    received integer NOT NULL,
    damaged integer NOT NULL,
    CONSTRAINT return_reception_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_reception_line_of FOREIGN KEY (shop_id, return_id) REFERENCES return_reception (shop_id, return_id),
    CONSTRAINT return_reception_line_in_order CHECK (expected > 0 AND received BETWEEN 0 AND expected AND damaged BETWEEN 0 AND received)
);

COMMENT ON TABLE return_reception_line IS 'distributed: units that came against units that were to come, and of those how many were damaged to the eye';

CREATE TABLE return_extra (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    what text NOT NULL,
    units integer NOT NULL,
    CONSTRAINT return_extra_pkey PRIMARY KEY (shop_id, return_id, what),
    CONSTRAINT return_extra_of FOREIGN KEY (shop_id, return_id) REFERENCES return_reception (shop_id, return_id),
    CONSTRAINT return_extra_some CHECK (units > 0)
);

COMMENT ON TABLE return_extra IS 'distributed: what lay in a parcel that came back and is not in its return';

CREATE TABLE return_inspection (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    inspected_by text NOT NULL,
    inspected_at timestamptz NOT NULL,
    CONSTRAINT return_inspection_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_inspection_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id)
);

COMMENT ON TABLE return_inspection IS 'distributed: who judged what came back, and when; the judgement stands at the lines';

CREATE TABLE return_dispute (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    found jsonb NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    note text,
    CONSTRAINT return_dispute_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT return_dispute_return FOREIGN KEY (shop_id, id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_dispute_state_known CHECK (state IN ('open', 'evidence', 'for_buyer', 'for_shop')),
    CONSTRAINT return_dispute_decided_by_somebody CHECK ((state IN ('for_buyer', 'for_shop')) = (decided_by IS NOT NULL))
);

COMMENT ON TABLE return_dispute IS 'distributed: one file a return, by its id: what differs from what was issued, until when it is to be decided, and for whom it was';

CREATE INDEX return_dispute_undecided ON return_dispute (shop_id, deadline) WHERE state IN ('open', 'evidence');

CREATE TABLE return_dispute_note (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    return_id uuid NOT NULL,
    words text NOT NULL,
    written_by text NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT return_dispute_note_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT return_dispute_note_of FOREIGN KEY (shop_id, return_id) REFERENCES return_dispute (shop_id, id)
);

COMMENT ON TABLE return_dispute_note IS 'distributed: evidence of a dispute, in words';

CREATE INDEX return_dispute_note_in_order ON return_dispute_note (shop_id, return_id, written_at);

-- A refund of a return whose parcel is not what was issued does not leave.
ALTER TABLE refund ADD COLUMN held_for text;

-- The refund was granted before the goods were seen, to a buyer who is trusted with it.
ALTER TABLE goods_return ADD COLUMN trusted_at timestamptz;
