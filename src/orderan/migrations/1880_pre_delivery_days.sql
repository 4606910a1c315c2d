-- On the day a parcel comes its buyer is asked whether somebody is home: the day, its attempts, what became of the parcel.

ALTER TABLE parcel ADD COLUMN deliver_on date;

CREATE INDEX parcel_promised ON parcel (shop_id, deliver_on) WHERE deliver_on IS NOT NULL;

CREATE TABLE delivery_day (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    day date NOT NULL,
    state text NOT NULL,
    policy_version integer NOT NULL,
    step integer NOT NULL,
    tries integer NOT NULL,
    next_at timestamptz,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    put_off_to date,
    answered_at timestamptz,
    answered_by text,
    CONSTRAINT delivery_day_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_day_once UNIQUE (shop_id, parcel_id, day),
    CONSTRAINT delivery_day_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT delivery_day_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT delivery_day_state_known CHECK (state IN ('waiting', 'asked', 'home', 'another_day', 'nobody', 'unreachable', 'overtaken')),
    CONSTRAINT delivery_day_counts CHECK (step >= 0 AND tries >= 0),
    CONSTRAINT delivery_day_over_is_not_due CHECK (next_at IS NULL OR state IN ('waiting', 'asked')),
    CONSTRAINT delivery_day_put_off_says_to_when CHECK ((state = 'another_day') = (put_off_to IS NOT NULL)),
    CONSTRAINT delivery_day_answered_by_somebody CHECK ((answered_at IS NULL) = (answered_by IS NULL))
);

COMMENT ON TABLE delivery_day IS 'distributed: whether somebody is home on the day a parcel comes: who is asked, and what they answered';

CREATE INDEX delivery_day_due ON delivery_day (shop_id, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX delivery_day_of_order ON delivery_day (shop_id, order_id);

ALTER TABLE verification_attempt ADD COLUMN day_id uuid;

ALTER TABLE verification_attempt ADD COLUMN case_of uuid GENERATED ALWAYS AS (CASE WHEN day_id IS NULL THEN order_id END) STORED;

ALTER TABLE verification_attempt DROP CONSTRAINT verification_attempt_case;

ALTER TABLE verification_attempt ADD CONSTRAINT verification_attempt_case FOREIGN KEY (shop_id, case_of) REFERENCES verification_case (shop_id, order_id) NOT VALID;

ALTER TABLE verification_attempt VALIDATE CONSTRAINT verification_attempt_case;

ALTER TABLE verification_attempt ADD CONSTRAINT verification_attempt_day FOREIGN KEY (shop_id, day_id) REFERENCES delivery_day (shop_id, id) NOT VALID;

ALTER TABLE verification_attempt VALIDATE CONSTRAINT verification_attempt_day;

ALTER TABLE verification_attempt DROP CONSTRAINT verification_attempt_state_known;

ALTER TABLE verification_attempt ADD CONSTRAINT verification_attempt_state_known CHECK (state IN ('sending', 'asked', 'unknown', 'confirmed', 'refused', 'put_off', 'missed', 'failed', 'overtaken')) NOT VALID;

ALTER TABLE verification_attempt VALIDATE CONSTRAINT verification_attempt_state_known;

ALTER TABLE verification_attempt ADD CONSTRAINT verification_attempt_puts_off_a_day CHECK (state <> 'put_off' OR day_id IS NOT NULL) NOT VALID;

ALTER TABLE verification_attempt VALIDATE CONSTRAINT verification_attempt_puts_off_a_day;

DROP INDEX verification_attempt_one_open;

CREATE UNIQUE INDEX verification_attempt_one_open ON verification_attempt (shop_id, order_id) WHERE state IN ('sending', 'asked', 'unknown') AND day_id IS NULL;

CREATE UNIQUE INDEX verification_attempt_one_open_a_day ON verification_attempt (shop_id, day_id) WHERE state IN ('sending', 'asked', 'unknown') AND day_id IS NOT NULL;

CREATE INDEX verification_attempt_of_day ON verification_attempt (shop_id, day_id, began_at) WHERE day_id IS NOT NULL;
