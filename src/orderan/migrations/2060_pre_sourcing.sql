-- Where orders are served from: the rules of it, and how many orders a place serves a day.

CREATE TABLE sourcing_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    active boolean NOT NULL,
    active_since timestamptz,
    revision integer,
    CONSTRAINT sourcing_rules_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT sourcing_rules_counts_up CHECK (version > 0)
);

COMMENT ON TABLE sourcing_rules IS 'distributed: every version of the rules of sourcing; at most one is followed';

CREATE UNIQUE INDEX sourcing_rules_one_active ON sourcing_rules (shop_id) WHERE active;

CREATE TABLE sourcing_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT sourcing_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT sourcing_draft_counts_up CHECK (revision > 0)
);

COMMENT ON TABLE sourcing_draft IS 'distributed: every state the rules of sourcing had while they were edited; the latest is the draft';

CREATE TABLE sourcing_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT sourcing_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT sourcing_trial_days_sane CHECK (days BETWEEN 1 AND 366)
);

COMMENT ON TABLE sourcing_trial IS 'distributed: what a draft of the rules of sourcing would have done to past orders, and which version was followed when that was asked';

CREATE TABLE served_day (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    orders bigint NOT NULL,
    CONSTRAINT served_day_pkey PRIMARY KEY (shop_id, location_id, day),
    CONSTRAINT served_day_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id),
    CONSTRAINT served_day_some CHECK (orders > 0)
);

COMMENT ON TABLE served_day IS 'distributed: orders that chose a place on a day of its calendar, of places that serve so many a day and no more';

-- Past choices of places are played again, the newest first.
CREATE INDEX decision_of_sourcing ON decision (shop_id, decided_at, id) WHERE kind = 'sourcing';
