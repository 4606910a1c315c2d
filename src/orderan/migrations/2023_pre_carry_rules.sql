-- Which courier carries a parcel: the shop's rules, drafts of them, and what those would have done to past parcels.

CREATE TABLE carry_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    active boolean NOT NULL,
    active_since timestamptz,
    revision integer,
    CONSTRAINT carry_rules_pkey PRIMARY KEY (shop_id, version)
);

COMMENT ON TABLE carry_rules IS 'distributed: versions of the rules of which courier carries a parcel; at most one is followed';

CREATE UNIQUE INDEX carry_rules_one_active ON carry_rules (shop_id) WHERE active;

CREATE TABLE carry_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT carry_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT carry_draft_counts_up CHECK (revision > 0)
);

COMMENT ON TABLE carry_draft IS 'distributed: every state the rules of which courier carries had while they were edited; the latest is the draft';

CREATE TABLE carry_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT carry_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT carry_trial_days_sane CHECK (days BETWEEN 1 AND 366)
);

COMMENT ON TABLE carry_trial IS 'distributed: what a draft of the rules of which courier carries would have done to past parcels, and which version was followed then';
