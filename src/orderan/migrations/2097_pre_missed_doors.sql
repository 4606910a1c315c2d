-- What buyers want done with a parcel that could not be handed over, asked once for each try in vain.

CREATE TABLE missed_door (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    state text NOT NULL,
    wish text,
    deliver_on date,
    words_enc bytea,
    missed_at timestamptz NOT NULL,
    wished_at timestamptz,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    CONSTRAINT missed_door_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT missed_door_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT missed_door_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT missed_door_state_known CHECK (state IN ('waiting', 'wished', 'told', 'overtaken')),
    CONSTRAINT missed_door_wish_known CHECK (wish IN ('another_day', 'other_address', 'send_back')),
    CONSTRAINT missed_door_wished CHECK ((wish IS NULL) = (wished_at IS NULL) AND (state NOT IN ('wished', 'told') OR wish IS NOT NULL) AND (state <> 'waiting' OR wish IS NULL)),
    CONSTRAINT missed_door_day_of_a_day CHECK ((wish = 'another_day') IS TRUE = (deliver_on IS NOT NULL)),
    CONSTRAINT missed_door_words_of_an_address CHECK (words_enc IS NULL OR wish = 'other_address')
);

COMMENT ON TABLE missed_door IS 'distributed: tries to hand a parcel over in vain, and what its buyer wants done about each; words are sealed with their key, empty where they were erased';

CREATE UNIQUE INDEX missed_door_open_once ON missed_door (shop_id, parcel_id) WHERE state IN ('waiting', 'wished');

CREATE INDEX missed_door_of ON missed_door (shop_id, parcel_id, missed_at);

CREATE INDEX missed_door_of_order ON missed_door (shop_id, order_id) WHERE state = 'waiting';
