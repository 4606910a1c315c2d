-- The thread of a call that asks a buyer: which call it is, how far the talk came, and when the provider is asked.

CREATE TABLE verification_call (
    shop_id bigint NOT NULL,
    attempt_id uuid NOT NULL,
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    call_id text,
    talk jsonb NOT NULL,
    state text NOT NULL,
    looks integer NOT NULL DEFAULT 0,
    look_at timestamptz,
    made_at timestamptz NOT NULL,
    CONSTRAINT verification_call_pkey PRIMARY KEY (shop_id, attempt_id),
    CONSTRAINT verification_call_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES verification_attempt (shop_id, id),
    CONSTRAINT verification_call_state_known CHECK (state IN ('queued', 'ringing', 'answered', 'machine', 'completed', 'busy', 'no_answer', 'failed')),
    CONSTRAINT verification_call_looks_counted CHECK (looks >= 0)
);

COMMENT ON TABLE verification_call IS 'distributed: a call that asks a buyer: its provider''s name for it, how far the talk came, and when the provider is asked how it stands';

CREATE INDEX verification_call_to_look_up ON verification_call (shop_id, look_at) WHERE look_at IS NOT NULL;

CREATE UNIQUE INDEX verification_call_of_provider ON verification_call (shop_id, account_id, call_id) WHERE call_id IS NOT NULL;

CREATE INDEX verification_attempt_of_provider_id ON verification_attempt (shop_id, provider_id) WHERE provider_id IS NOT NULL;
