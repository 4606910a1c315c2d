-- What rails did, how they are, and the operator's rules of which carries a payment.

CREATE TABLE rail_seen (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    at timestamptz NOT NULL,
    made integer NOT NULL,
    customer integer NOT NULL,
    gateway integer NOT NULL,
    bank integer NOT NULL,
    unknown integer NOT NULL,
    slow integer NOT NULL,
    issued integer NOT NULL,
    paid integer NOT NULL,
    late integer NOT NULL,
    well boolean NOT NULL,
    CONSTRAINT rail_seen_pkey PRIMARY KEY (shop_id, rail_id, at),
    CONSTRAINT rail_seen_counts_sane CHECK (made >= 0 AND customer >= 0 AND gateway >= 0 AND bank >= 0 AND unknown >= 0 AND slow >= 0 AND issued >= 0 AND paid >= 0 AND late >= 0)
);

COMMENT ON TABLE rail_seen IS 'distributed: what a rail did in the ten seconds that ended at a moment; stretches in which it did nothing have no row';

CREATE TABLE rail_watch (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    fed_to timestamptz NOT NULL,
    watched jsonb NOT NULL,
    norm jsonb NOT NULL,
    learned_at timestamptz,
    began_at timestamptz NOT NULL,
    word text NOT NULL,
    since timestamptz,
    changed_at timestamptz NOT NULL,
    success double precision NOT NULL,
    paid double precision NOT NULL,
    reasons jsonb NOT NULL,
    warned_by text[] NOT NULL,
    CONSTRAINT rail_watch_pkey PRIMARY KEY (shop_id, rail_id),
    CONSTRAINT rail_watch_word_known CHECK (word IN ('well', 'degraded', 'down')),
    CONSTRAINT rail_watch_shares_sane CHECK (success BETWEEN 0 AND 1 AND paid BETWEEN 0 AND 1)
);

COMMENT ON TABLE rail_watch IS 'distributed: how each rail is: what is remembered of it, what is normal for it, the word and its reasons';

CREATE TABLE routing_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    active boolean NOT NULL,
    active_since timestamptz,
    CONSTRAINT routing_rules_pkey PRIMARY KEY (shop_id, version)
);

COMMENT ON TABLE routing_rules IS 'distributed: versions of the rules of which rail carries a payment; at most one is followed';

CREATE UNIQUE INDEX routing_rules_one_active ON routing_rules (shop_id) WHERE active;
