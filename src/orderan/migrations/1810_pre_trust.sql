-- Trust: the score of every order, what it is scored from, and what became of it. Keys are keyed hashes;
-- no phone, address, e-mail, device or card stands here in clear.

CREATE TABLE trust_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    policy jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    active boolean NOT NULL,
    active_since timestamptz,
    revision integer,
    CONSTRAINT trust_rules_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT trust_rules_counts_up CHECK (version > 0)
);

COMMENT ON TABLE trust_rules IS 'distributed: versions of the rules orders are scored by; at most one is followed';

CREATE UNIQUE INDEX trust_rules_one_active ON trust_rules (shop_id) WHERE active;

CREATE TABLE trust_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    policy jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT trust_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT trust_draft_counts_up CHECK (revision > 0)
);

COMMENT ON TABLE trust_draft IS 'distributed: every state the rules of scoring had while they were edited; the latest is the draft';

CREATE TABLE trust_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT trust_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT trust_trial_days_sane CHECK (days BETWEEN 1 AND 366)
);

COMMENT ON TABLE trust_trial IS 'distributed: what a draft of the rules of scoring would have done to past orders, and which version was followed when that was asked';

CREATE TABLE trust_score (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    at timestamptz NOT NULL,
    way text NOT NULL,
    amount_minor bigint NOT NULL,
    points integer NOT NULL,
    outcome text NOT NULL,
    would text NOT NULL,
    version integer NOT NULL,
    area text NOT NULL,
    first_time boolean NOT NULL,
    hour integer NOT NULL,
    kinds text[] NOT NULL,
    keys bytea[] NOT NULL,
    CONSTRAINT trust_score_pkey PRIMARY KEY (shop_id, subject_id),
    CONSTRAINT trust_score_way_known CHECK (way IN ('cod', 'prepaid')),
    CONSTRAINT trust_score_outcome_known CHECK (outcome IN ('accept', 'ask', 'hold')),
    CONSTRAINT trust_score_would_known CHECK (would IN ('accept', 'ask', 'deposit', 'prepaid_only', 'hold', 'refuse')),
    CONSTRAINT trust_score_sane CHECK (points >= 0 AND amount_minor >= 0 AND hour BETWEEN 0 AND 23),
    CONSTRAINT trust_score_keys_paired CHECK (cardinality(kinds) = cardinality(keys))
);

COMMENT ON TABLE trust_score IS 'distributed: the score an order was placed with, and the keyed hashes of what ties it to others';

CREATE INDEX trust_score_newest ON trust_score (shop_id, at, subject_id);

CREATE TABLE trust_key (
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    key bytea NOT NULL,
    at timestamptz NOT NULL,
    subject_id uuid NOT NULL,
    person bytea,
    CONSTRAINT trust_key_pkey PRIMARY KEY (shop_id, kind, key, at, subject_id),
    CONSTRAINT trust_key_kind_known CHECK (kind IN ('phone', 'address', 'email', 'device', 'ip', 'card'))
);

COMMENT ON TABLE trust_key IS 'distributed: which orders share a phone, a house, a device, ...: keyed hashes, the newest are read';

CREATE TABLE trust_tally (
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    key bytea NOT NULL,
    delivered integer NOT NULL,
    refused integer NOT NULL,
    returned integer NOT NULL,
    disputed integer NOT NULL,
    fraud integer NOT NULL,
    delivered_minor bigint NOT NULL,
    CONSTRAINT trust_tally_pkey PRIMARY KEY (shop_id, kind, key),
    CONSTRAINT trust_tally_kind_known CHECK (kind IN ('phone', 'address', 'email', 'device', 'ip', 'card', 'area')),
    CONSTRAINT trust_tally_not_negative CHECK (delivered >= 0 AND refused >= 0 AND returned >= 0 AND disputed >= 0 AND fraud >= 0 AND delivered_minor >= 0)
);

COMMENT ON TABLE trust_tally IS 'distributed: how orders of a phone, a house, an area ended, counted';

CREATE TABLE trust_outcome (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    ended text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT trust_outcome_pkey PRIMARY KEY (shop_id, subject_id, ended),
    CONSTRAINT trust_outcome_ended_known CHECK (ended IN ('delivered', 'refused', 'returned', 'disputed', 'fraud'))
);

COMMENT ON TABLE trust_outcome IS 'distributed: how a scored order ended, each way once';

CREATE TABLE trust_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    key bytea NOT NULL,
    verdict text NOT NULL,
    shown text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz,
    removed_by text,
    removed_at timestamptz,
    CONSTRAINT trust_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_entry_kind_known CHECK (kind IN ('phone', 'address', 'email', 'domain', 'device', 'network', 'card')),
    CONSTRAINT trust_entry_verdict_known CHECK (verdict IN ('block', 'allow')),
    CONSTRAINT trust_entry_removal_is_told CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);

COMMENT ON TABLE trust_entry IS 'distributed: lists of who is let through and who is not: keyed hashes with a reason, who made them and until when';

CREATE UNIQUE INDEX trust_entry_once ON trust_entry (shop_id, kind, key) WHERE removed_at IS NULL;

CREATE TABLE trust_denial (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    way text NOT NULL,
    outcome text NOT NULL,
    amount_minor bigint NOT NULL,
    channel_id uuid,
    points integer NOT NULL,
    reasons text[] NOT NULL,
    area text NOT NULL,
    first_time boolean NOT NULL,
    kinds text[] NOT NULL,
    keys bytea[] NOT NULL,
    appealed_by text,
    appealed_at timestamptz,
    appeal text,
    judged_by text,
    judged_at timestamptz,
    judgement text,
    CONSTRAINT trust_denial_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_denial_state_known CHECK (state IN ('standing', 'appealed', 'upheld', 'overturned')),
    CONSTRAINT trust_denial_way_known CHECK (way IN ('cod', 'prepaid')),
    CONSTRAINT trust_denial_outcome_known CHECK (outcome IN ('deposit', 'prepaid_only', 'refuse')),
    CONSTRAINT trust_denial_has_reasons CHECK (cardinality(reasons) > 0),
    CONSTRAINT trust_denial_appeal_is_told CHECK (state = 'standing' OR (appeal IS NOT NULL AND appealed_by IS NOT NULL AND appealed_at IS NOT NULL))
);

COMMENT ON TABLE trust_denial IS 'distributed: orders that were not taken, or not on these terms, why, and what came of an appeal';

CREATE INDEX trust_denial_newest ON trust_denial (shop_id, at, id);

CREATE INDEX trust_denial_waiting ON trust_denial (shop_id, appealed_at) WHERE state = 'appealed';

CREATE TABLE trust_review (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    points integer NOT NULL,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    judged_by text,
    judgement text,
    CONSTRAINT trust_review_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_review_state_known CHECK (state IN ('open', 'cleared', 'refused', 'lapsed')),
    CONSTRAINT trust_review_judged_by_somebody CHECK (state IN ('open', 'lapsed') OR judged_by IS NOT NULL)
);

COMMENT ON TABLE trust_review IS 'distributed: orders held until a person looked at them; the id is the order''s';

CREATE INDEX trust_review_open ON trust_review (shop_id, deadline) WHERE state = 'open';

CREATE TABLE trust_norm (
    shop_id bigint NOT NULL,
    orders integer NOT NULL,
    median_minor bigint NOT NULL,
    hours integer[] NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT trust_norm_pkey PRIMARY KEY (shop_id),
    CONSTRAINT trust_norm_has_a_day CHECK (cardinality(hours) = 24)
);

COMMENT ON TABLE trust_norm IS 'distributed: what is usual in the shop: the middle order value, and orders by hour of the day';
