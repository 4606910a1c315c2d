-- What every domain stands on: events, answers given, decisions, the exception inbox, the audit
-- trail, keys of personal data. A table's comment opens with where it lives on a cluster
-- (distributed, reference or local); orderan.kit.topology reads it.

CREATE TABLE event (
    shop_id bigint NOT NULL,
    entity_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    actor text NOT NULL,
    reason text,
    request_id text,
    occurred_at timestamptz NOT NULL,
    position bigint,
    CONSTRAINT event_pkey PRIMARY KEY (shop_id, entity_id, seq),
    CONSTRAINT event_seq_counts_from_one CHECK (seq >= 1)
);

COMMENT ON TABLE event IS 'distributed: facts, written in the transaction of their change; position is given later, once, by the sequencer';

CREATE UNIQUE INDEX event_position ON event (shop_id, position) WHERE position IS NOT NULL;

CREATE INDEX event_unsequenced ON event (shop_id, occurred_at) WHERE position IS NULL;

CREATE TABLE event_head (
    shop_id bigint NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT event_head_pkey PRIMARY KEY (shop_id)
);

COMMENT ON TABLE event_head IS 'distributed: last position given per shop; its row lock makes one sequencer per shop';

CREATE TABLE event_cursor (
    shop_id bigint NOT NULL,
    consumer text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT event_cursor_pkey PRIMARY KEY (shop_id, consumer)
);

COMMENT ON TABLE event_cursor IS 'distributed: how far each consumer has applied the log';

CREATE TABLE inbound (
    shop_id bigint NOT NULL,
    source text NOT NULL,
    message_id text NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT inbound_pkey PRIMARY KEY (shop_id, source, message_id)
);

COMMENT ON TABLE inbound IS 'distributed: messages already applied, so that a second delivery does nothing';

CREATE TABLE answer (
    shop_id bigint NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    body bytea NOT NULL,
    answered_at timestamptz NOT NULL,
    CONSTRAINT answer_pkey PRIMARY KEY (shop_id, scope, key)
);

COMMENT ON TABLE answer IS 'distributed: first answer per idempotency key, written with its effect';

CREATE INDEX answer_age ON answer (shop_id, answered_at);

CREATE TABLE decision (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    inputs jsonb NOT NULL,
    outcome jsonb NOT NULL,
    reasons jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (shop_id, subject_id, id)
);

COMMENT ON TABLE decision IS 'distributed: every automatic choice with inputs, rule version, outcome and reasons';

CREATE TABLE exception_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    dedupe_key text NOT NULL,
    payload jsonb NOT NULL,
    money_minor bigint NOT NULL,
    currency text NOT NULL,
    deadline timestamptz,
    next_step text NOT NULL,
    state text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text,
    closing_note text,
    CONSTRAINT exception_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT exception_entry_state_known CHECK (state IN ('open', 'resolved', 'dismissed')),
    CONSTRAINT exception_entry_closing_is_told CHECK ((state = 'open') = (closed_at IS NULL))
);

COMMENT ON TABLE exception_entry IS 'distributed: what is stuck and needs a person';

CREATE UNIQUE INDEX exception_entry_open_once ON exception_entry (shop_id, dedupe_key) WHERE state = 'open';

CREATE INDEX exception_entry_key ON exception_entry (shop_id, dedupe_key, closed_at) WHERE state <> 'open';

CREATE INDEX exception_entry_by_money ON exception_entry (shop_id, money_minor DESC, id) WHERE state = 'open';

CREATE INDEX exception_entry_by_deadline ON exception_entry (shop_id, deadline, id) WHERE state = 'open';

CREATE INDEX exception_entry_subject ON exception_entry (shop_id, subject_id) WHERE subject_id IS NOT NULL;

CREATE TABLE audit_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    entity_kind text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text,
    CONSTRAINT audit_entry_pkey PRIMARY KEY (shop_id, id)
);

COMMENT ON TABLE audit_entry IS 'distributed: who changed what, before and after';

CREATE INDEX audit_entry_entity ON audit_entry (shop_id, entity_id, id);

CREATE INDEX audit_entry_actor ON audit_entry (shop_id, actor, id);

CREATE INDEX audit_entry_action ON audit_entry (shop_id, action, id);

CREATE TABLE subject_key (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    wrapped bytea,
    made_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CONSTRAINT subject_key_pkey PRIMARY KEY (shop_id, subject_id),
    CONSTRAINT subject_key_is_whole_or_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

COMMENT ON TABLE subject_key IS 'distributed: data key of one person, wrapped by the master key; destroyed on erasure';

CREATE TABLE throttle (
    bucket text NOT NULL,
    window_start timestamptz NOT NULL,
    window_s integer NOT NULL,
    hits integer NOT NULL,
    hits_before integer NOT NULL,
    CONSTRAINT throttle_pkey PRIMARY KEY (bucket)
);

COMMENT ON TABLE throttle IS 'local: attempts per bucket in the present window and the one before it, for login and guessing guards';
