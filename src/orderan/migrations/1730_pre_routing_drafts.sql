-- The rules of routing as somebody edits them, and what each edit would have done to past payments.

CREATE TABLE routing_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT routing_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT routing_draft_counts_up CHECK (revision > 0)
);

COMMENT ON TABLE routing_draft IS 'distributed: every state the rules of routing had while they were edited; the latest is the draft';

CREATE TABLE routing_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT routing_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT routing_trial_days_sane CHECK (days BETWEEN 1 AND 366)
);

COMMENT ON TABLE routing_trial IS 'distributed: what a draft of the rules of routing would have done to past payments, and which version was followed when that was asked';

ALTER TABLE routing_rules ADD COLUMN revision integer;
