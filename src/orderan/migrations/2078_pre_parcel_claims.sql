-- What couriers lost or damaged is claimed from them: until when, with which evidence, and what came of it.

CREATE TABLE claim_days (
    shop_id bigint NOT NULL,
    courier text NOT NULL,
    days integer NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT claim_days_pkey PRIMARY KEY (shop_id, courier),
    CONSTRAINT claim_days_sane CHECK (days BETWEEN 1 AND 365)
);

COMMENT ON TABLE claim_days IS 'distributed: within how many days of the loss a courier takes a claim';

CREATE TABLE parcel_claim (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    courier text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    accepted_minor bigint,
    paid_minor bigint,
    reference text,
    deadline timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    CONSTRAINT parcel_claim_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_claim_once UNIQUE (shop_id, parcel_id),
    CONSTRAINT parcel_claim_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT parcel_claim_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT parcel_claim_kind_known CHECK (kind IN ('lost', 'damaged')),
    CONSTRAINT parcel_claim_state_known CHECK (state IN ('open', 'filed', 'accepted', 'refused', 'paid', 'dropped')),
    CONSTRAINT parcel_claim_amounts CHECK (amount_minor >= 0 AND accepted_minor BETWEEN 1 AND amount_minor AND paid_minor BETWEEN 1 AND accepted_minor),
    CONSTRAINT parcel_claim_accepts_an_amount CHECK ((state IN ('accepted', 'paid')) = (accepted_minor IS NOT NULL)),
    CONSTRAINT parcel_claim_pays_an_amount CHECK ((state = 'paid') = (paid_minor IS NOT NULL))
);

COMMENT ON TABLE parcel_claim IS 'distributed: claims to couriers for parcels they lost or damaged, one a parcel';

CREATE INDEX parcel_claim_going ON parcel_claim (shop_id, state, deadline, id);

CREATE TABLE claim_evidence (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    claim_id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT claim_evidence_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT claim_evidence_claim FOREIGN KEY (shop_id, claim_id) REFERENCES parcel_claim (shop_id, id),
    CONSTRAINT claim_evidence_kind_known CHECK (kind IN ('told', 'note')),
    CONSTRAINT claim_evidence_says_something CHECK (length(words) BETWEEN 1 AND 2000)
);

COMMENT ON TABLE claim_evidence IS 'distributed: what speaks for a claim: `told` is what was said when the parcel was, `note` what somebody wrote down later';

CREATE INDEX claim_evidence_of ON claim_evidence (shop_id, claim_id, added_at);
