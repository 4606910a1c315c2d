-- Trouble of payment rails: who is told, whose clock stands still, what was said, and what was announced beforehand.

ALTER TABLE sales_order ADD COLUMN clock_stopped_at timestamptz;

COMMENT ON COLUMN sales_order.clock_stopped_at IS 'since when the limit for paying does not come nearer, because paying is not possible; null while it does';

ALTER TABLE sales_order ADD CONSTRAINT sales_order_clock_stops_while_waiting CHECK (clock_stopped_at IS NULL OR commercial = 'awaiting_payment') NOT VALID;

CREATE TABLE incident (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    state text NOT NULL,
    by_itself boolean NOT NULL,
    since timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    confirmed_at timestamptz,
    recovered_at timestamptz,
    closed_at timestamptz,
    estimate timestamptz,
    evidence jsonb NOT NULL,
    words_id text NOT NULL,
    words_en text NOT NULL,
    published_at timestamptz,
    review text,
    hit_orders integer,
    hit_minor bigint,
    lost_orders integer,
    lost_minor bigint,
    CONSTRAINT incident_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT incident_kind_known CHECK (kind IN ('down', 'slow', 'declines', 'silent', 'other')),
    CONSTRAINT incident_severity_known CHECK (severity IN ('minor', 'major', 'critical')),
    CONSTRAINT incident_state_known CHECK (state IN ('suspected', 'open', 'recovered', 'closed', 'dismissed')),
    CONSTRAINT incident_begins_before_it_is_seen CHECK (since <= opened_at),
    CONSTRAINT incident_closed_with_a_review CHECK (state <> 'closed' OR (review IS NOT NULL AND hit_orders IS NOT NULL AND hit_minor IS NOT NULL AND lost_orders IS NOT NULL AND lost_minor IS NOT NULL))
);

COMMENT ON TABLE incident IS 'distributed: trouble of payment rails, from the first suspicion to the review; words are what is announced';

CREATE INDEX incident_newest ON incident (shop_id, since, id);

CREATE INDEX incident_unfinished ON incident (shop_id, state) WHERE state IN ('suspected', 'open', 'recovered');

CREATE TABLE incident_rail (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    rail_id uuid NOT NULL,
    ended_at timestamptz,
    CONSTRAINT incident_rail_pkey PRIMARY KEY (shop_id, incident_id, rail_id),
    CONSTRAINT incident_rail_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident (shop_id, id),
    CONSTRAINT incident_rail_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail (shop_id, id)
);

COMMENT ON TABLE incident_rail IS 'distributed: the rails an incident is about; until ended_at no other incident is about them';

CREATE UNIQUE INDEX incident_rail_one_open ON incident_rail (shop_id, rail_id) WHERE ended_at IS NULL;

CREATE TABLE incident_told (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    order_id uuid NOT NULL,
    what text NOT NULL,
    attempt_id uuid NOT NULL,
    told_at timestamptz NOT NULL,
    CONSTRAINT incident_told_pkey PRIMARY KEY (shop_id, incident_id, order_id, what),
    CONSTRAINT incident_told_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident (shop_id, id),
    CONSTRAINT incident_told_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT incident_told_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT incident_told_what_known CHECK (what IN ('trouble', 'recovered'))
);

COMMENT ON TABLE incident_told IS 'distributed: which buyers were told of trouble, and of its end: one row is one message';

CREATE TABLE incident_clock (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    order_id uuid NOT NULL,
    stopped_at timestamptz NOT NULL,
    started_at timestamptz,
    CONSTRAINT incident_clock_pkey PRIMARY KEY (shop_id, incident_id, order_id),
    CONSTRAINT incident_clock_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident (shop_id, id),
    CONSTRAINT incident_clock_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id)
);

COMMENT ON TABLE incident_clock IS 'distributed: orders whose limit an incident keeps from coming nearer, since when and until when';

CREATE INDEX incident_clock_of_order ON incident_clock (shop_id, order_id);

CREATE TABLE incident_note (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    at timestamptz NOT NULL,
    written_by text NOT NULL,
    heard boolean NOT NULL,
    who text NOT NULL,
    question text,
    words text NOT NULL,
    CONSTRAINT incident_note_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT incident_note_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident (shop_id, id)
);

COMMENT ON TABLE incident_note IS 'distributed: what was said to a provider and heard from it';

CREATE INDEX incident_note_of ON incident_note (shop_id, incident_id, at);

CREATE TABLE gateway_contact (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    email text NOT NULL,
    hours text NOT NULL,
    rank integer NOT NULL,
    CONSTRAINT gateway_contact_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_contact_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id)
);

COMMENT ON TABLE gateway_contact IS 'distributed: whom to reach at a gateway, in what turn';

CREATE INDEX gateway_contact_of ON gateway_contact (shop_id, account_id, rank);

CREATE TABLE maintenance_window (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    methods text[] NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    title text NOT NULL,
    flag text,
    feed_id text,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    CONSTRAINT maintenance_window_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT maintenance_window_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT maintenance_window_once UNIQUE (shop_id, account_id, feed_id),
    CONSTRAINT maintenance_window_forward CHECK (ends_at > starts_at),
    CONSTRAINT maintenance_window_flag_known CHECK (flag IN ('too_long', 'unknown_part'))
);

COMMENT ON TABLE maintenance_window IS 'distributed: announced maintenance of an account, of some of its methods or of all; a flagged one lowers nothing';

CREATE INDEX maintenance_window_by_end ON maintenance_window (shop_id, ends_at) WHERE cancelled_at IS NULL;

CREATE TABLE maintenance_feed (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    address text NOT NULL,
    asked_at timestamptz,
    read_at timestamptz,
    fault text,
    CONSTRAINT maintenance_feed_pkey PRIMARY KEY (shop_id, account_id),
    CONSTRAINT maintenance_feed_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id)
);

COMMENT ON TABLE maintenance_feed IS 'distributed: where the provider of an account publishes its maintenance, and how the last reading went';

CREATE INDEX payment_attempt_open_on_rail ON payment_attempt (shop_id, rail_id, order_id) WHERE state IN ('asking', 'unknown', 'offered', 'held');
