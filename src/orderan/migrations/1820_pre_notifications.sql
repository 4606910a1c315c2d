-- What buyers are told: one message per thing and person, tries to deliver it, the shop's own words, what people want.

CREATE TABLE message (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    topic_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state text NOT NULL,
    fact_entity uuid NOT NULL,
    fact_seq integer NOT NULL,
    locale text NOT NULL,
    zone text NOT NULL,
    channels text[] NOT NULL,
    round integer NOT NULL DEFAULT 1,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    useful_until timestamptz,
    moved_at timestamptz NOT NULL,
    reason text,
    CONSTRAINT message_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT message_person FOREIGN KEY (shop_id, person_id) REFERENCES customer (shop_id, id),
    CONSTRAINT message_once UNIQUE (shop_id, topic_id, kind, subject_id, person_id),
    CONSTRAINT message_state_known CHECK (state IN ('waiting', 'told', 'untold', 'suppressed')),
    CONSTRAINT message_kind_known CHECK (kind IN ('pay_now', 'pay_with', 'pay_soon', 'trouble', 'recovered', 'expired', 'accepted', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', 'refunded', 'return_approved', 'review')),
    CONSTRAINT message_says_why_not CHECK (state NOT IN ('untold', 'suppressed') OR reason IS NOT NULL),
    CONSTRAINT message_round_counts CHECK (round >= 1)
) WITH (fillfactor = 80);

COMMENT ON TABLE message IS 'distributed: one thing told to one person, once; topic is what it is about as a whole, such as an order, and the fact is where it comes from';

CREATE INDEX message_newest ON message (shop_id, made_at DESC, id DESC);

CREATE INDEX message_of_person ON message (shop_id, person_id, made_at DESC, id DESC);

CREATE INDEX message_open ON message (shop_id, state, moved_at) WHERE state IN ('waiting', 'untold');

CREATE TABLE delivery (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    round integer NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    due_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    ask_at timestamptz,
    lost_at timestamptz,
    provider_id text,
    cost_minor bigint,
    reason text,
    template_version integer,
    words_enc bytea,
    made_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    sent_at timestamptz,
    delivered_at timestamptz,
    seen_at timestamptz,
    CONSTRAINT delivery_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_message FOREIGN KEY (shop_id, message_id) REFERENCES message (shop_id, id),
    CONSTRAINT delivery_once_per_channel UNIQUE (shop_id, message_id, round, channel),
    CONSTRAINT delivery_state_known CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'seen', 'failed', 'unknown', 'suppressed')),
    CONSTRAINT delivery_channel_known CHECK (channel IN ('email', 'whatsapp', 'sms')),
    CONSTRAINT delivery_sending_is_leased CHECK ((state = 'sending') = (leased_until IS NOT NULL)),
    CONSTRAINT delivery_unknown_is_asked CHECK ((state = 'unknown') = (ask_at IS NOT NULL)),
    CONSTRAINT delivery_cost_not_negative CHECK (cost_minor >= 0)
) WITH (fillfactor = 80);

COMMENT ON TABLE delivery IS 'distributed: a try to deliver a message on one channel; words are what was said, under the key of whom it was said to';

CREATE UNIQUE INDEX delivery_one_in_the_air ON delivery (shop_id, message_id) WHERE state IN ('queued', 'sending', 'unknown');

CREATE INDEX delivery_due ON delivery (shop_id, channel, due_at, id) WHERE state = 'queued';

CREATE INDEX delivery_leased ON delivery (shop_id, leased_until) WHERE state = 'sending';

CREATE INDEX delivery_in_doubt ON delivery (shop_id, channel, ask_at) WHERE state = 'unknown';

CREATE INDEX delivery_of_provider ON delivery (shop_id, channel, provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE message_template (
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT message_template_pkey PRIMARY KEY (shop_id, kind, channel, locale, version),
    CONSTRAINT message_template_counts_up CHECK (version > 0),
    CONSTRAINT message_template_locale_known CHECK (locale IN ('id', 'en'))
);

COMMENT ON TABLE message_template IS 'distributed: the words of the shop where it does not use ours, every version; the newest counts, an empty body gives ours back';

CREATE TABLE message_preference (
    shop_id bigint NOT NULL,
    person_id uuid NOT NULL,
    channels text[] NOT NULL,
    stopped text[] NOT NULL,
    unwanted text[] NOT NULL,
    locale text,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT message_preference_pkey PRIMARY KEY (shop_id, person_id),
    CONSTRAINT message_preference_person FOREIGN KEY (shop_id, person_id) REFERENCES customer (shop_id, id),
    CONSTRAINT message_preference_locale_known CHECK (locale IN ('id', 'en'))
);

COMMENT ON TABLE message_preference IS 'distributed: by which channels a person likes to be told, which they closed, which kinds they do without';

CREATE TABLE message_policy (
    shop_id bigint NOT NULL,
    channels text[] NOT NULL,
    quiet_from time NOT NULL,
    quiet_until time NOT NULL,
    reminder_minutes integer NOT NULL,
    review_days integer NOT NULL,
    silent text[] NOT NULL,
    from_position bigint NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT message_policy_pkey PRIMARY KEY (shop_id),
    CONSTRAINT message_policy_sane CHECK (reminder_minutes BETWEEN 5 AND 10080 AND review_days BETWEEN 0 AND 90)
);

COMMENT ON TABLE message_policy IS 'distributed: how a shop tells people things; facts up to from_position are not told, they were before it began';
