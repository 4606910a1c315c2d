-- A shop's accounts at couriers, what these sent us word for word, and what they say happened to each parcel.

CREATE TABLE courier_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    fields jsonb NOT NULL,
    secrets bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    rank integer NOT NULL,
    state text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT courier_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_account_name_once UNIQUE (shop_id, name),
    CONSTRAINT courier_account_state_known CHECK (state IN ('open', 'closed'))
);

COMMENT ON TABLE courier_account IS 'distributed: accounts of a shop at couriers and at those who book many; the lowest rank is asked first, secrets are sealed under a key of the account';

CREATE TABLE courier_notice (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    letter bytea NOT NULL,
    times integer NOT NULL DEFAULT 1,
    received_at timestamptz NOT NULL,
    heard_at timestamptz,
    CONSTRAINT courier_notice_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_notice_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account (shop_id, id),
    CONSTRAINT courier_notice_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT courier_notice_verdict_known CHECK (verdict IN ('genuine', 'forged', 'unreadable')),
    CONSTRAINT courier_notice_only_genuine_waits CHECK (verdict = 'genuine' OR heard_at IS NOT NULL)
);

COMMENT ON TABLE courier_notice IS 'distributed: what couriers sent us, sealed under the key of their account; a genuine one waits until it is heard, and may be heard again';

CREATE INDEX courier_notice_waiting ON courier_notice (shop_id, received_at) WHERE heard_at IS NULL;

CREATE INDEX courier_notice_received ON courier_notice (shop_id, received_at);

CREATE INDEX courier_notice_of_account ON courier_notice (shop_id, account_id, received_at);

CREATE TABLE parcel_step (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    at timestamptz NOT NULL,
    status text,
    word text NOT NULL,
    code text NOT NULL,
    place text NOT NULL,
    refused boolean NOT NULL,
    source text NOT NULL,
    account_id uuid NOT NULL,
    heard_at timestamptz NOT NULL,
    CONSTRAINT parcel_step_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_step_once UNIQUE (shop_id, parcel_id, at, word, code),
    CONSTRAINT parcel_step_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT parcel_step_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account (shop_id, id),
    CONSTRAINT parcel_step_source_known CHECK (source IN ('letter', 'asked')),
    CONSTRAINT parcel_step_status_known CHECK (status IN ('booked', 'courier_assigned', 'picked_up', 'in_transit', 'out_for_delivery', 'delivery_failed', 'delivered', 'returning', 'returned', 'cancelled', 'lost', 'damaged', 'noted'))
);

COMMENT ON TABLE parcel_step IS 'distributed: what a courier says happened to a parcel, in its words and in ours; a status of NULL is a word nobody knows';

CREATE TABLE parcel_follow (
    shop_id bigint NOT NULL,
    parcel_id uuid NOT NULL,
    told_at timestamptz,
    heard_at timestamptz,
    ask_at timestamptz NOT NULL,
    asks integer NOT NULL,
    CONSTRAINT parcel_follow_pkey PRIMARY KEY (shop_id, parcel_id),
    CONSTRAINT parcel_follow_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id)
);

COMMENT ON TABLE parcel_follow IS 'distributed: how far a parcel is followed: when its courier last said something new, and when it is asked next';
