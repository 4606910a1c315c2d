-- The schema after every migration. Written by `make reference`; a test compares.

-- distributed: first answer per idempotency key, written with its effect
CREATE TABLE answer (
    shop_id bigint NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    body bytea NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    CONSTRAINT answer_pkey PRIMARY KEY (shop_id, scope, key)
);
CREATE INDEX answer_age ON answer USING btree (shop_id, answered_at);
CREATE POLICY own_shop_only ON answer USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE answer FORCE ROW LEVEL SECURITY;

-- distributed: keys of programs; only a hash of the secret is kept
CREATE TABLE api_key (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    permissions text[] NOT NULL,
    location_ids uuid[],
    channel_ids uuid[],
    created_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_key_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT api_key_secret_once UNIQUE (shop_id, secret_hash)
);
CREATE POLICY own_shop_only ON api_key USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;

-- distributed: who changed what, before and after
CREATE TABLE audit_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    entity_kind text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    request_id text,
    CONSTRAINT audit_entry_pkey PRIMARY KEY (shop_id, id)
);
CREATE INDEX audit_entry_action ON audit_entry USING btree (shop_id, action, id);
CREATE INDEX audit_entry_actor ON audit_entry USING btree (shop_id, actor, id);
CREATE INDEX audit_entry_entity ON audit_entry USING btree (shop_id, entity_id, id);
CREATE POLICY own_shop_only ON audit_entry USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;

-- distributed: what a gateway account came to in a night; adrift is what nothing accounts for
CREATE TABLE balance_proof (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    proved_at timestamp with time zone NOT NULL,
    captured_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    settled_minor bigint NOT NULL,
    waiting_minor bigint NOT NULL,
    explained_minor bigint NOT NULL,
    open_minor bigint NOT NULL,
    adrift_minor bigint NOT NULL,
    CONSTRAINT balance_proof_pkey PRIMARY KEY (shop_id, account_id, proved_at),
    CONSTRAINT balance_proof_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT balance_proof_adds_up CHECK ((adrift_minor = ((((((captured_minor - reversed_minor) - refunded_minor) - settled_minor) - waiting_minor) - explained_minor) - open_minor)))
);
CREATE INDEX balance_proof_newest ON balance_proof USING btree (shop_id, proved_at DESC);
CREATE POLICY own_shop_only ON balance_proof USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE balance_proof FORCE ROW LEVEL SECURITY;

-- distributed: money a bank statement says came in, and the payout it is
CREATE TABLE bank_line (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    file_id uuid NOT NULL,
    row_no integer NOT NULL,
    bank_account text NOT NULL,
    booked_on date NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    words text NOT NULL,
    reference text,
    fingerprint text NOT NULL,
    nth integer NOT NULL,
    payout_id uuid,
    matched_by text,
    word text,
    CONSTRAINT bank_line_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT bank_line_once UNIQUE (shop_id, bank_account, fingerprint, nth),
    CONSTRAINT bank_line_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file(shop_id, id),
    CONSTRAINT bank_line_payout FOREIGN KEY (shop_id, payout_id) REFERENCES payout(shop_id, id),
    CONSTRAINT bank_line_by_hand_in_words CHECK (((matched_by IS NULL) OR (matched_by <> ALL (ARRAY['hand'::text, 'none'::text])) OR (word IS NOT NULL))),
    CONSTRAINT bank_line_matched_by_known CHECK ((matched_by = ANY (ARRAY['reference'::text, 'amount_and_day'::text, 'hand'::text, 'none'::text]))),
    CONSTRAINT bank_line_matched_how CHECK (((payout_id IS NULL) = ((matched_by IS NULL) OR (matched_by = 'none'::text)))),
    CONSTRAINT bank_line_money_came CHECK ((amount_minor > 0))
);
CREATE INDEX bank_line_newest ON bank_line USING btree (shop_id, booked_on DESC, id DESC);
CREATE UNIQUE INDEX bank_line_payout_once ON bank_line USING btree (shop_id, payout_id) WHERE (payout_id IS NOT NULL);
CREATE POLICY own_shop_only ON bank_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE bank_line FORCE ROW LEVEL SECURITY;

-- distributed: places on shelves; x and y are centimetres from the packing table
CREATE TABLE bin (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    zone text NOT NULL,
    x_cm integer NOT NULL,
    y_cm integer NOT NULL,
    active boolean NOT NULL,
    blocked_why text,
    blocked_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT bin_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT bin_at_its_location UNIQUE (shop_id, location_id, id),
    CONSTRAINT bin_code_once UNIQUE (shop_id, location_id, code),
    CONSTRAINT bin_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT bin_blocked_says_why CHECK (((blocked_at IS NULL) = (blocked_why IS NULL))),
    CONSTRAINT bin_kind_known CHECK ((kind = ANY (ARRAY['pick'::text, 'reserve'::text])))
);
CREATE POLICY own_shop_only ON bin USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE bin FORCE ROW LEVEL SECURITY;

-- distributed: units put into a bin or taken out of it, append only
CREATE TABLE bin_move (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    change bigint NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    CONSTRAINT bin_move_pkey PRIMARY KEY (shop_id, bin_id, occurred_at, id),
    CONSTRAINT bin_move_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin(shop_id, id),
    CONSTRAINT bin_move_kind_known CHECK ((kind = ANY (ARRAY['put_away'::text, 'pick'::text, 'shift'::text, 'count'::text, 'left'::text]))),
    CONSTRAINT bin_move_some CHECK ((change <> 0))
);
CREATE POLICY own_shop_only ON bin_move USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE bin_move FORCE ROW LEVEL SECURITY;

-- distributed: units of a stock row in a bin; a row of none says that they lay there before
CREATE TABLE bin_stock (
    shop_id bigint NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT bin_stock_pkey PRIMARY KEY (shop_id, bin_id, sku_id, owner_id, lot_id),
    CONSTRAINT bin_stock_bin FOREIGN KEY (shop_id, location_id, bin_id) REFERENCES bin(shop_id, location_id, id),
    CONSTRAINT bin_stock_stock FOREIGN KEY (shop_id, sku_id, location_id, owner_id, lot_id) REFERENCES stock(shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT bin_stock_not_negative CHECK ((quantity >= 0))
);
CREATE INDEX bin_stock_of_row ON bin_stock USING btree (shop_id, sku_id, location_id, owner_id, lot_id);
CREATE POLICY own_shop_only ON bin_stock USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE bin_stock FORCE ROW LEVEL SECURITY;

-- distributed: what one bundle takes from stock
CREATE TABLE bundle_part (
    shop_id bigint NOT NULL,
    bundle_id uuid NOT NULL,
    part_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT bundle_part_pkey PRIMARY KEY (shop_id, bundle_id, part_id),
    CONSTRAINT bundle_part_bundle FOREIGN KEY (shop_id, bundle_id) REFERENCES sku(shop_id, id),
    CONSTRAINT bundle_part_part FOREIGN KEY (shop_id, part_id) REFERENCES sku(shop_id, id),
    CONSTRAINT bundle_part_not_itself CHECK ((bundle_id <> part_id)),
    CONSTRAINT bundle_part_some CHECK ((quantity > 0))
);
CREATE POLICY own_shop_only ON bundle_part USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE bundle_part FORCE ROW LEVEL SECURITY;

-- distributed: every state the rules of which courier carries had while they were edited; the latest is the draft
CREATE TABLE carry_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT carry_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT carry_draft_counts_up CHECK ((revision > 0))
);
CREATE POLICY own_shop_only ON carry_draft USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE carry_draft FORCE ROW LEVEL SECURITY;

-- distributed: versions of the rules of which courier carries a parcel; at most one is followed
CREATE TABLE carry_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    active boolean NOT NULL,
    active_since timestamp with time zone,
    revision integer,
    CONSTRAINT carry_rules_pkey PRIMARY KEY (shop_id, version)
);
CREATE UNIQUE INDEX carry_rules_one_active ON carry_rules USING btree (shop_id) WHERE active;
CREATE POLICY own_shop_only ON carry_rules USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE carry_rules FORCE ROW LEVEL SECURITY;

-- distributed: what a draft of the rules of which courier carries would have done to past parcels, and which version was followed then
CREATE TABLE carry_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT carry_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT carry_trial_days_sane CHECK (((days >= 1) AND (days <= 366)))
);
CREATE POLICY own_shop_only ON carry_trial USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE carry_trial FORCE ROW LEVEL SECURITY;

-- distributed: boxes the shop packs in; measures are those of the inside
CREATE TABLE carton (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    length_mm integer NOT NULL,
    width_mm integer NOT NULL,
    height_mm integer NOT NULL,
    weight_g integer NOT NULL,
    carries_g integer NOT NULL,
    cost_minor bigint NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT carton_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT carton_code_once UNIQUE (shop_id, code),
    CONSTRAINT carton_holds_something CHECK (((length_mm > 0) AND (width_mm > 0) AND (height_mm > 0) AND (carries_g > 0))),
    CONSTRAINT carton_not_negative CHECK (((weight_g >= 0) AND (cost_minor >= 0)))
);
CREATE POLICY own_shop_only ON carton USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE carton FORCE ROW LEVEL SECURITY;

-- distributed: sheets of products as they came, what was wrong with which row, and whether the good rows were applied
CREATE TABLE catalog_import (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    file_name text NOT NULL,
    content bytea NOT NULL,
    state text NOT NULL,
    counts jsonb NOT NULL,
    problems jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    CONSTRAINT catalog_import_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT catalog_import_applied_when CHECK (((state = 'applied'::text) = (applied_at IS NOT NULL))),
    CONSTRAINT catalog_import_state_known CHECK ((state = ANY (ARRAY['checked'::text, 'applied'::text])))
);
CREATE POLICY own_shop_only ON catalog_import USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE catalog_import FORCE ROW LEVEL SECURITY;

-- distributed: where orders come from; how long an unpaid one holds stock
CREATE TABLE channel (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    payment_hold_minutes integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT channel_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT channel_code_once UNIQUE (shop_id, code),
    CONSTRAINT channel_hold_sane CHECK (((payment_hold_minutes >= 1) AND (payment_hold_minutes <= 43200))),
    CONSTRAINT channel_kind_known CHECK ((kind = ANY (ARRAY['web'::text, 'phone'::text, 'chat'::text, 'store'::text, 'marketplace'::text, 'import'::text])))
);
CREATE POLICY own_shop_only ON channel USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE channel FORCE ROW LEVEL SECURITY;

-- distributed: payments a buyer's bank took back, or wants to; taken: the ledger says already that it did
CREATE TABLE chargeback (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    attempt_id uuid,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    taken boolean NOT NULL,
    deadline timestamp with time zone NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT chargeback_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT chargeback_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT chargeback_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT chargeback_amount_positive CHECK ((amount_minor > 0)),
    CONSTRAINT chargeback_state_known CHECK ((state = ANY (ARRAY['open'::text, 'evidence_sent'::text, 'won'::text, 'lost'::text, 'expired'::text])))
);
CREATE INDEX chargeback_listed ON chargeback USING btree (shop_id, state, deadline, id);
CREATE INDEX chargeback_of_order ON chargeback USING btree (shop_id, order_id);
CREATE UNIQUE INDEX chargeback_one_open ON chargeback USING btree (shop_id, attempt_id) WHERE (state = ANY (ARRAY['open'::text, 'evidence_sent'::text, 'expired'::text]));
CREATE POLICY own_shop_only ON chargeback USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE chargeback FORCE ROW LEVEL SECURITY;

-- distributed: what the shop tells a bank about a chargeback: notes, and references to proofs of delivery, invoices and conversations
CREATE TABLE chargeback_evidence (
    shop_id bigint NOT NULL,
    chargeback_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT chargeback_evidence_pkey PRIMARY KEY (shop_id, chargeback_id, id),
    CONSTRAINT chargeback_evidence_of FOREIGN KEY (shop_id, chargeback_id) REFERENCES chargeback(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT chargeback_evidence_kind_known CHECK ((kind = ANY (ARRAY['delivery'::text, 'invoice'::text, 'conversation'::text, 'note'::text])))
);
CREATE POLICY own_shop_only ON chargeback_evidence USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE chargeback_evidence FORCE ROW LEVEL SECURITY;

-- distributed: files among the evidence of a chargeback, sealed under the key of the buyer they show; of an order without a buyer nobody's
CREATE TABLE chargeback_file (
    shop_id bigint NOT NULL,
    chargeback_id uuid NOT NULL,
    evidence_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    size_bytes integer NOT NULL,
    sealed_for uuid,
    content bytea NOT NULL,
    CONSTRAINT chargeback_file_pkey PRIMARY KEY (shop_id, chargeback_id, evidence_id),
    CONSTRAINT chargeback_file_of FOREIGN KEY (shop_id, chargeback_id, evidence_id) REFERENCES chargeback_evidence(shop_id, chargeback_id, id) ON DELETE CASCADE,
    CONSTRAINT chargeback_file_kind_known CHECK ((kind = ANY (ARRAY['pdf'::text, 'jpg'::text, 'png'::text, 'webp'::text]))),
    CONSTRAINT chargeback_file_size_allowed CHECK (((size_bytes >= 1) AND (size_bytes <= 5242880)))
);
CREATE POLICY own_shop_only ON chargeback_file USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE chargeback_file FORCE ROW LEVEL SECURITY;

-- distributed: open promises of stock to a holder; gone once released or dispatched, the ledger remembers
CREATE TABLE claim (
    shop_id bigint NOT NULL,
    holder_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    state text NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT claim_pkey PRIMARY KEY (shop_id, holder_id, line_no, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT claim_stock FOREIGN KEY (shop_id, sku_id, location_id, owner_id, lot_id) REFERENCES stock(shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT claim_some CHECK ((quantity > 0)),
    CONSTRAINT claim_state_known CHECK ((state = ANY (ARRAY['reserved'::text, 'allocated'::text])))
);
CREATE INDEX claim_stock_of ON claim USING btree (shop_id, sku_id, location_id);
CREATE POLICY own_shop_only ON claim USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE claim FORCE ROW LEVEL SECURITY;

-- distributed: within how many days of the loss a courier takes a claim
CREATE TABLE claim_days (
    shop_id bigint NOT NULL,
    courier text NOT NULL,
    days integer NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT claim_days_pkey PRIMARY KEY (shop_id, courier),
    CONSTRAINT claim_days_sane CHECK (((days >= 1) AND (days <= 365)))
);
CREATE POLICY own_shop_only ON claim_days USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE claim_days FORCE ROW LEVEL SECURITY;

-- distributed: what speaks for a claim: `told` is what was said when the parcel was, `note` what somebody wrote down later
CREATE TABLE claim_evidence (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    claim_id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT claim_evidence_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT claim_evidence_claim FOREIGN KEY (shop_id, claim_id) REFERENCES parcel_claim(shop_id, id),
    CONSTRAINT claim_evidence_kind_known CHECK ((kind = ANY (ARRAY['told'::text, 'note'::text]))),
    CONSTRAINT claim_evidence_says_something CHECK (((length(words) >= 1) AND (length(words) <= 2000)))
);
CREATE INDEX claim_evidence_of ON claim_evidence USING btree (shop_id, claim_id, added_at);
CREATE POLICY own_shop_only ON claim_evidence USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE claim_evidence FORCE ROW LEVEL SECURITY;

-- distributed: given and withdrawn consents, append-only; the newest per purpose counts
CREATE TABLE consent (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    CONSTRAINT consent_pkey PRIMARY KEY (shop_id, customer_id, id),
    CONSTRAINT consent_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer(shop_id, id),
    CONSTRAINT consent_purpose_known CHECK ((purpose = ANY (ARRAY['marketing_email'::text, 'marketing_whatsapp'::text, 'marketing_sms'::text, 'profiling'::text])))
);
CREATE POLICY own_shop_only ON consent USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE consent FORCE ROW LEVEL SECURITY;

-- distributed: cartons a supplier told of, until they are received
CREATE TABLE container_notice (
    shop_id bigint NOT NULL,
    sscc text NOT NULL,
    told_by text NOT NULL,
    told_at timestamp with time zone NOT NULL,
    session_id uuid,
    received_at timestamp with time zone,
    CONSTRAINT container_notice_pkey PRIMARY KEY (shop_id, sscc),
    CONSTRAINT container_notice_digits CHECK ((sscc ~ '^[0-9]{18}$'::text)),
    CONSTRAINT container_notice_received_in_a_session CHECK (((session_id IS NULL) = (received_at IS NULL)))
);
CREATE POLICY own_shop_only ON container_notice USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE container_notice FORCE ROW LEVEL SECURITY;

-- distributed: what a carton holds, as its supplier told
CREATE TABLE container_notice_line (
    shop_id bigint NOT NULL,
    sscc text NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    lot text,
    expires_on date,
    quantity bigint NOT NULL,
    CONSTRAINT container_notice_line_pkey PRIMARY KEY (shop_id, sscc, line_no),
    CONSTRAINT container_notice_line_notice FOREIGN KEY (shop_id, sscc) REFERENCES container_notice(shop_id, sscc),
    CONSTRAINT container_notice_line_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT container_notice_line_some CHECK (((quantity > 0) AND (line_no >= 1)))
);
CREATE POLICY own_shop_only ON container_notice_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE container_notice_line FORCE ROW LEVEL SECURITY;

-- distributed: accounts of a shop at couriers and at those who book many; the lowest rank is asked first, secrets are sealed under a key of the account
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
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT courier_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_account_name_once UNIQUE (shop_id, name),
    CONSTRAINT courier_account_state_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);
CREATE POLICY own_shop_only ON courier_account USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE courier_account FORCE ROW LEVEL SECURITY;

-- distributed: tries to have a packed task carried, from before its courier is asked; the key is the name the courier knows it by
CREATE TABLE courier_booking (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    task_id uuid NOT NULL,
    key text NOT NULL,
    state text NOT NULL,
    account_id uuid,
    courier text,
    service text,
    weight_g integer NOT NULL,
    value_minor bigint NOT NULL,
    cod_minor bigint NOT NULL,
    insured boolean NOT NULL,
    cost_minor bigint,
    insurance_minor bigint,
    cod_fee_minor bigint,
    charged_minor bigint,
    least_days integer,
    most_days integer,
    serial bigint,
    prepared text,
    reference text,
    awb text,
    routing_code text,
    reason text,
    parcel_id uuid,
    wanted_by text NOT NULL,
    wanted_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    ask_at timestamp with time zone,
    asked integer NOT NULL,
    insurance_payer text,
    subsidy_payer text,
    CONSTRAINT courier_booking_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_booking_key_once UNIQUE (shop_id, key),
    CONSTRAINT courier_booking_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account(shop_id, id),
    CONSTRAINT courier_booking_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT courier_booking_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT courier_booking_task FOREIGN KEY (shop_id, task_id) REFERENCES task(shop_id, id),
    CONSTRAINT courier_booking_amounts CHECK (((value_minor >= 0) AND (cod_minor >= 0) AND (weight_g >= 0))),
    CONSTRAINT courier_booking_chosen_before_asked CHECK (((state = ANY (ARRAY['wanted'::text, 'failed'::text, 'withdrawn'::text])) OR ((account_id IS NOT NULL) AND (courier IS NOT NULL) AND (service IS NOT NULL)))),
    CONSTRAINT courier_booking_leaves_in_a_parcel CHECK (((state = 'handed_over'::text) = (parcel_id IS NOT NULL))),
    CONSTRAINT courier_booking_payers_known CHECK (((insurance_payer = ANY (ARRAY['shop'::text, 'buyer'::text, 'merchant'::text, 'platform'::text])) AND (subsidy_payer = ANY (ARRAY['shop'::text, 'merchant'::text, 'platform'::text])))),
    CONSTRAINT courier_booking_state_known CHECK ((state = ANY (ARRAY['wanted'::text, 'asking'::text, 'unknown'::text, 'booked'::text, 'failed'::text, 'withdrawing'::text, 'withdrawn'::text, 'handed_over'::text])))
);
CREATE INDEX courier_booking_awb ON courier_booking USING btree (shop_id, awb) WHERE (awb IS NOT NULL);
CREATE INDEX courier_booking_due ON courier_booking USING btree (shop_id, ask_at) WHERE (ask_at IS NOT NULL);
CREATE INDEX courier_booking_named ON courier_booking USING btree (shop_id, account_id, reference);
CREATE INDEX courier_booking_of_order ON courier_booking USING btree (shop_id, order_id);
CREATE INDEX courier_booking_of_parcel ON courier_booking USING btree (shop_id, parcel_id) WHERE (parcel_id IS NOT NULL);
CREATE INDEX courier_booking_of_task ON courier_booking USING btree (shop_id, task_id);
CREATE UNIQUE INDEX courier_booking_one_at_a_time ON courier_booking USING btree (shop_id, task_id) WHERE (state = ANY (ARRAY['wanted'::text, 'asking'::text, 'unknown'::text, 'booked'::text]));
CREATE UNIQUE INDEX courier_booking_serial_once ON courier_booking USING btree (shop_id, account_id, serial) WHERE (serial IS NOT NULL);
CREATE INDEX courier_booking_taken_back ON courier_booking USING btree (shop_id, awb) WHERE ((awb IS NOT NULL) AND (state = ANY (ARRAY['failed'::text, 'withdrawing'::text, 'withdrawn'::text])));
CREATE POLICY own_shop_only ON courier_booking USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE courier_booking FORCE ROW LEVEL SECURITY;

-- distributed: when a courier leaves a location; minutes of its own day, days from Monday 1; no services is all of them
CREATE TABLE courier_cutoff (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    courier text NOT NULL,
    services text[] NOT NULL,
    closes_minute integer NOT NULL,
    lead_minutes integer NOT NULL,
    days integer[] NOT NULL,
    CONSTRAINT courier_cutoff_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_cutoff_once UNIQUE (shop_id, location_id, courier, closes_minute),
    CONSTRAINT courier_cutoff_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT courier_cutoff_lead_some CHECK (((lead_minutes >= 1) AND (lead_minutes <= 1439))),
    CONSTRAINT courier_cutoff_of_a_day CHECK (((closes_minute >= 0) AND (closes_minute <= 1439))),
    CONSTRAINT courier_cutoff_on_days CHECK ((((cardinality(days) >= 1) AND (cardinality(days) <= 7)) AND (days <@ ARRAY[1, 2, 3, 4, 5, 6, 7])))
);
CREATE POLICY own_shop_only ON courier_cutoff USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE courier_cutoff FORCE ROW LEVEL SECURITY;

-- distributed: what couriers sent us, sealed under the key of their account; a genuine one waits until it is heard, and may be heard again
CREATE TABLE courier_notice (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    letter bytea NOT NULL,
    times integer NOT NULL DEFAULT 1,
    received_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone,
    tries integer NOT NULL DEFAULT 0,
    hear_at timestamp with time zone,
    CONSTRAINT courier_notice_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT courier_notice_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT courier_notice_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account(shop_id, id),
    CONSTRAINT courier_notice_only_genuine_waits CHECK (((verdict = 'genuine'::text) OR (heard_at IS NOT NULL))),
    CONSTRAINT courier_notice_tries_sane CHECK ((tries >= 0)),
    CONSTRAINT courier_notice_verdict_known CHECK ((verdict = ANY (ARRAY['genuine'::text, 'forged'::text, 'unreadable'::text])))
);
CREATE INDEX courier_notice_of_account ON courier_notice USING btree (shop_id, account_id, received_at);
CREATE INDEX courier_notice_received ON courier_notice USING btree (shop_id, received_at);
CREATE INDEX courier_notice_waiting ON courier_notice USING btree (shop_id, received_at) WHERE (heard_at IS NULL);
CREATE POLICY own_shop_only ON courier_notice USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE courier_notice FORCE ROW LEVEL SECURITY;

-- distributed: offers of courier accounts by district, kilogram and service, with the worth and the cash they were asked for
CREATE TABLE courier_rate (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    weight_kg integer NOT NULL,
    cod boolean NOT NULL,
    insured boolean NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    cost_minor bigint NOT NULL,
    insurance_minor bigint,
    cod_fee_minor bigint,
    takes_cod boolean NOT NULL,
    least_days integer,
    most_days integer,
    value_minor bigint NOT NULL,
    cod_minor bigint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT courier_rate_pkey PRIMARY KEY (shop_id, account_id, origin, destination, weight_kg, cod, insured, courier, service),
    CONSTRAINT courier_rate_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account(shop_id, id),
    CONSTRAINT courier_rate_amounts CHECK (((cost_minor >= 0) AND (weight_kg > 0)))
);
CREATE INDEX courier_rate_between ON courier_rate USING btree (shop_id, origin, destination, weight_kg);
CREATE INDEX courier_rate_old ON courier_rate USING btree (shop_id, asked_at);
CREATE POLICY own_shop_only ON courier_rate USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE courier_rate FORCE ROW LEVEL SECURITY;

-- distributed: a buyer; name, phone and e-mail encrypted
CREATE TABLE customer (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name_enc bytea,
    phone_enc bytea,
    email_enc bytea,
    phone_index bytea,
    email_index bytea,
    external_id text,
    customer_group text,
    note_enc bytea,
    state text NOT NULL,
    merged_into uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT customer_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customer_erased_is_empty CHECK (((state <> 'erased'::text) OR ((name_enc IS NULL) AND (phone_enc IS NULL) AND (email_enc IS NULL) AND (phone_index IS NULL) AND (email_index IS NULL) AND (note_enc IS NULL)))),
    CONSTRAINT customer_merged_has_survivor CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL))),
    CONSTRAINT customer_state_known CHECK ((state = ANY (ARRAY['active'::text, 'merged'::text, 'erased'::text])))
);
CREATE INDEX customer_email ON customer USING btree (shop_id, email_index) WHERE (email_index IS NOT NULL);
CREATE UNIQUE INDEX customer_external_once ON customer USING btree (shop_id, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX customer_family ON customer USING btree (shop_id, merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX customer_merged_phone ON customer USING btree (shop_id, phone_index) WHERE (state = 'merged'::text);
CREATE INDEX customer_newest ON customer USING btree (shop_id, created_at DESC, id);
CREATE UNIQUE INDEX customer_phone_once ON customer USING btree (shop_id, phone_index) WHERE ((state = 'active'::text) AND (phone_index IS NOT NULL));
CREATE POLICY own_shop_only ON customer USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE customer FORCE ROW LEVEL SECURITY;

-- distributed: an address, never edited (orders point at it): a correction is a new row and retires this one
CREATE TABLE customer_address (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    digest bytea,
    recipient_enc bytea,
    phone_enc bytea,
    line_enc bytea,
    label text NOT NULL,
    village_code text,
    postcode text,
    area text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT customer_address_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT customer_address_once UNIQUE (shop_id, customer_id, digest),
    CONSTRAINT customer_address_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer(shop_id, id)
);
CREATE POLICY own_shop_only ON customer_address USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE customer_address FORCE ROW LEVEL SECURITY;

-- distributed: keyed hashes of the words of a name and of their beginnings, for search
CREATE TABLE customer_word (
    shop_id bigint NOT NULL,
    word_index bytea NOT NULL,
    customer_id uuid NOT NULL,
    CONSTRAINT customer_word_pkey PRIMARY KEY (shop_id, word_index, customer_id),
    CONSTRAINT customer_word_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer(shop_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_word_customer_id ON customer_word USING btree (shop_id, customer_id);
CREATE POLICY own_shop_only ON customer_word USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE customer_word FORCE ROW LEVEL SECURITY;

-- distributed: every automatic choice with inputs, rule version, outcome and reasons
CREATE TABLE decision (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    rule text NOT NULL,
    inputs jsonb NOT NULL,
    outcome jsonb NOT NULL,
    reasons jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (shop_id, subject_id, id)
);
CREATE INDEX decision_of_couriers ON decision USING btree (shop_id, decided_at, id) WHERE (kind = 'courier'::text);
CREATE INDEX decision_of_routing ON decision USING btree (shop_id, decided_at, id) WHERE (kind = 'routing'::text);
CREATE INDEX decision_of_sourcing ON decision USING btree (shop_id, decided_at, id) WHERE (kind = 'sourcing'::text);
CREATE POLICY own_shop_only ON decision USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE decision FORCE ROW LEVEL SECURITY;

-- distributed: a try to deliver a message on one channel; words are what was said, under the key of whom it was said to
CREATE TABLE delivery (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    message_id uuid NOT NULL,
    round integer NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    leased_until timestamp with time zone,
    ask_at timestamp with time zone,
    lost_at timestamp with time zone,
    provider_id text,
    cost_minor bigint,
    reason text,
    template_version integer,
    words_enc bytea,
    made_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    seen_at timestamp with time zone,
    CONSTRAINT delivery_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_once_per_channel UNIQUE (shop_id, message_id, round, channel),
    CONSTRAINT delivery_message FOREIGN KEY (shop_id, message_id) REFERENCES message(shop_id, id),
    CONSTRAINT delivery_channel_known CHECK ((channel = ANY (ARRAY['email'::text, 'whatsapp'::text, 'sms'::text, 'push'::text, 'webhook'::text]))),
    CONSTRAINT delivery_cost_not_negative CHECK ((cost_minor >= 0)),
    CONSTRAINT delivery_sending_is_leased CHECK (((state = 'sending'::text) = (leased_until IS NOT NULL))),
    CONSTRAINT delivery_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'delivered'::text, 'seen'::text, 'failed'::text, 'unknown'::text, 'suppressed'::text]))),
    CONSTRAINT delivery_unknown_is_asked CHECK (((state = 'unknown'::text) = (ask_at IS NOT NULL)))
) WITH (fillfactor=80);
CREATE INDEX delivery_due ON delivery USING btree (shop_id, channel, due_at, id) WHERE (state = 'queued'::text);
CREATE INDEX delivery_in_doubt ON delivery USING btree (shop_id, channel, ask_at) WHERE (state = 'unknown'::text);
CREATE INDEX delivery_leased ON delivery USING btree (shop_id, leased_until) WHERE (state = 'sending'::text);
CREATE INDEX delivery_of_provider ON delivery USING btree (shop_id, channel, provider_id) WHERE (provider_id IS NOT NULL);
CREATE UNIQUE INDEX delivery_one_in_the_air ON delivery USING btree (shop_id, message_id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text, 'unknown'::text]));
CREATE POLICY own_shop_only ON delivery USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE delivery FORCE ROW LEVEL SECURITY;

-- distributed: whether somebody is home on the day a parcel comes: who is asked, and what they answered
CREATE TABLE delivery_day (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    day date NOT NULL,
    state text NOT NULL,
    policy_version integer NOT NULL,
    step integer NOT NULL,
    tries integer NOT NULL,
    next_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    put_off_to date,
    answered_at timestamp with time zone,
    answered_by text,
    CONSTRAINT delivery_day_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_day_once UNIQUE (shop_id, parcel_id, day),
    CONSTRAINT delivery_day_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT delivery_day_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT delivery_day_answered_by_somebody CHECK (((answered_at IS NULL) = (answered_by IS NULL))),
    CONSTRAINT delivery_day_counts CHECK (((step >= 0) AND (tries >= 0))),
    CONSTRAINT delivery_day_over_is_not_due CHECK (((next_at IS NULL) OR (state = ANY (ARRAY['waiting'::text, 'asked'::text])))),
    CONSTRAINT delivery_day_put_off_says_to_when CHECK (((state = 'another_day'::text) = (put_off_to IS NOT NULL))),
    CONSTRAINT delivery_day_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'asked'::text, 'home'::text, 'another_day'::text, 'nobody'::text, 'unreachable'::text, 'overtaken'::text])))
);
CREATE INDEX delivery_day_due ON delivery_day USING btree (shop_id, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX delivery_day_of_order ON delivery_day USING btree (shop_id, order_id);
CREATE POLICY own_shop_only ON delivery_day USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE delivery_day FORCE ROW LEVEL SECURITY;

-- distributed: the day an order, and each parcel of it, is promised for, and whether that is in danger or was kept
CREATE TABLE delivery_promise (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid,
    leaves_on date NOT NULL,
    promised_on date NOT NULL,
    source text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    risk text,
    risk_at timestamp with time zone,
    closed_at timestamp with time zone,
    kept boolean,
    CONSTRAINT delivery_promise_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_promise_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT delivery_promise_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT delivery_promise_judged_when_closed CHECK (((kept IS NULL) OR (closed_at IS NOT NULL))),
    CONSTRAINT delivery_promise_leaves_first CHECK ((promised_on >= leaves_on)),
    CONSTRAINT delivery_promise_risk_known CHECK ((risk = ANY (ARRAY['not_left'::text, 'later'::text, 'slow'::text, 'attempt_failed'::text, 'missed'::text]))),
    CONSTRAINT delivery_promise_risk_since CHECK (((risk IS NULL) = (risk_at IS NULL))),
    CONSTRAINT delivery_promise_source_known CHECK ((source = ANY (ARRAY['measured'::text, 'courier'::text, 'table'::text])))
);
CREATE INDEX delivery_promise_all_of_order ON delivery_promise USING btree (shop_id, order_id);
CREATE INDEX delivery_promise_in_danger ON delivery_promise USING btree (shop_id, order_id) WHERE ((risk IS NOT NULL) AND (closed_at IS NULL));
CREATE UNIQUE INDEX delivery_promise_of_order ON delivery_promise USING btree (shop_id, order_id) WHERE (parcel_id IS NULL);
CREATE UNIQUE INDEX delivery_promise_of_parcel ON delivery_promise USING btree (shop_id, parcel_id) WHERE (parcel_id IS NOT NULL);
CREATE INDEX delivery_promise_open ON delivery_promise USING btree (shop_id, promised_on) WHERE (closed_at IS NULL);
CREATE POLICY own_shop_only ON delivery_promise USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE delivery_promise FORCE ROW LEVEL SECURITY;

-- distributed: facts, written in the transaction of their change; position is given later, once, by the sequencer
CREATE TABLE event (
    shop_id bigint NOT NULL,
    entity_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    actor text NOT NULL,
    reason text,
    request_id text,
    occurred_at timestamp with time zone NOT NULL,
    position bigint,
    CONSTRAINT event_pkey PRIMARY KEY (shop_id, entity_id, seq),
    CONSTRAINT event_seq_counts_from_one CHECK ((seq >= 1))
);
CREATE UNIQUE INDEX event_position ON event USING btree (shop_id, "position") WHERE ("position" IS NOT NULL);
CREATE INDEX event_unsequenced ON event USING btree (shop_id, occurred_at) WHERE ("position" IS NULL);
CREATE POLICY own_shop_only ON event USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE event FORCE ROW LEVEL SECURITY;

-- distributed: how far each consumer has applied the log
CREATE TABLE event_cursor (
    shop_id bigint NOT NULL,
    consumer text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT event_cursor_pkey PRIMARY KEY (shop_id, consumer)
);
CREATE POLICY own_shop_only ON event_cursor USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE event_cursor FORCE ROW LEVEL SECURITY;

-- distributed: last position given per shop; its row lock makes one sequencer per shop
CREATE TABLE event_head (
    shop_id bigint NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT event_head_pkey PRIMARY KEY (shop_id)
);
CREATE POLICY own_shop_only ON event_head USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE event_head FORCE ROW LEVEL SECURITY;

-- distributed: what is stuck and needs a person
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
    deadline timestamp with time zone,
    next_step text NOT NULL,
    state text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    closed_by text,
    closing_note text,
    CONSTRAINT exception_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT exception_entry_closing_is_told CHECK (((state = 'open'::text) = (closed_at IS NULL))),
    CONSTRAINT exception_entry_state_known CHECK ((state = ANY (ARRAY['open'::text, 'resolved'::text, 'dismissed'::text])))
);
CREATE INDEX exception_entry_by_deadline ON exception_entry USING btree (shop_id, deadline, id) WHERE (state = 'open'::text);
CREATE INDEX exception_entry_by_money ON exception_entry USING btree (shop_id, money_minor DESC, id) WHERE (state = 'open'::text);
CREATE INDEX exception_entry_closed ON exception_entry USING btree (shop_id, closed_at DESC, id DESC) WHERE (state <> 'open'::text);
CREATE INDEX exception_entry_key ON exception_entry USING btree (shop_id, dedupe_key, closed_at) WHERE (state <> 'open'::text);
CREATE UNIQUE INDEX exception_entry_open_once ON exception_entry USING btree (shop_id, dedupe_key) WHERE (state = 'open'::text);
CREATE INDEX exception_entry_subject ON exception_entry USING btree (shop_id, subject_id) WHERE (subject_id IS NOT NULL);
CREATE POLICY own_shop_only ON exception_entry USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE exception_entry FORCE ROW LEVEL SECURITY;

-- distributed: what a supplier promised; what is neither there nor given up is counted as incoming
CREATE TABLE expected_goods (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    quantity bigint NOT NULL,
    arrived bigint NOT NULL DEFAULT 0,
    given_up bigint NOT NULL DEFAULT 0,
    supplier text NOT NULL,
    due_on date,
    noted_by text NOT NULL,
    noted_at timestamp with time zone NOT NULL,
    CONSTRAINT expected_goods_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT expected_goods_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT expected_goods_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT expected_goods_no_more_than_promised CHECK (((quantity > 0) AND (arrived >= 0) AND (given_up >= 0) AND ((arrived + given_up) <= quantity)))
);
CREATE INDEX expected_goods_open ON expected_goods USING btree (shop_id, sku_id, location_id) WHERE ((arrived + given_up) < quantity);
CREATE POLICY own_shop_only ON expected_goods USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE expected_goods FORCE ROW LEVEL SECURITY;

-- distributed: the middle of a region, for doors in it that nobody has pinned; the longest code that begins a village code counts
CREATE TABLE fleet_area (
    shop_id bigint NOT NULL,
    area_code text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT fleet_area_pkey PRIMARY KEY (shop_id, area_code),
    CONSTRAINT fleet_area_on_the_globe CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))))
);
CREATE POLICY own_shop_only ON fleet_area USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_area FORCE ROW LEVEL SECURITY;

-- distributed: where vans of a location begin, when doors are stopped at, and how long a stop takes
CREATE TABLE fleet_depot (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    opens time without time zone NOT NULL,
    closes time without time zone NOT NULL,
    service_s integer NOT NULL,
    CONSTRAINT fleet_depot_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT fleet_depot_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT fleet_depot_on_the_globe CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))),
    CONSTRAINT fleet_depot_opens_before_it_closes CHECK ((opens < closes)),
    CONSTRAINT fleet_depot_service_in_bounds CHECK (((service_s >= 0) AND (service_s <= 7200)))
);
CREATE POLICY own_shop_only ON fleet_depot USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_depot FORCE ROW LEVEL SECURITY;

-- distributed: where the door of an address is, under the key of the person who lives behind it
CREATE TABLE fleet_door (
    shop_id bigint NOT NULL,
    address_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    point_enc bytea NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT fleet_door_pkey PRIMARY KEY (shop_id, address_id),
    CONSTRAINT fleet_door_address FOREIGN KEY (shop_id, address_id) REFERENCES customer_address(shop_id, id)
);
CREATE POLICY own_shop_only ON fleet_door USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_door FORCE ROW LEVEL SECURITY;

-- distributed: accounts of the shop that drive, and the hours of their shift on the clock of the location
CREATE TABLE fleet_driver (
    shop_id bigint NOT NULL,
    staff_id uuid NOT NULL,
    location_id uuid NOT NULL,
    begins time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT fleet_driver_pkey PRIMARY KEY (shop_id, staff_id),
    CONSTRAINT fleet_driver_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot(shop_id, location_id),
    CONSTRAINT fleet_driver_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff(shop_id, id),
    CONSTRAINT fleet_driver_begins_before_it_ends CHECK ((begins < ends))
);
CREATE POLICY own_shop_only ON fleet_driver USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_driver FORCE ROW LEVEL SECURITY;

-- distributed: routes that were asked for: of a location, or the rest of one run; what came of it, in counts
CREATE TABLE fleet_planning (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    run_id uuid,
    weather text NOT NULL,
    state text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    refusal text,
    outcome jsonb,
    CONSTRAINT fleet_planning_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_planning_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot(shop_id, location_id),
    CONSTRAINT fleet_planning_run FOREIGN KEY (shop_id, run_id) REFERENCES fleet_run(shop_id, id),
    CONSTRAINT fleet_planning_applied_says_what CHECK (((state = 'applied'::text) = (outcome IS NOT NULL))),
    CONSTRAINT fleet_planning_refused_says_why CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT fleet_planning_state_known CHECK ((state = ANY (ARRAY['asked'::text, 'applied'::text, 'refused'::text])))
);
CREATE INDEX fleet_planning_last ON fleet_planning USING btree (shop_id, location_id, asked_at);
CREATE UNIQUE INDEX fleet_planning_one_at_a_time ON fleet_planning USING btree (shop_id, location_id) WHERE ((state = 'asked'::text) AND (run_id IS NULL));
CREATE UNIQUE INDEX fleet_planning_one_per_run ON fleet_planning USING btree (shop_id, run_id) WHERE ((state = 'asked'::text) AND (run_id IS NOT NULL));
CREATE POLICY own_shop_only ON fleet_planning USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_planning FORCE ROW LEVEL SECURITY;

-- distributed: where the telephone of a driver saw a van last, while it is out
CREATE TABLE fleet_position (
    shop_id bigint NOT NULL,
    van_id uuid NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT fleet_position_pkey PRIMARY KEY (shop_id, van_id),
    CONSTRAINT fleet_position_van FOREIGN KEY (shop_id, van_id) REFERENCES fleet_van(shop_id, id),
    CONSTRAINT fleet_position_on_the_globe CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))))
);
CREATE POLICY own_shop_only ON fleet_position USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_position FORCE ROW LEVEL SECURITY;

-- distributed: a tour of a van with its driver; times are those of the last solution; version counts every change of it or its stops
CREATE TABLE fleet_run (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    van_id uuid NOT NULL,
    driver_id uuid NOT NULL,
    state text NOT NULL,
    weather text NOT NULL,
    metres integer NOT NULL,
    leaves_at timestamp with time zone NOT NULL,
    returns_at timestamp with time zone NOT NULL,
    planned_by text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    solved_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    version integer NOT NULL,
    CONSTRAINT fleet_run_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_run_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot(shop_id, location_id),
    CONSTRAINT fleet_run_driver FOREIGN KEY (shop_id, driver_id) REFERENCES fleet_driver(shop_id, staff_id),
    CONSTRAINT fleet_run_van FOREIGN KEY (shop_id, van_id) REFERENCES fleet_van(shop_id, id),
    CONSTRAINT fleet_run_out_has_left CHECK (((left_at IS NULL) = (state = ANY (ARRAY['planned'::text, 'cancelled'::text])))),
    CONSTRAINT fleet_run_state_known CHECK ((state = ANY (ARRAY['planned'::text, 'out'::text, 'back'::text, 'closed'::text, 'cancelled'::text])))
);
CREATE UNIQUE INDEX fleet_run_driver_once ON fleet_run USING btree (shop_id, driver_id) WHERE (state = ANY (ARRAY['planned'::text, 'out'::text]));
CREATE INDEX fleet_run_of_day ON fleet_run USING btree (shop_id, location_id, day);
CREATE INDEX fleet_run_open ON fleet_run USING btree (shop_id, state, moved_at) WHERE (state = ANY (ARRAY['planned'::text, 'out'::text, 'back'::text]));
CREATE UNIQUE INDEX fleet_run_van_once ON fleet_run USING btree (shop_id, van_id) WHERE (state = ANY (ARRAY['planned'::text, 'out'::text]));
CREATE POLICY own_shop_only ON fleet_run USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_run FORCE ROW LEVEL SECURITY;

-- distributed: a parcel on a run; who took it and its picture are under the key of its buyer; cash is what was to be collected when it was planned, collected what the driver took
CREATE TABLE fleet_stop (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    turn integer NOT NULL,
    state text NOT NULL,
    arrives_at timestamp with time zone NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    cash_minor bigint NOT NULL,
    collected_minor bigint NOT NULL,
    pinned boolean NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    reason text,
    received_by_enc bytea,
    photo_enc bytea,
    CONSTRAINT fleet_stop_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_stop_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT fleet_stop_run FOREIGN KEY (shop_id, run_id) REFERENCES fleet_run(shop_id, id),
    CONSTRAINT fleet_stop_cash_not_negative CHECK (((cash_minor >= 0) AND (collected_minor >= 0))),
    CONSTRAINT fleet_stop_collects_where_it_delivers CHECK (((collected_minor = 0) OR (state = 'delivered'::text))),
    CONSTRAINT fleet_stop_failed_says_why CHECK (((state = 'failed'::text) = (reason IS NOT NULL))),
    CONSTRAINT fleet_stop_proof_of_delivery CHECK (((state = 'delivered'::text) OR ((received_by_enc IS NULL) AND (photo_enc IS NULL)))),
    CONSTRAINT fleet_stop_state_known CHECK ((state = ANY (ARRAY['planned'::text, 'next'::text, 'delivered'::text, 'failed'::text, 'skipped'::text])))
);
CREATE INDEX fleet_stop_of_order ON fleet_stop USING btree (shop_id, order_id);
CREATE INDEX fleet_stop_of_parcel ON fleet_stop USING btree (shop_id, parcel_id);
CREATE INDEX fleet_stop_of_run ON fleet_stop USING btree (shop_id, run_id, turn);
CREATE UNIQUE INDEX fleet_stop_one_next ON fleet_stop USING btree (shop_id, run_id) WHERE (state = 'next'::text);
CREATE UNIQUE INDEX fleet_stop_parcel_once ON fleet_stop USING btree (shop_id, parcel_id) WHERE (state = ANY (ARRAY['planned'::text, 'next'::text]));
CREATE POLICY own_shop_only ON fleet_stop USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_stop FORCE ROW LEVEL SECURITY;

-- distributed: vans, what they hold, how much cash may be in one, and what driving it costs
CREATE TABLE fleet_van (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    name text NOT NULL,
    capacity_g bigint NOT NULL,
    capacity_parcels integer NOT NULL,
    cash_limit_minor bigint NOT NULL,
    fixed_minor bigint NOT NULL,
    per_km_minor bigint NOT NULL,
    per_hour_minor bigint NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT fleet_van_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT fleet_van_name_once UNIQUE (shop_id, location_id, name),
    CONSTRAINT fleet_van_depot FOREIGN KEY (shop_id, location_id) REFERENCES fleet_depot(shop_id, location_id),
    CONSTRAINT fleet_van_costs_not_negative CHECK (((cash_limit_minor >= 0) AND (fixed_minor >= 0) AND (per_km_minor >= 0) AND (per_hour_minor >= 0))),
    CONSTRAINT fleet_van_holds_something CHECK (((capacity_g > 0) AND (capacity_parcels > 0)))
);
CREATE POLICY own_shop_only ON fleet_van USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_van FORCE ROW LEVEL SECURITY;

-- distributed: the hours somebody is home for a parcel, on the clock of the location it leaves from
CREATE TABLE fleet_wish (
    shop_id bigint NOT NULL,
    parcel_id uuid NOT NULL,
    opens time without time zone NOT NULL,
    closes time without time zone NOT NULL,
    CONSTRAINT fleet_wish_pkey PRIMARY KEY (shop_id, parcel_id),
    CONSTRAINT fleet_wish_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT fleet_wish_opens_before_it_closes CHECK ((opens < closes))
);
CREATE POLICY own_shop_only ON fleet_wish USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE fleet_wish FORCE ROW LEVEL SECURITY;

-- distributed: accounts of a shop at payment gateways; their secrets are sealed under a key of their own
CREATE TABLE gateway_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    gateway text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    secrets bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    state text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT gateway_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_account_state_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);
CREATE POLICY own_shop_only ON gateway_account USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE gateway_account FORCE ROW LEVEL SECURITY;

-- distributed: whom to reach at a gateway, in what turn
CREATE TABLE gateway_contact (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    email text NOT NULL,
    hours text NOT NULL,
    rank integer NOT NULL,
    CONSTRAINT gateway_contact_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_contact_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id)
);
CREATE INDEX gateway_contact_of ON gateway_contact USING btree (shop_id, account_id, rank);
CREATE POLICY own_shop_only ON gateway_contact USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE gateway_contact FORCE ROW LEVEL SECURITY;

-- distributed: what gateways sent us; a genuine one waits until its try is to be asked for, and moves nothing itself
CREATE TABLE gateway_notice (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    reference text,
    gateway_id text,
    claims text,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    times integer NOT NULL DEFAULT 1,
    attempt_id uuid,
    received_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone,
    repeated boolean NOT NULL DEFAULT false,
    CONSTRAINT gateway_notice_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT gateway_notice_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT gateway_notice_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT gateway_notice_only_genuine_waits CHECK (((verdict = 'genuine'::text) OR (heard_at IS NOT NULL))),
    CONSTRAINT gateway_notice_verdict_known CHECK ((verdict = ANY (ARRAY['genuine'::text, 'forged'::text, 'unreadable'::text])))
);
CREATE INDEX gateway_notice_of_attempt ON gateway_notice USING btree (shop_id, attempt_id) WHERE (attempt_id IS NOT NULL);
CREATE INDEX gateway_notice_received ON gateway_notice USING btree (shop_id, received_at);
CREATE INDEX gateway_notice_strangers ON gateway_notice USING btree (shop_id, account_id, received_at) WHERE ((attempt_id IS NULL) AND (heard_at IS NOT NULL));
CREATE INDEX gateway_notice_waiting ON gateway_notice USING btree (shop_id, received_at) WHERE (heard_at IS NULL);
CREATE POLICY own_shop_only ON gateway_notice USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE gateway_notice FORCE ROW LEVEL SECURITY;

-- distributed: one return (RMA) of an order
CREATE TABLE goods_return (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    location_id uuid,
    refund_id uuid,
    requested_by text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone,
    inspected_at timestamp with time zone,
    closed_at timestamp with time zone,
    moved_at timestamp with time zone,
    note text,
    parcel_id uuid,
    policy_version integer,
    way_paid_by text,
    way text NOT NULL DEFAULT 'refund'::text,
    trusted_at timestamp with time zone,
    CONSTRAINT goods_return_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT goods_return_number_once UNIQUE (shop_id, order_id, number),
    CONSTRAINT goods_return_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id) NOT VALID,
    CONSTRAINT goods_return_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT goods_return_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT goods_return_payer_known CHECK ((way_paid_by = ANY (ARRAY['shop'::text, 'buyer'::text]))),
    CONSTRAINT goods_return_state_known CHECK ((state = ANY (ARRAY['requested'::text, 'approved'::text, 'rejected'::text, 'in_transit'::text, 'received'::text, 'inspected'::text, 'resolved'::text, 'closed'::text]))),
    CONSTRAINT goods_return_way_known CHECK ((way = ANY (ARRAY['refund'::text, 'credit'::text, 'exchange'::text])))
);
CREATE UNIQUE INDEX goods_return_of_parcel ON goods_return USING btree (shop_id, parcel_id) WHERE (parcel_id IS NOT NULL);
CREATE INDEX goods_return_open ON goods_return USING btree (shop_id, requested_at) WHERE (state <> ALL (ARRAY['rejected'::text, 'closed'::text]));
CREATE INDEX goods_return_order_of ON goods_return USING btree (shop_id, order_id);
CREATE POLICY own_shop_only ON goods_return USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE goods_return FORCE ROW LEVEL SECURITY;

-- distributed: cancellation lines of a run under the customer of their invoice, to be matched once all sales are in
CREATE TABLE import_cancellation (
    shop_id bigint NOT NULL,
    run_id uuid NOT NULL,
    customer text NOT NULL,
    number integer NOT NULL,
    invoice text NOT NULL,
    sku text NOT NULL,
    price numeric NOT NULL,
    currency text NOT NULL,
    units integer NOT NULL,
    minor bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT import_cancellation_pkey PRIMARY KEY (shop_id, run_id, customer, number)
);
CREATE POLICY own_shop_only ON import_cancellation USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_cancellation FORCE ROW LEVEL SECURITY;

-- distributed: what the file adds up to per day and currency, counted while reading; unknown where the file does not say
CREATE TABLE import_file_sum (
    shop_id bigint NOT NULL,
    run_id uuid NOT NULL,
    day text NOT NULL,
    currency text NOT NULL,
    lines bigint NOT NULL,
    exact numeric NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT import_file_sum_pkey PRIMARY KEY (shop_id, run_id, day, currency),
    CONSTRAINT import_file_sum_run FOREIGN KEY (shop_id, run_id) REFERENCES import_run(shop_id, id) ON DELETE CASCADE
);
CREATE POLICY own_shop_only ON import_file_sum USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_file_sum FORCE ROW LEVEL SECURITY;

-- distributed: invoices any run has brought, so that the next run adds nothing to them
CREATE TABLE import_invoice (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    invoice text NOT NULL,
    run_id uuid NOT NULL,
    order_id uuid,
    CONSTRAINT import_invoice_pkey PRIMARY KEY (shop_id, channel_id, invoice)
);
CREATE POLICY own_shop_only ON import_invoice USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_invoice FORCE ROW LEVEL SECURITY;

-- distributed: every line of a file as it was read; raw is kept for lines that could not be
CREATE TABLE import_line (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    invoice text NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    sku text,
    description text,
    quantity integer,
    at timestamp with time zone,
    day date,
    price numeric,
    customer text,
    country text,
    currency text,
    exact numeric,
    minor bigint,
    cancelling boolean NOT NULL,
    fault text,
    raw jsonb,
    CONSTRAINT import_line_pkey PRIMARY KEY (shop_id, channel_id, invoice, run_id, number),
    CONSTRAINT import_line_sound_or_faulty CHECK (((fault IS NOT NULL) OR ((sku IS NOT NULL) AND (quantity IS NOT NULL) AND (at IS NOT NULL) AND (day IS NOT NULL) AND (price IS NOT NULL) AND (currency IS NOT NULL) AND (exact IS NOT NULL) AND (minor IS NOT NULL))))
);
CREATE POLICY own_shop_only ON import_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_line FORCE ROW LEVEL SECURITY;

-- distributed: what became of a line of a file, exactly one row per line; known when an earlier run had brought it
CREATE TABLE import_outcome (
    shop_id bigint NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    outcome text NOT NULL,
    reason text,
    known boolean NOT NULL,
    order_id uuid,
    line_no integer,
    repaired_at timestamp with time zone,
    taken_up_by uuid,
    CONSTRAINT import_outcome_pkey PRIMARY KEY (shop_id, run_id, number),
    CONSTRAINT import_outcome_known CHECK ((outcome = ANY (ARRAY['ordered'::text, 'returned'::text, 'waiting'::text]))),
    CONSTRAINT import_outcome_taken_up_waited CHECK (((taken_up_by IS NULL) OR (outcome = 'waiting'::text))),
    CONSTRAINT import_outcome_waits_for_a_reason CHECK (((outcome = 'waiting'::text) = (reason IS NOT NULL)))
);
CREATE POLICY own_shop_only ON import_outcome USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_outcome FORCE ROW LEVEL SECURITY;

-- distributed: one file read under one mapping, and how far it has come; moves in the transaction of what it counts
CREATE TABLE import_run (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    source text NOT NULL,
    fingerprint text NOT NULL,
    mapping jsonb NOT NULL,
    state text NOT NULL,
    lines_total integer,
    lines_read integer NOT NULL,
    last_invoice text NOT NULL,
    last_number integer NOT NULL,
    last_customer text NOT NULL,
    made jsonb NOT NULL,
    report jsonb,
    started_by text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    digest text,
    day_order_taken text,
    CONSTRAINT import_run_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT import_run_file_once UNIQUE (shop_id, channel_id, fingerprint),
    CONSTRAINT import_run_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel(shop_id, id),
    CONSTRAINT import_run_day_order_known CHECK ((day_order_taken = ANY (ARRAY['dmy'::text, 'mdy'::text]))),
    CONSTRAINT import_run_finished_has_report CHECK (((state = 'finished'::text) = (report IS NOT NULL))),
    CONSTRAINT import_run_state_known CHECK ((state = ANY (ARRAY['reading'::text, 'ordering'::text, 'matching'::text, 'finished'::text])))
);
CREATE POLICY own_shop_only ON import_run USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_run FORCE ROW LEVEL SECURITY;

-- distributed: which sale each cancellation line took its units and money from
CREATE TABLE import_taken (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    units integer NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT import_taken_pkey PRIMARY KEY (shop_id, order_id, line_no, run_id, number),
    CONSTRAINT import_taken_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT import_taken_some CHECK (((units > 0) AND (minor >= 0)))
);
CREATE POLICY own_shop_only ON import_taken USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_taken FORCE ROW LEVEL SECURITY;

-- distributed: a file brought in with a browser; one row per file, so that sending it twice starts one import
CREATE TABLE import_upload (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    source text NOT NULL,
    stored text NOT NULL,
    digest text NOT NULL,
    bytes bigint NOT NULL,
    state text NOT NULL,
    mapping jsonb,
    channel text,
    fingerprint text,
    fault jsonb,
    uploaded_by text NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT import_upload_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT import_upload_file_once UNIQUE (shop_id, digest),
    CONSTRAINT import_upload_ended CHECK (((state = ANY (ARRAY['finished'::text, 'failed'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT import_upload_failed_says_why CHECK (((state = 'failed'::text) = (fault IS NOT NULL))),
    CONSTRAINT import_upload_started_has_mapping CHECK (((state = 'chosen'::text) OR ((mapping IS NOT NULL) AND (channel IS NOT NULL) AND (fingerprint IS NOT NULL)))),
    CONSTRAINT import_upload_state_known CHECK ((state = ANY (ARRAY['chosen'::text, 'waiting'::text, 'running'::text, 'finished'::text, 'failed'::text])))
);
CREATE POLICY own_shop_only ON import_upload USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE import_upload FORCE ROW LEVEL SECURITY;

-- distributed: messages already applied, so that a second delivery does nothing
CREATE TABLE inbound (
    shop_id bigint NOT NULL,
    source text NOT NULL,
    message_id text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT inbound_pkey PRIMARY KEY (shop_id, source, message_id)
);
CREATE INDEX inbound_received ON inbound USING btree (shop_id, received_at);
CREATE POLICY own_shop_only ON inbound USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE inbound FORCE ROW LEVEL SECURITY;

-- distributed: trouble of payment rails, from the first suspicion to the review; words are what is announced
CREATE TABLE incident (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    state text NOT NULL,
    by_itself boolean NOT NULL,
    since timestamp with time zone NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    opened_by text NOT NULL,
    confirmed_at timestamp with time zone,
    recovered_at timestamp with time zone,
    closed_at timestamp with time zone,
    estimate timestamp with time zone,
    evidence jsonb NOT NULL,
    words_id text NOT NULL,
    words_en text NOT NULL,
    published_at timestamp with time zone,
    review text,
    hit_orders integer,
    hit_minor bigint,
    lost_orders integer,
    lost_minor bigint,
    again_at timestamp with time zone,
    false_at timestamp with time zone,
    false_by text,
    false_why text,
    CONSTRAINT incident_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT incident_begins_again_after_it_began CHECK ((again_at >= since)),
    CONSTRAINT incident_begins_before_it_is_seen CHECK ((since <= opened_at)),
    CONSTRAINT incident_closed_with_a_review CHECK (((state <> 'closed'::text) OR ((review IS NOT NULL) AND (hit_orders IS NOT NULL) AND (hit_minor IS NOT NULL) AND (lost_orders IS NOT NULL) AND (lost_minor IS NOT NULL)))),
    CONSTRAINT incident_false_with_a_reason CHECK ((((false_at IS NULL) = (false_by IS NULL)) AND ((false_at IS NULL) = (false_why IS NULL)))),
    CONSTRAINT incident_kind_known CHECK ((kind = ANY (ARRAY['down'::text, 'slow'::text, 'declines'::text, 'silent'::text, 'other'::text]))),
    CONSTRAINT incident_severity_known CHECK ((severity = ANY (ARRAY['minor'::text, 'major'::text, 'critical'::text]))),
    CONSTRAINT incident_state_known CHECK ((state = ANY (ARRAY['suspected'::text, 'open'::text, 'recovered'::text, 'closed'::text, 'dismissed'::text])))
);
CREATE INDEX incident_newest ON incident USING btree (shop_id, since, id);
CREATE INDEX incident_unfinished ON incident USING btree (shop_id, state) WHERE (state = ANY (ARRAY['suspected'::text, 'open'::text, 'recovered'::text]));
CREATE POLICY own_shop_only ON incident USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE incident FORCE ROW LEVEL SECURITY;

-- distributed: orders whose limit an incident keeps from coming nearer, since when and until when
CREATE TABLE incident_clock (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    order_id uuid NOT NULL,
    stopped_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    CONSTRAINT incident_clock_pkey PRIMARY KEY (shop_id, incident_id, order_id),
    CONSTRAINT incident_clock_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident(shop_id, id),
    CONSTRAINT incident_clock_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id)
);
CREATE INDEX incident_clock_of_order ON incident_clock USING btree (shop_id, order_id);
CREATE POLICY own_shop_only ON incident_clock USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE incident_clock FORCE ROW LEVEL SECURITY;

-- distributed: what was said to a provider and heard from it
CREATE TABLE incident_note (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    written_by text NOT NULL,
    heard boolean NOT NULL,
    who text NOT NULL,
    question text,
    words text NOT NULL,
    CONSTRAINT incident_note_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT incident_note_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident(shop_id, id)
);
CREATE INDEX incident_note_of ON incident_note USING btree (shop_id, incident_id, at);
CREATE POLICY own_shop_only ON incident_note USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE incident_note FORCE ROW LEVEL SECURITY;

-- distributed: the rails an incident is about; until ended_at no other incident is about them
CREATE TABLE incident_rail (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    rail_id uuid NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT incident_rail_pkey PRIMARY KEY (shop_id, incident_id, rail_id),
    CONSTRAINT incident_rail_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident(shop_id, id),
    CONSTRAINT incident_rail_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail(shop_id, id)
);
CREATE UNIQUE INDEX incident_rail_one_open ON incident_rail USING btree (shop_id, rail_id) WHERE (ended_at IS NULL);
CREATE POLICY own_shop_only ON incident_rail USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE incident_rail FORCE ROW LEVEL SECURITY;

-- distributed: which buyers were told of trouble, and of its end: one row is one message
CREATE TABLE incident_told (
    shop_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    order_id uuid NOT NULL,
    what text NOT NULL,
    attempt_id uuid NOT NULL,
    told_at timestamp with time zone NOT NULL,
    CONSTRAINT incident_told_pkey PRIMARY KEY (shop_id, incident_id, order_id, what),
    CONSTRAINT incident_told_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT incident_told_incident FOREIGN KEY (shop_id, incident_id) REFERENCES incident(shop_id, id),
    CONSTRAINT incident_told_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT incident_told_what_known CHECK ((what = ANY (ARRAY['trouble'::text, 'recovered'::text])))
);
CREATE POLICY own_shop_only ON incident_told USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE incident_told FORCE ROW LEVEL SECURITY;

-- local: the installation itself, one row
CREATE TABLE installation (
    only_row smallint NOT NULL,
    master_key_fingerprint text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT installation_pkey PRIMARY KEY (only_row),
    CONSTRAINT installation_is_one CHECK ((only_row = 1))
);

-- distributed: every time a label was printed; the first copy is the label, later ones say what they are
CREATE TABLE label_print (
    shop_id bigint NOT NULL,
    job_id uuid NOT NULL,
    turn integer NOT NULL,
    subject_id uuid NOT NULL,
    code text NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT label_print_pkey PRIMARY KEY (shop_id, job_id, turn),
    CONSTRAINT label_print_copy_once UNIQUE (shop_id, subject_id, copy),
    CONSTRAINT label_print_job FOREIGN KEY (shop_id, job_id) REFERENCES print_job(shop_id, id),
    CONSTRAINT label_print_counts CHECK (((turn >= 1) AND (copy >= 1)))
);
CREATE POLICY own_shop_only ON label_print USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE label_print FORCE ROW LEVEL SECURITY;

-- distributed: working days from handover to door, by courier, service and both ends, at fixed shares of parcels; empty courier or service is all of them
CREATE TABLE lead_time (
    shop_id bigint NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    origin text NOT NULL,
    area text NOT NULL,
    parcels integer NOT NULL,
    days integer[] NOT NULL,
    learned_at timestamp with time zone NOT NULL,
    CONSTRAINT lead_time_pkey PRIMARY KEY (shop_id, courier, service, origin, area),
    CONSTRAINT lead_time_of_some CHECK (((parcels > 0) AND (cardinality(days) > 0)))
);
CREATE POLICY own_shop_only ON lead_time USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE lead_time FORCE ROW LEVEL SECURITY;

-- distributed: places that hold stock, and the accounts it comes from and goes to
CREATE TABLE location (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    village_code text,
    address text NOT NULL,
    time_zone text NOT NULL,
    sells boolean NOT NULL,
    rank integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT location_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT location_code_once UNIQUE (shop_id, code),
    CONSTRAINT location_kind_known CHECK ((kind = ANY (ARRAY['warehouse'::text, 'store'::text, 'supplier'::text, 'customer'::text, 'loss'::text, 'transit'::text, 'quarantine'::text]))),
    CONSTRAINT location_only_real_ones_sell CHECK (((NOT sells) OR (kind = ANY (ARRAY['warehouse'::text, 'store'::text]))))
);
CREATE POLICY own_shop_only ON location USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE location FORCE ROW LEVEL SECURITY;

-- distributed: a batch of goods with its expiry
CREATE TABLE lot (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    code text NOT NULL,
    expires_on date,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT lot_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT lot_code_once UNIQUE (shop_id, sku_id, code),
    CONSTRAINT lot_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id)
);
CREATE POLICY own_shop_only ON lot USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE lot FORCE ROW LEVEL SECURITY;

-- distributed: where the provider of an account publishes its maintenance, and how the last reading went
CREATE TABLE maintenance_feed (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    address text NOT NULL,
    asked_at timestamp with time zone,
    read_at timestamp with time zone,
    fault text,
    CONSTRAINT maintenance_feed_pkey PRIMARY KEY (shop_id, account_id),
    CONSTRAINT maintenance_feed_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id)
);
CREATE POLICY own_shop_only ON maintenance_feed USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE maintenance_feed FORCE ROW LEVEL SECURITY;

-- distributed: announced maintenance of an account, of some of its methods or of all; a flagged one lowers nothing
CREATE TABLE maintenance_window (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    methods text[] NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    title text NOT NULL,
    flag text,
    feed_id text,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    CONSTRAINT maintenance_window_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT maintenance_window_once UNIQUE (shop_id, account_id, feed_id),
    CONSTRAINT maintenance_window_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT maintenance_window_flag_known CHECK ((flag = ANY (ARRAY['too_long'::text, 'unknown_part'::text]))),
    CONSTRAINT maintenance_window_forward CHECK ((ends_at > starts_at))
);
CREATE INDEX maintenance_window_by_end ON maintenance_window USING btree (shop_id, ends_at) WHERE (cancelled_at IS NULL);
CREATE POLICY own_shop_only ON maintenance_window USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE maintenance_window FORCE ROW LEVEL SECURITY;

-- distributed: a pick-up of a courier at a location
CREATE TABLE manifest (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    courier text NOT NULL,
    state text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    closed_by text,
    CONSTRAINT manifest_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT manifest_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT manifest_closed_by_somebody CHECK (((state = 'closed'::text) = (closed_by IS NOT NULL))),
    CONSTRAINT manifest_state_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text, 'dropped'::text])))
);
CREATE INDEX manifest_latest ON manifest USING btree (shop_id, opened_at, id);
CREATE UNIQUE INDEX manifest_open_once ON manifest USING btree (shop_id, location_id, courier) WHERE (state = 'open'::text);
CREATE POLICY own_shop_only ON manifest USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE manifest FORCE ROW LEVEL SECURITY;

-- distributed: labels that were scanned at a pick-up, each once, and what stayed behind when it was closed
CREATE TABLE manifest_scan (
    shop_id bigint NOT NULL,
    manifest_id uuid NOT NULL,
    awb text NOT NULL,
    verdict text NOT NULL,
    task_id uuid,
    actor text NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    CONSTRAINT manifest_scan_pkey PRIMARY KEY (shop_id, manifest_id, awb),
    CONSTRAINT manifest_scan_manifest FOREIGN KEY (shop_id, manifest_id) REFERENCES manifest(shop_id, id),
    CONSTRAINT manifest_scan_of_a_task CHECK (((verdict <> ALL (ARRAY['ready'::text, 'left_behind'::text])) OR (task_id IS NOT NULL))),
    CONSTRAINT manifest_scan_verdict_known CHECK ((verdict = ANY (ARRAY['ready'::text, 'other_courier'::text, 'other_place'::text, 'cancelled'::text, 'gone'::text, 'not_ready'::text, 'several'::text, 'unknown'::text, 'left_behind'::text])))
);
CREATE POLICY own_shop_only ON manifest_scan USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE manifest_scan FORCE ROW LEVEL SECURITY;

-- distributed: one thing told to one person, once; topic is what it is about as a whole, such as an order, and the fact is where it comes from
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
    made_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    useful_until timestamp with time zone,
    moved_at timestamp with time zone NOT NULL,
    reason text,
    CONSTRAINT message_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT message_once UNIQUE (shop_id, topic_id, kind, subject_id, person_id),
    CONSTRAINT message_person FOREIGN KEY (shop_id, person_id) REFERENCES customer(shop_id, id),
    CONSTRAINT message_kind_known CHECK ((kind = ANY (ARRAY['pay_now'::text, 'pay_with'::text, 'pay_soon'::text, 'trouble'::text, 'recovered'::text, 'expired'::text, 'paid_late'::text, 'accepted'::text, 'packed'::text, 'shipped'::text, 'out_for_delivery'::text, 'delayed'::text, 'attempt_failed'::text, 'postponed'::text, 'coming_back'::text, 'parcel_lost'::text, 'changed'::text, 'delivered'::text, 'substituted'::text, 'cancelled'::text, 'refunded'::text, 'return_approved'::text, 'return_refused'::text, 'return_received'::text, 'review'::text, 'back_in_stock'::text]))),
    CONSTRAINT message_round_counts CHECK ((round >= 1)),
    CONSTRAINT message_says_why_not CHECK (((state <> ALL (ARRAY['untold'::text, 'suppressed'::text])) OR (reason IS NOT NULL))),
    CONSTRAINT message_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'told'::text, 'untold'::text, 'suppressed'::text])))
) WITH (fillfactor=80);
CREATE INDEX message_newest ON message USING btree (shop_id, made_at DESC, id DESC);
CREATE INDEX message_of_person ON message USING btree (shop_id, person_id, made_at DESC, id DESC);
CREATE INDEX message_open ON message USING btree (shop_id, state, moved_at) WHERE (state = ANY (ARRAY['waiting'::text, 'untold'::text]));
CREATE POLICY own_shop_only ON message USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE message FORCE ROW LEVEL SECURITY;

-- distributed: how a shop tells people things; facts up to from_position are not told, they were before it began
CREATE TABLE message_policy (
    shop_id bigint NOT NULL,
    channels text[] NOT NULL,
    quiet_from time without time zone NOT NULL,
    quiet_until time without time zone NOT NULL,
    reminder_minutes integer NOT NULL,
    review_days integer NOT NULL,
    silent text[] NOT NULL,
    from_position bigint NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    review_link text NOT NULL DEFAULT ''::text,
    CONSTRAINT message_policy_pkey PRIMARY KEY (shop_id),
    CONSTRAINT message_policy_review_link_is_web CHECK (((review_link = ''::text) OR (review_link ~ '^https?://'::text))),
    CONSTRAINT message_policy_sane CHECK ((((reminder_minutes >= 5) AND (reminder_minutes <= 10080)) AND ((review_days >= 0) AND (review_days <= 90))))
);
CREATE POLICY own_shop_only ON message_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE message_policy FORCE ROW LEVEL SECURITY;

-- distributed: by which channels a person likes to be told, which they closed, which kinds they do without
CREATE TABLE message_preference (
    shop_id bigint NOT NULL,
    person_id uuid NOT NULL,
    channels text[] NOT NULL,
    stopped text[] NOT NULL,
    unwanted text[] NOT NULL,
    locale text,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT message_preference_pkey PRIMARY KEY (shop_id, person_id),
    CONSTRAINT message_preference_person FOREIGN KEY (shop_id, person_id) REFERENCES customer(shop_id, id),
    CONSTRAINT message_preference_locale_known CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text])))
);
CREATE POLICY own_shop_only ON message_preference USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE message_preference FORCE ROW LEVEL SECURITY;

-- distributed: the words of the shop where it does not use ours, every version; the newest counts, an empty body gives ours back
CREATE TABLE message_template (
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT message_template_pkey PRIMARY KEY (shop_id, kind, channel, locale, version),
    CONSTRAINT message_template_counts_up CHECK ((version > 0)),
    CONSTRAINT message_template_locale_known CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text])))
);
CREATE POLICY own_shop_only ON message_template USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE message_template FORCE ROW LEVEL SECURITY;

-- distributed: tries to hand a parcel over in vain, and what its buyer wants done about each; words are sealed with their key, empty where they were erased
CREATE TABLE missed_door (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    state text NOT NULL,
    wish text,
    deliver_on date,
    words_enc bytea,
    missed_at timestamp with time zone NOT NULL,
    wished_at timestamp with time zone,
    moved_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    CONSTRAINT missed_door_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT missed_door_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT missed_door_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT missed_door_day_of_a_day CHECK ((((wish = 'another_day'::text) IS TRUE) = (deliver_on IS NOT NULL))),
    CONSTRAINT missed_door_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'wished'::text, 'told'::text, 'overtaken'::text]))),
    CONSTRAINT missed_door_wish_known CHECK ((wish = ANY (ARRAY['another_day'::text, 'other_address'::text, 'send_back'::text]))),
    CONSTRAINT missed_door_wished CHECK ((((wish IS NULL) = (wished_at IS NULL)) AND ((state <> ALL (ARRAY['wished'::text, 'told'::text])) OR (wish IS NOT NULL)) AND ((state <> 'waiting'::text) OR (wish IS NULL)))),
    CONSTRAINT missed_door_words_of_an_address CHECK (((words_enc IS NULL) OR (wish = 'other_address'::text)))
);
CREATE INDEX missed_door_of ON missed_door USING btree (shop_id, parcel_id, missed_at);
CREATE INDEX missed_door_of_order ON missed_door USING btree (shop_id, order_id) WHERE (state = 'waiting'::text);
CREATE UNIQUE INDEX missed_door_open_once ON missed_door USING btree (shop_id, parcel_id) WHERE (state = ANY (ARRAY['waiting'::text, 'wished'::text]));
CREATE POLICY own_shop_only ON missed_door USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE missed_door FORCE ROW LEVEL SECURITY;

-- distributed: the stock ledger, append-only
CREATE TABLE movement (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    from_location uuid NOT NULL,
    from_bucket text NOT NULL,
    to_location uuid NOT NULL,
    to_bucket text NOT NULL,
    kind text NOT NULL,
    cause_id uuid,
    reason text,
    actor text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    CONSTRAINT movement_pkey PRIMARY KEY (shop_id, sku_id, occurred_at, id),
    CONSTRAINT movement_adjustment_says_why CHECK (((kind <> 'adjust'::text) OR (reason IS NOT NULL))),
    CONSTRAINT movement_buckets_known CHECK (((from_bucket = ANY (ARRAY['free'::text, 'reserved'::text, 'allocated'::text, 'damaged'::text, 'quarantine'::text, 'incoming'::text])) AND (to_bucket = ANY (ARRAY['free'::text, 'reserved'::text, 'allocated'::text, 'damaged'::text, 'quarantine'::text, 'incoming'::text])))),
    CONSTRAINT movement_goes_somewhere CHECK (((from_location <> to_location) OR (from_bucket <> to_bucket))),
    CONSTRAINT movement_kind_known CHECK ((kind = ANY (ARRAY['reserve'::text, 'allocate'::text, 'release'::text, 'dispatch'::text, 'receive'::text, 'expect'::text, 'adjust'::text, 'count'::text, 'transfer_out'::text, 'transfer_in'::text, 'return'::text, 'quarantine'::text, 'damage'::text, 'restore'::text, 'historic'::text]))),
    CONSTRAINT movement_some CHECK ((quantity > 0))
);
CREATE INDEX movement_cause ON movement USING btree (shop_id, cause_id) WHERE (cause_id IS NOT NULL);
CREATE INDEX movement_history ON movement USING btree (shop_id, occurred_at, id);
CREATE POLICY own_shop_only ON movement USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE movement FORCE ROW LEVEL SECURITY;

-- distributed: one thing done to many orders, each for itself
CREATE TABLE order_bulk (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    verb text NOT NULL,
    arguments jsonb NOT NULL,
    started_by text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    CONSTRAINT order_bulk_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT order_bulk_verb_known CHECK ((verb = ANY (ARRAY['pay'::text, 'cancel'::text, 'tag'::text, 'untag'::text, 'hold'::text, 'release'::text, 'complete'::text])))
);
CREATE POLICY own_shop_only ON order_bulk USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_bulk FORCE ROW LEVEL SECURITY;

-- distributed: what became of each order of a bulk action
CREATE TABLE order_bulk_row (
    shop_id bigint NOT NULL,
    bulk_id uuid NOT NULL,
    turn integer NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    refusal jsonb,
    CONSTRAINT order_bulk_row_pkey PRIMARY KEY (shop_id, bulk_id, turn),
    CONSTRAINT order_bulk_row_bulk FOREIGN KEY (shop_id, bulk_id) REFERENCES order_bulk(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_bulk_row_refusal_is_told CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT order_bulk_row_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text])))
);
CREATE POLICY own_shop_only ON order_bulk_row USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_bulk_row FORCE ROW LEVEL SECURITY;

-- distributed: a staged edit: previewed, then confirmed or declined
CREATE TABLE order_change (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    base_version integer NOT NULL,
    state text NOT NULL,
    actions jsonb NOT NULL,
    difference_minor bigint,
    reason text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_by text,
    closed_at timestamp with time zone,
    CONSTRAINT order_change_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_change_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_change_state_known CHECK ((state = ANY (ARRAY['open'::text, 'confirmed'::text, 'declined'::text])))
);
CREATE UNIQUE INDEX order_change_open_once ON order_change USING btree (shop_id, order_id) WHERE (state = 'open'::text);
CREATE POLICY own_shop_only ON order_change USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_change FORCE ROW LEVEL SECURITY;

-- distributed: next free order number, leased in blocks, so numbers may have gaps
CREATE TABLE order_counter (
    shop_id bigint NOT NULL,
    next_number bigint NOT NULL,
    CONSTRAINT order_counter_pkey PRIMARY KEY (shop_id)
);
CREATE POLICY own_shop_only ON order_counter USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_counter FORCE ROW LEVEL SECURITY;

-- distributed: reasons to wait; picking cannot start while one is open
CREATE TABLE order_hold (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    owner text NOT NULL,
    expires_at timestamp with time zone,
    placed_at timestamp with time zone NOT NULL,
    placed_by text NOT NULL,
    released_at timestamp with time zone,
    released_by text,
    CONSTRAINT order_hold_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_hold_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_hold_kind_known CHECK ((kind = ANY (ARRAY['fraud'::text, 'address'::text, 'stock'::text, 'customer_request'::text, 'proof'::text, 'credit'::text, 'payment'::text, 'other'::text]))),
    CONSTRAINT order_hold_release_is_told CHECK (((released_at IS NULL) = (released_by IS NULL)))
);
CREATE INDEX order_hold_open ON order_hold USING btree (shop_id, expires_at) WHERE (released_at IS NULL);
CREATE POLICY own_shop_only ON order_hold USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_hold FORCE ROW LEVEL SECURITY;

-- distributed: what was ordered, as quantities by state, never one row per unit; allocated counts every unit promised and not yet released, picked and shipped ones included
CREATE TABLE order_line (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    sku_code text NOT NULL,
    title text NOT NULL,
    unit_price_minor bigint NOT NULL,
    quantity integer NOT NULL,
    allocated integer NOT NULL DEFAULT 0,
    picked integer NOT NULL DEFAULT 0,
    packed integer NOT NULL DEFAULT 0,
    shipped integer NOT NULL DEFAULT 0,
    delivered integer NOT NULL DEFAULT 0,
    returned integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    tax_class text NOT NULL,
    tax_rate_bp integer NOT NULL,
    discounts jsonb,
    tax_base_numerator integer NOT NULL DEFAULT 1,
    tax_base_denominator integer NOT NULL DEFAULT 1,
    may_substitute boolean NOT NULL DEFAULT false,
    CONSTRAINT order_line_pkey PRIMARY KEY (shop_id, order_id, line_no),
    CONSTRAINT order_line_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_line_money_not_negative CHECK (((unit_price_minor >= 0) AND (goods_minor >= 0) AND ((discount_minor >= 0) AND (discount_minor <= goods_minor)) AND (tax_minor >= 0))),
    CONSTRAINT order_line_quantities_in_order CHECK (((quantity > 0) AND ((cancelled >= 0) AND (cancelled <= quantity)) AND ((allocated >= 0) AND (allocated <= (quantity - cancelled))) AND ((picked >= 0) AND (picked <= (quantity - cancelled))) AND ((packed >= 0) AND (packed <= picked)) AND ((shipped >= 0) AND (shipped <= packed)) AND ((delivered >= 0) AND (delivered <= shipped)) AND ((returned >= 0) AND (returned <= shipped))))
) WITH (fillfactor=80);
CREATE INDEX order_line_sku ON order_line USING btree (shop_id, sku_id, order_id DESC);
CREATE POLICY own_shop_only ON order_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_line FORCE ROW LEVEL SECURITY;

-- distributed: every move of every axis of an order, append-only
CREATE TABLE order_move (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    axis text NOT NULL,
    from_state text NOT NULL,
    event text NOT NULL,
    to_state text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamp with time zone NOT NULL,
    CONSTRAINT order_move_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_move_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT order_move_axis_known CHECK ((axis = ANY (ARRAY['commercial'::text, 'money'::text, 'verification'::text, 'task'::text, 'parcel'::text, 'return'::text, 'hold'::text, 'change'::text, 'refund'::text])))
);
CREATE POLICY own_shop_only ON order_move USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_move FORCE ROW LEVEL SECURITY;

-- distributed: what people wrote about an order
CREATE TABLE order_note (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    body text NOT NULL,
    author text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT order_note_pkey PRIMARY KEY (shop_id, order_id, id),
    CONSTRAINT order_note_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE
);
CREATE POLICY own_shop_only ON order_note USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_note FORCE ROW LEVEL SECURITY;

-- distributed: labels people gave an order; placed_at is the order's, so that a tag's orders are listed without reading all of them
CREATE TABLE order_tag (
    shop_id bigint NOT NULL,
    tag text NOT NULL,
    order_id uuid NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    CONSTRAINT order_tag_pkey PRIMARY KEY (shop_id, order_id, tag),
    CONSTRAINT order_tag_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE
);
CREATE INDEX order_tag_of ON order_tag USING btree (shop_id, tag, placed_at DESC, order_id DESC);
CREATE POLICY own_shop_only ON order_tag USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_tag FORCE ROW LEVEL SECURITY;

-- distributed: an order exactly as it was before a change replaced it
CREATE TABLE order_version (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    version integer NOT NULL,
    snapshot jsonb NOT NULL,
    replaced_at timestamp with time zone NOT NULL,
    replaced_by text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT order_version_pkey PRIMARY KEY (shop_id, order_id, version),
    CONSTRAINT order_version_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id) ON DELETE CASCADE
);
CREATE POLICY own_shop_only ON order_version USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE order_version FORCE ROW LEVEL SECURITY;

-- distributed: a task at the packing table; override_why is why somebody closed it although something of it is not as it should be
CREATE TABLE packing (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    order_id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    closed_by text,
    override_why text,
    CONSTRAINT packing_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT packing_task FOREIGN KEY (shop_id, task_id) REFERENCES task(shop_id, id),
    CONSTRAINT packing_closed_by_somebody CHECK (((state <> 'closed'::text) OR (closed_by IS NOT NULL))),
    CONSTRAINT packing_state_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text, 'dropped'::text])))
);
CREATE INDEX packing_of_order ON packing USING btree (shop_id, order_id);
CREATE UNIQUE INDEX packing_once ON packing USING btree (shop_id, task_id) WHERE (state <> 'dropped'::text);
CREATE INDEX packing_open ON packing USING btree (shop_id, location_id, opened_at) WHERE (state = 'open'::text);
CREATE POLICY own_shop_only ON packing USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE packing FORCE ROW LEVEL SECURITY;

-- distributed: parcels of a packing; the picture of the opened one is under the key of its buyer
CREATE TABLE packing_parcel (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    no integer NOT NULL,
    carton_id uuid,
    weight_g integer,
    photo_enc bytea,
    CONSTRAINT packing_parcel_pkey PRIMARY KEY (shop_id, packing_id, no),
    CONSTRAINT packing_parcel_carton FOREIGN KEY (shop_id, carton_id) REFERENCES carton(shop_id, id),
    CONSTRAINT packing_parcel_packing FOREIGN KEY (shop_id, packing_id) REFERENCES packing(shop_id, id),
    CONSTRAINT packing_parcel_numbered CHECK (((no >= 1) AND (no <= 20))),
    CONSTRAINT packing_parcel_weighs_something CHECK ((weight_g > 0))
);
CREATE POLICY own_shop_only ON packing_parcel USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE packing_parcel FORCE ROW LEVEL SECURITY;

-- distributed: what has to be seen to of a parcel before it may leave; of the tolerances the wider one holds
CREATE TABLE packing_policy (
    shop_id bigint NOT NULL,
    required boolean NOT NULL,
    weigh boolean NOT NULL,
    photo boolean NOT NULL,
    tolerance_g integer NOT NULL,
    tolerance_bp integer NOT NULL,
    CONSTRAINT packing_policy_pkey PRIMARY KEY (shop_id),
    CONSTRAINT packing_policy_tolerance CHECK ((((tolerance_g >= 0) AND (tolerance_g <= 10000)) AND ((tolerance_bp >= 0) AND (tolerance_bp <= 5000))))
);
CREATE POLICY own_shop_only ON packing_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE packing_policy FORCE ROW LEVEL SECURITY;

-- distributed: every scan at the packing table and what became of it, refused ones too
CREATE TABLE packing_scan (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    id uuid NOT NULL,
    parcel_no integer NOT NULL,
    scanned text NOT NULL,
    outcome text NOT NULL,
    sku_id uuid,
    serial text,
    quantity integer NOT NULL,
    actor text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    CONSTRAINT packing_scan_pkey PRIMARY KEY (shop_id, packing_id, id),
    CONSTRAINT packing_scan_packing FOREIGN KEY (shop_id, packing_id) REFERENCES packing(shop_id, id),
    CONSTRAINT packing_scan_outcome_known CHECK ((outcome = ANY (ARRAY['right'::text, 'wrong'::text, 'extra'::text, 'doubled'::text, 'other_lot'::text, 'expired'::text, 'unreadable'::text, 'taken_out'::text])))
);
CREATE UNIQUE INDEX packing_scan_serial_once ON packing_scan USING btree (shop_id, packing_id, sku_id, serial) WHERE ((outcome = 'right'::text) AND (serial IS NOT NULL));
CREATE POLICY own_shop_only ON packing_scan USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE packing_scan FORCE ROW LEVEL SECURITY;

-- distributed: units in a parcel, by the line and stock row they are of
CREATE TABLE packing_unit (
    shop_id bigint NOT NULL,
    packing_id uuid NOT NULL,
    parcel_no integer NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity integer NOT NULL,
    CONSTRAINT packing_unit_pkey PRIMARY KEY (shop_id, packing_id, parcel_no, line_no, sku_id, owner_id, lot_id),
    CONSTRAINT packing_unit_parcel FOREIGN KEY (shop_id, packing_id, parcel_no) REFERENCES packing_parcel(shop_id, packing_id, no),
    CONSTRAINT packing_unit_some CHECK ((quantity > 0))
);
CREATE POLICY own_shop_only ON packing_unit USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE packing_unit FORCE ROW LEVEL SECURITY;

-- distributed: a box with a tracking number (AWB) and what is in it
CREATE TABLE parcel (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    task_id uuid NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    awb text NOT NULL,
    state text NOT NULL,
    contents jsonb NOT NULL,
    weight_g integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shipped_at timestamp with time zone,
    delivered_at timestamp with time zone,
    moved_at timestamp with time zone,
    deliver_on date,
    CONSTRAINT parcel_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_awb_once UNIQUE (shop_id, courier, awb),
    CONSTRAINT parcel_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT parcel_task FOREIGN KEY (shop_id, task_id) REFERENCES task(shop_id, id),
    CONSTRAINT parcel_state_known CHECK ((state = ANY (ARRAY['created'::text, 'picked_up'::text, 'in_transit'::text, 'out_for_delivery'::text, 'delivered'::text, 'attempt_failed'::text, 'returning'::text, 'returned'::text, 'lost'::text, 'damaged'::text])))
);
CREATE INDEX parcel_awb ON parcel USING btree (shop_id, awb);
CREATE INDEX parcel_order_of ON parcel USING btree (shop_id, order_id);
CREATE INDEX parcel_promised ON parcel USING btree (shop_id, deliver_on) WHERE (deliver_on IS NOT NULL);
CREATE INDEX parcel_under_way ON parcel USING btree (shop_id, state, shipped_at) WHERE (state <> ALL (ARRAY['delivered'::text, 'returned'::text, 'lost'::text, 'damaged'::text]));
CREATE POLICY own_shop_only ON parcel USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE parcel FORCE ROW LEVEL SECURITY;

-- distributed: claims to couriers for parcels they lost or damaged, one a parcel
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
    deadline timestamp with time zone NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    CONSTRAINT parcel_claim_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_claim_once UNIQUE (shop_id, parcel_id),
    CONSTRAINT parcel_claim_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT parcel_claim_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT parcel_claim_accepts_an_amount CHECK (((state = ANY (ARRAY['accepted'::text, 'paid'::text])) = (accepted_minor IS NOT NULL))),
    CONSTRAINT parcel_claim_amounts CHECK (((amount_minor >= 0) AND ((accepted_minor >= 1) AND (accepted_minor <= amount_minor)) AND ((paid_minor >= 1) AND (paid_minor <= accepted_minor)))),
    CONSTRAINT parcel_claim_kind_known CHECK ((kind = ANY (ARRAY['lost'::text, 'damaged'::text]))),
    CONSTRAINT parcel_claim_pays_an_amount CHECK (((state = 'paid'::text) = (paid_minor IS NOT NULL))),
    CONSTRAINT parcel_claim_state_known CHECK ((state = ANY (ARRAY['open'::text, 'filed'::text, 'accepted'::text, 'refused'::text, 'paid'::text, 'dropped'::text])))
);
CREATE INDEX parcel_claim_going ON parcel_claim USING btree (shop_id, state, deadline, id);
CREATE POLICY own_shop_only ON parcel_claim USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE parcel_claim FORCE ROW LEVEL SECURITY;

-- distributed: how far a parcel is followed: when its courier last said something new, and when it is asked next
CREATE TABLE parcel_follow (
    shop_id bigint NOT NULL,
    parcel_id uuid NOT NULL,
    told_at timestamp with time zone,
    heard_at timestamp with time zone,
    ask_at timestamp with time zone NOT NULL,
    asks integer NOT NULL,
    CONSTRAINT parcel_follow_pkey PRIMARY KEY (shop_id, parcel_id),
    CONSTRAINT parcel_follow_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id)
);
CREATE POLICY own_shop_only ON parcel_follow USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE parcel_follow FORCE ROW LEVEL SECURITY;

-- distributed: who a courier asks for at a location, and by which number
CREATE TABLE parcel_sender (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    postcode text NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT parcel_sender_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT parcel_sender_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id)
);
CREATE POLICY own_shop_only ON parcel_sender USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE parcel_sender FORCE ROW LEVEL SECURITY;

-- distributed: what a courier says happened to a parcel, in its words and in ours; a status of NULL is a word nobody knows
CREATE TABLE parcel_step (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    status text,
    word text NOT NULL,
    code text NOT NULL,
    place text NOT NULL,
    refused boolean NOT NULL,
    source text NOT NULL,
    account_id uuid NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT parcel_step_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT parcel_step_once UNIQUE (shop_id, parcel_id, at, word, code),
    CONSTRAINT parcel_step_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account(shop_id, id),
    CONSTRAINT parcel_step_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT parcel_step_source_known CHECK ((source = ANY (ARRAY['letter'::text, 'asked'::text]))),
    CONSTRAINT parcel_step_status_known CHECK ((status = ANY (ARRAY['booked'::text, 'courier_assigned'::text, 'picked_up'::text, 'in_transit'::text, 'out_for_delivery'::text, 'delivery_failed'::text, 'delivered'::text, 'returning'::text, 'returned'::text, 'cancelled'::text, 'lost'::text, 'damaged'::text, 'noted'::text])))
);
CREATE POLICY own_shop_only ON parcel_step USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE parcel_step FORCE ROW LEVEL SECURITY;

-- distributed: tries to get an amount of an order through a rail; ask_at is when the gateway is asked next what became of it
CREATE TABLE payment_attempt (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    rail_id uuid NOT NULL,
    method text NOT NULL,
    gateway text NOT NULL,
    reference text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    gateway_id text,
    instrument jsonb,
    reason text,
    booked_minor bigint NOT NULL DEFAULT 0,
    returned_minor bigint NOT NULL DEFAULT 0,
    began_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    ask_at timestamp with time zone,
    asked integer NOT NULL DEFAULT 0,
    charged_at timestamp with time zone,
    took_ms integer,
    blame text,
    paid_at timestamp with time zone,
    paid_there_at timestamp with time zone,
    due_minor bigint,
    CONSTRAINT payment_attempt_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT payment_attempt_reference_once UNIQUE (shop_id, reference),
    CONSTRAINT payment_attempt_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT payment_attempt_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail(shop_id, id),
    CONSTRAINT payment_attempt_amounts_sane CHECK (((amount_minor > 0) AND (booked_minor >= 0) AND ((returned_minor >= 0) AND (returned_minor <= booked_minor)))),
    CONSTRAINT payment_attempt_blame_known CHECK ((blame = ANY (ARRAY['gateway'::text, 'bank'::text, 'customer'::text, 'ours'::text, 'unknown'::text]))) NOT VALID,
    CONSTRAINT payment_attempt_state_known CHECK ((state = ANY (ARRAY['asking'::text, 'unknown'::text, 'offered'::text, 'held'::text, 'paid'::text, 'declined'::text, 'expired'::text, 'cancelled'::text, 'failed'::text, 'reversed'::text, 'refunded'::text, 'disputed'::text])))
);
CREATE INDEX payment_attempt_at_gateway ON payment_attempt USING btree (shop_id, gateway_id) WHERE (gateway_id IS NOT NULL);
CREATE INDEX payment_attempt_by_gateway_id ON payment_attempt USING btree (shop_id, gateway_id) WHERE (gateway_id IS NOT NULL);
CREATE INDEX payment_attempt_charged ON payment_attempt USING btree (shop_id, rail_id, charged_at) WHERE (charged_at IS NOT NULL);
CREATE INDEX payment_attempt_disputed ON payment_attempt USING btree (shop_id, id) WHERE (state = 'disputed'::text);
CREATE INDEX payment_attempt_due ON payment_attempt USING btree (shop_id, ask_at) WHERE (ask_at IS NOT NULL);
CREATE INDEX payment_attempt_learned ON payment_attempt USING btree (shop_id, rail_id, paid_at) WHERE (paid_at IS NOT NULL);
CREATE INDEX payment_attempt_moved ON payment_attempt USING btree (shop_id, moved_at);
CREATE INDEX payment_attempt_of_order ON payment_attempt USING btree (shop_id, order_id, began_at);
CREATE UNIQUE INDEX payment_attempt_one_in_the_air ON payment_attempt USING btree (shop_id, order_id) WHERE (state = ANY (ARRAY['asking'::text, 'unknown'::text, 'held'::text]));
CREATE INDEX payment_attempt_open_on_rail ON payment_attempt USING btree (shop_id, rail_id, order_id) WHERE (state = ANY (ARRAY['asking'::text, 'unknown'::text, 'offered'::text, 'held'::text]));
CREATE POLICY own_shop_only ON payment_attempt USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE payment_attempt FORCE ROW LEVEL SECURITY;

-- distributed: the money ledger, append-only; paid, refunded, due and balance are sums of it
CREATE TABLE payment_event (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    method text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reference text,
    note text,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT payment_event_pkey PRIMARY KEY (shop_id, order_id, seq),
    CONSTRAINT payment_event_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT payment_event_amount_positive CHECK ((amount_minor > 0)),
    CONSTRAINT payment_event_kind_known CHECK ((kind = ANY (ARRAY['pending'::text, 'pending_cleared'::text, 'unknown'::text, 'unknown_cleared'::text, 'captured'::text, 'capture_reversed'::text, 'cod_collected'::text, 'cod_remitted'::text, 'refunded'::text, 'refund_reversed'::text, 'forgone'::text, 'credited'::text, 'promotion_granted'::text, 'promotion_withdrawn'::text, 'promotion_returned'::text])))
);
CREATE INDEX payment_event_came_in ON payment_event USING btree (shop_id, at DESC, order_id DESC, seq DESC) WHERE (kind = ANY (ARRAY['captured'::text, 'cod_collected'::text]));
CREATE UNIQUE INDEX payment_event_reference_once ON payment_event USING btree (shop_id, method, kind, reference) WHERE (reference IS NOT NULL);
CREATE POLICY own_shop_only ON payment_event USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE payment_event FORCE ROW LEVEL SECURITY;

-- distributed: promotions by bank, card range, wallet or method; taken is what open and confirmed redemptions cost, less what went back
CREATE TABLE payment_promotion (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    currency text NOT NULL,
    methods text[] NOT NULL,
    banks text[] NOT NULL,
    wallets text[] NOT NULL,
    card_ranges text[] NOT NULL,
    rate_bp integer NOT NULL,
    cap_minor bigint,
    fixed_minor bigint NOT NULL,
    months jsonb NOT NULL,
    payers jsonb NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    hour_from integer NOT NULL,
    hour_until integer NOT NULL,
    minimum_minor bigint NOT NULL,
    per_buyer integer,
    quota integer,
    budget_minor bigint,
    taken_minor bigint NOT NULL DEFAULT 0,
    taken_count integer NOT NULL DEFAULT 0,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_promotion_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT payment_promotion_amounts_sane CHECK ((((rate_bp >= 0) AND (rate_bp <= 10000)) AND (fixed_minor >= 0) AND (minimum_minor >= 0) AND (cap_minor > 0) AND (per_buyer > 0))),
    CONSTRAINT payment_promotion_budget_never_exceeded CHECK (((taken_minor >= 0) AND ((budget_minor IS NULL) OR (taken_minor <= budget_minor)))),
    CONSTRAINT payment_promotion_ends_after_it_begins CHECK ((valid_until > valid_from)),
    CONSTRAINT payment_promotion_hours_sane CHECK ((((hour_from >= 0) AND (hour_from <= 23)) AND ((hour_until >= 1) AND (hour_until <= 24)))),
    CONSTRAINT payment_promotion_kind_known CHECK ((kind = ANY (ARRAY['discount'::text, 'cashback'::text, 'instalment'::text]))),
    CONSTRAINT payment_promotion_quota_never_exceeded CHECK (((taken_count >= 0) AND ((quota IS NULL) OR (taken_count <= quota)))),
    CONSTRAINT payment_promotion_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'running'::text, 'paused'::text, 'exhausted'::text, 'ended'::text])))
);
CREATE INDEX payment_promotion_open ON payment_promotion USING btree (shop_id, valid_until) WHERE (state = ANY (ARRAY['running'::text, 'paused'::text, 'exhausted'::text]));
CREATE POLICY own_shop_only ON payment_promotion USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE payment_promotion FORCE ROW LEVEL SECURITY;

-- distributed: what a gateway paid out at once: the lines of one payout reference, or of one day where there is none
CREATE TABLE payout (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    key text NOT NULL,
    reference text,
    paid_on date NOT NULL,
    net_minor bigint NOT NULL,
    lines integer NOT NULL,
    currency text NOT NULL,
    CONSTRAINT payout_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT payout_once UNIQUE (shop_id, account_id, key),
    CONSTRAINT payout_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id)
);
CREATE INDEX payout_newest ON payout USING btree (shop_id, paid_on DESC, id DESC);
CREATE POLICY own_shop_only ON payout USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE payout FORCE ROW LEVEL SECURITY;

-- distributed: who read unmasked personal data, when and why
CREATE TABLE personal_access (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    fields text[] NOT NULL,
    purpose text NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT personal_access_pkey PRIMARY KEY (shop_id, customer_id, id)
);
CREATE POLICY own_shop_only ON personal_access USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE personal_access FORCE ROW LEVEL SECURITY;

-- distributed: phones that pick; seq is the last number heard of each, its key is derived and not kept
CREATE TABLE pick_device (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    actor text NOT NULL,
    seq bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT pick_device_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT pick_device_counts_up CHECK ((seq >= 0))
);
CREATE POLICY own_shop_only ON pick_device USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE pick_device FORCE ROW LEVEL SECURITY;

-- distributed: what a phone said, once for each of its numbers, and what became of it; append only
CREATE TABLE pick_event (
    shop_id bigint NOT NULL,
    device_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    list_id uuid NOT NULL,
    task_id uuid,
    line_no integer,
    sku_id uuid,
    owner_id uuid,
    lot_id uuid,
    bin_id uuid,
    quantity integer NOT NULL,
    scanned text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    signature text NOT NULL,
    outcome text NOT NULL,
    code text NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT pick_event_pkey PRIMARY KEY (shop_id, device_id, seq),
    CONSTRAINT pick_event_device FOREIGN KEY (shop_id, device_id) REFERENCES pick_device(shop_id, id),
    CONSTRAINT pick_event_kind_known CHECK ((kind = ANY (ARRAY['pick'::text, 'short'::text, 'wrong'::text]))),
    CONSTRAINT pick_event_outcome_known CHECK ((outcome = ANY (ARRAY['accepted'::text, 'conflict'::text]))),
    CONSTRAINT pick_event_some CHECK ((quantity >= 1))
);
CREATE INDEX pick_event_by_time ON pick_event USING btree (shop_id, heard_at);
CREATE INDEX pick_event_of_task ON pick_event USING btree (shop_id, task_id, heard_at);
CREATE POLICY own_shop_only ON pick_event USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE pick_event FORCE ROW LEVEL SECURITY;

-- distributed: below least units a bin is filled up to most out of reserve bins
CREATE TABLE pick_face (
    shop_id bigint NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    least bigint NOT NULL,
    most bigint NOT NULL,
    CONSTRAINT pick_face_pkey PRIMARY KEY (shop_id, bin_id, sku_id),
    CONSTRAINT pick_face_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin(shop_id, id),
    CONSTRAINT pick_face_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT pick_face_room CHECK ((("least" >= 1) AND (most >= "least")))
);
CREATE POLICY own_shop_only ON pick_face USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE pick_face FORCE ROW LEVEL SECURITY;

-- distributed: what one picker walks at once
CREATE TABLE pick_list (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    wave_id uuid NOT NULL,
    location_id uuid NOT NULL,
    no integer NOT NULL,
    zone text NOT NULL,
    state text NOT NULL,
    picker text,
    walk_cm bigint NOT NULL,
    taken_at timestamp with time zone,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT pick_list_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT pick_list_once UNIQUE (shop_id, wave_id, no),
    CONSTRAINT pick_list_wave FOREIGN KEY (shop_id, wave_id) REFERENCES wave(shop_id, id),
    CONSTRAINT pick_list_state_known CHECK ((state = ANY (ARRAY['open'::text, 'taken'::text, 'done'::text, 'dropped'::text]))),
    CONSTRAINT pick_list_taken_by_somebody CHECK (((state <> 'taken'::text) OR (picker IS NOT NULL)))
);
CREATE INDEX pick_list_open ON pick_list USING btree (shop_id, location_id, moved_at) WHERE (state = ANY (ARRAY['open'::text, 'taken'::text]));
CREATE POLICY own_shop_only ON pick_list USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE pick_list FORCE ROW LEVEL SECURITY;

-- distributed: orders on a list, each with its slot of the trolley; live until the list ends
CREATE TABLE pick_list_task (
    shop_id bigint NOT NULL,
    list_id uuid NOT NULL,
    task_id uuid NOT NULL,
    zone text NOT NULL,
    slot integer NOT NULL,
    live boolean NOT NULL,
    CONSTRAINT pick_list_task_pkey PRIMARY KEY (shop_id, list_id, task_id),
    CONSTRAINT pick_list_task_list FOREIGN KEY (shop_id, list_id) REFERENCES pick_list(shop_id, id),
    CONSTRAINT pick_list_task_task FOREIGN KEY (shop_id, task_id) REFERENCES task(shop_id, id)
);
CREATE UNIQUE INDEX pick_list_task_once ON pick_list_task USING btree (shop_id, task_id, zone) WHERE live;
CREATE POLICY own_shop_only ON pick_list_task USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE pick_list_task FORCE ROW LEVEL SECURITY;

-- distributed: how a location gives work to its pickers
CREATE TABLE picking_policy (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    method text NOT NULL,
    slots integer NOT NULL,
    most_units integer NOT NULL,
    waiting_lists integer NOT NULL,
    automatic boolean NOT NULL,
    elsewhere boolean NOT NULL,
    partial boolean NOT NULL,
    substitute boolean NOT NULL DEFAULT true,
    CONSTRAINT picking_policy_pkey PRIMARY KEY (shop_id, location_id),
    CONSTRAINT picking_policy_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT picking_policy_method_known CHECK ((method = ANY (ARRAY['order'::text, 'batch'::text, 'cluster'::text, 'zone'::text]))),
    CONSTRAINT picking_policy_some CHECK ((((slots >= 1) AND (slots <= 60)) AND (most_units >= 1) AND (waiting_lists >= 1)))
);
CREATE POLICY own_shop_only ON picking_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE picking_policy FORCE ROW LEVEL SECURITY;

-- distributed: unit price in minor units, valid over [valid_from, valid_until)
CREATE TABLE price (
    shop_id bigint NOT NULL,
    price_list_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    min_quantity integer NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    amount_minor bigint NOT NULL,
    CONSTRAINT price_pkey PRIMARY KEY (shop_id, sku_id, price_list_id, min_quantity, valid_from),
    CONSTRAINT price_list_of FOREIGN KEY (shop_id, price_list_id) REFERENCES price_list(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT price_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT price_interval_forward CHECK (((valid_until IS NULL) OR (valid_until > valid_from))),
    CONSTRAINT price_min_quantity_positive CHECK ((min_quantity >= 1)),
    CONSTRAINT price_not_negative CHECK ((amount_minor >= 0))
);
CREATE POLICY own_shop_only ON price USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE price FORCE ROW LEVEL SECURITY;

-- distributed: prices for a channel or a customer group; the highest rank that has the sku wins
CREATE TABLE price_list (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    channel_id uuid,
    customer_group text,
    rank integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT price_list_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT price_list_code_once UNIQUE (shop_id, code),
    CONSTRAINT price_list_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel(shop_id, id)
);
CREATE POLICY own_shop_only ON price_list USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE price_list FORCE ROW LEVEL SECURITY;

-- distributed: labels printed together; left_out names what was asked for and could not be printed, and why
CREATE TABLE print_job (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    left_out jsonb NOT NULL,
    CONSTRAINT print_job_pkey PRIMARY KEY (shop_id, id)
);
CREATE INDEX print_job_newest ON print_job USING btree (shop_id, made_at DESC, id DESC);
CREATE POLICY own_shop_only ON print_job USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE print_job FORCE ROW LEVEL SECURITY;

-- local: job queue
-- TABLE procrastinate_events: see procrastinate

-- local: job queue
-- TABLE procrastinate_jobs: see procrastinate

-- local: job queue
-- TABLE procrastinate_periodic_defers: see procrastinate

-- local: job queue
-- TABLE procrastinate_workers: see procrastinate

-- distributed: what is sold, as people speak of it
CREATE TABLE product (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    brand text NOT NULL,
    category text NOT NULL,
    tax_class text NOT NULL,
    state text NOT NULL,
    images jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT product_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT product_state_known CHECK ((state = ANY (ARRAY['active'::text, 'archived'::text])))
);
CREATE INDEX product_by_name ON product USING btree (shop_id, lower(name), id);
CREATE POLICY own_shop_only ON product USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE product FORCE ROW LEVEL SECURITY;

-- distributed: how a shop promises days: how certain, until which hour a day counts, on which days nobody works; the latest version holds for promises to come
CREATE TABLE promise_terms (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT promise_terms_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT promise_terms_counts_up CHECK ((version > 0))
);
CREATE POLICY own_shop_only ON promise_terms USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE promise_terms FORCE ROW LEVEL SECURITY;

-- distributed: one use of a promotion for one try to pay; of a card at most its first eight digits
CREATE TABLE promotion_redemption (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    promotion_id uuid NOT NULL,
    order_id uuid NOT NULL,
    buyer_id uuid,
    kind text NOT NULL,
    method text NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reversed_minor bigint NOT NULL DEFAULT 0,
    paid_out_minor bigint NOT NULL DEFAULT 0,
    months integer,
    by_card boolean NOT NULL,
    card_range text,
    attempt_id uuid,
    turn integer NOT NULL DEFAULT 0,
    reserved_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT promotion_redemption_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT promotion_redemption_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT promotion_redemption_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT promotion_redemption_promotion FOREIGN KEY (shop_id, promotion_id) REFERENCES payment_promotion(shop_id, id),
    CONSTRAINT promotion_redemption_amounts_sane CHECK (((amount_minor > 0) AND ((reversed_minor >= 0) AND (reversed_minor <= amount_minor)) AND ((paid_out_minor >= 0) AND (paid_out_minor <= amount_minor)))),
    CONSTRAINT promotion_redemption_no_card_number CHECK ((card_range ~ '^[0-9]{6,8}$'::text)),
    CONSTRAINT promotion_redemption_state_known CHECK ((state = ANY (ARRAY['reserved'::text, 'confirmed'::text, 'released'::text, 'reversed'::text])))
);
CREATE UNIQUE INDEX promotion_redemption_of_attempt ON promotion_redemption USING btree (shop_id, attempt_id) WHERE (attempt_id IS NOT NULL);
CREATE INDEX promotion_redemption_of_buyer ON promotion_redemption USING btree (shop_id, buyer_id, promotion_id) WHERE (buyer_id IS NOT NULL);
CREATE INDEX promotion_redemption_of_order ON promotion_redemption USING btree (shop_id, order_id);
CREATE INDEX promotion_redemption_of_promotion ON promotion_redemption USING btree (shop_id, promotion_id, reserved_at, id);
CREATE UNIQUE INDEX promotion_redemption_one_chosen ON promotion_redemption USING btree (shop_id, order_id) WHERE ((state = 'reserved'::text) AND (attempt_id IS NULL));
CREATE INDEX promotion_redemption_waiting ON promotion_redemption USING btree (shop_id, reserved_at) WHERE (state = 'reserved'::text);
CREATE POLICY own_shop_only ON promotion_redemption USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE promotion_redemption FORCE ROW LEVEL SECURITY;

-- distributed: who bears how much of a redemption, per order line; the shares of a redemption add up to it
CREATE TABLE promotion_share (
    shop_id bigint NOT NULL,
    redemption_id uuid NOT NULL,
    line_no integer NOT NULL,
    payer_no integer NOT NULL,
    payer text NOT NULL,
    payer_name text NOT NULL,
    amount_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL DEFAULT 0,
    CONSTRAINT promotion_share_pkey PRIMARY KEY (shop_id, redemption_id, line_no, payer_no),
    CONSTRAINT promotion_share_redemption FOREIGN KEY (shop_id, redemption_id) REFERENCES promotion_redemption(shop_id, id),
    CONSTRAINT promotion_share_payer_known CHECK ((payer = ANY (ARRAY['shop'::text, 'bank'::text, 'wallet'::text, 'brand'::text]))),
    CONSTRAINT promotion_share_sane CHECK (((amount_minor >= 0) AND ((reversed_minor >= 0) AND (reversed_minor <= amount_minor))))
);
CREATE POLICY own_shop_only ON promotion_share USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE promotion_share FORCE ROW LEVEL SECURITY;

-- distributed: browsers people want to be told on; a browser belongs to who subscribed it last, its address is under the key of the person
CREATE TABLE push_subscription (
    shop_id bigint NOT NULL,
    browser_key bytea NOT NULL,
    person_id uuid NOT NULL,
    address_enc bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT push_subscription_pkey PRIMARY KEY (shop_id, browser_key),
    CONSTRAINT push_subscription_person FOREIGN KEY (shop_id, person_id) REFERENCES customer(shop_id, id)
);
CREATE INDEX push_subscription_of_person ON push_subscription USING btree (shop_id, person_id, made_at DESC);
CREATE POLICY own_shop_only ON push_subscription USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE push_subscription FORCE ROW LEVEL SECURITY;

-- distributed: a method through an account
CREATE TABLE rail (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    method text NOT NULL,
    account_id uuid NOT NULL,
    rank integer NOT NULL,
    state text NOT NULL,
    CONSTRAINT rail_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT rail_once UNIQUE (shop_id, method, account_id),
    CONSTRAINT rail_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT rail_state_known CHECK ((state = ANY (ARRAY['open'::text, 'paused'::text])))
);
CREATE POLICY own_shop_only ON rail USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE rail FORCE ROW LEVEL SECURITY;

-- distributed: what a rail costs from a day of the shop on: fixed and a rate in basis points, at least so much, and tax on it
CREATE TABLE rail_fee (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    valid_from date NOT NULL,
    fixed_minor bigint NOT NULL,
    rate_bp integer NOT NULL,
    least_minor bigint NOT NULL,
    tax_bp integer NOT NULL,
    CONSTRAINT rail_fee_pkey PRIMARY KEY (shop_id, rail_id, valid_from),
    CONSTRAINT rail_fee_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT rail_fee_sane CHECK (((fixed_minor >= 0) AND (least_minor >= 0) AND ((rate_bp >= 0) AND (rate_bp <= 10000)) AND ((tax_bp >= 0) AND (tax_bp <= 10000))))
);
CREATE POLICY own_shop_only ON rail_fee USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE rail_fee FORCE ROW LEVEL SECURITY;

-- distributed: when a rail was taken out of use by hand, by whom and why; until opened_at no new payment begins on it
CREATE TABLE rail_pause (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    rail_id uuid NOT NULL,
    paused_at timestamp with time zone NOT NULL,
    paused_by text NOT NULL,
    reason text NOT NULL,
    until timestamp with time zone,
    opened_at timestamp with time zone,
    opened_by text,
    CONSTRAINT rail_pause_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT rail_pause_rail FOREIGN KEY (shop_id, rail_id) REFERENCES rail(shop_id, id),
    CONSTRAINT rail_pause_forward CHECK ((until > paused_at)),
    CONSTRAINT rail_pause_opened_by_somebody CHECK (((opened_at IS NULL) = (opened_by IS NULL)))
);
CREATE INDEX rail_pause_of ON rail_pause USING btree (shop_id, rail_id, paused_at);
CREATE UNIQUE INDEX rail_pause_one_open ON rail_pause USING btree (shop_id, rail_id) WHERE (opened_at IS NULL);
CREATE POLICY own_shop_only ON rail_pause USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE rail_pause FORCE ROW LEVEL SECURITY;

-- distributed: what a rail did in the ten seconds that ended at a moment; stretches in which it did nothing have no row
CREATE TABLE rail_seen (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
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
    CONSTRAINT rail_seen_counts_sane CHECK (((made >= 0) AND (customer >= 0) AND (gateway >= 0) AND (bank >= 0) AND (unknown >= 0) AND (slow >= 0) AND (issued >= 0) AND (paid >= 0) AND (late >= 0)))
);
CREATE POLICY own_shop_only ON rail_seen USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE rail_seen FORCE ROW LEVEL SECURITY;

-- distributed: how each rail is: what is remembered of it, what is normal for it, the word and its reasons
CREATE TABLE rail_watch (
    shop_id bigint NOT NULL,
    rail_id uuid NOT NULL,
    fed_to timestamp with time zone NOT NULL,
    watched jsonb NOT NULL,
    norm jsonb NOT NULL,
    learned_at timestamp with time zone,
    began_at timestamp with time zone NOT NULL,
    word text NOT NULL,
    since timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    success double precision NOT NULL,
    paid double precision NOT NULL,
    reasons jsonb NOT NULL,
    warned_by text[] NOT NULL,
    CONSTRAINT rail_watch_pkey PRIMARY KEY (shop_id, rail_id),
    CONSTRAINT rail_watch_shares_sane CHECK ((((success >= (0)::double precision) AND (success <= (1)::double precision)) AND ((paid >= (0)::double precision) AND (paid <= (1)::double precision)))),
    CONSTRAINT rail_watch_word_known CHECK ((word = ANY (ARRAY['well'::text, 'degraded'::text, 'down'::text])))
);
CREATE POLICY own_shop_only ON rail_watch USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE rail_watch FORCE ROW LEVEL SECURITY;

-- distributed: accounts of a shop at providers of messages and of calls; the lowest rank of a kind is asked first, secrets are sealed under a key of the account
CREATE TABLE reach_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    base_url text NOT NULL,
    fields jsonb NOT NULL,
    secrets bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    rank integer NOT NULL,
    state text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT reach_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reach_account_name_once UNIQUE (shop_id, name),
    CONSTRAINT reach_account_kind_known CHECK ((kind = ANY (ARRAY['voice'::text, 'whatsapp'::text, 'sms'::text, 'email'::text, 'push'::text, 'webhook'::text]))),
    CONSTRAINT reach_account_state_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);
CREATE POLICY own_shop_only ON reach_account USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE reach_account FORCE ROW LEVEL SECURITY;

-- distributed: what providers of messages and calls sent us, sealed under the key of their account; a genuine one waits until it is heard
CREATE TABLE reach_news (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    verdict text NOT NULL,
    dedupe_key text NOT NULL,
    letter bytea NOT NULL,
    told bytea,
    times integer NOT NULL DEFAULT 1,
    received_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone,
    CONSTRAINT reach_news_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reach_news_once UNIQUE (shop_id, account_id, verdict, dedupe_key),
    CONSTRAINT reach_news_account FOREIGN KEY (shop_id, account_id) REFERENCES reach_account(shop_id, id),
    CONSTRAINT reach_news_only_genuine_tells CHECK (((verdict = 'genuine'::text) = (told IS NOT NULL))),
    CONSTRAINT reach_news_only_genuine_waits CHECK (((verdict = 'genuine'::text) OR (heard_at IS NOT NULL))),
    CONSTRAINT reach_news_verdict_known CHECK ((verdict = ANY (ARRAY['genuine'::text, 'forged'::text, 'unreadable'::text])))
);
CREATE INDEX reach_news_of_account ON reach_news USING btree (shop_id, account_id, received_at);
CREATE INDEX reach_news_received ON reach_news USING btree (shop_id, received_at);
CREATE INDEX reach_news_waiting ON reach_news USING btree (shop_id, received_at) WHERE (heard_at IS NULL);
CREATE POLICY own_shop_only ON reach_news USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE reach_news FORCE ROW LEVEL SECURITY;

-- distributed: whom an account may write to without a template, by the blind index of their telephone; gone a day after they wrote
CREATE TABLE reach_window (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    phone_index bytea NOT NULL,
    open_until timestamp with time zone NOT NULL,
    CONSTRAINT reach_window_pkey PRIMARY KEY (shop_id, account_id, phone_index),
    CONSTRAINT reach_window_account FOREIGN KEY (shop_id, account_id) REFERENCES reach_account(shop_id, id)
);
CREATE INDEX reach_window_over ON reach_window USING btree (shop_id, open_until);
CREATE POLICY own_shop_only ON reach_window USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE reach_window FORCE ROW LEVEL SECURITY;

-- distributed: where a settlement and our ledger differ; gap_minor is what the ledger has beyond the settlement
CREATE TABLE reconciliation_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    account_id uuid,
    file_id uuid,
    line_id uuid,
    attempt_id uuid,
    order_id uuid,
    difference_minor bigint NOT NULL,
    gap_minor bigint NOT NULL,
    currency text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    word text,
    CONSTRAINT reconciliation_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reconciliation_entry_once UNIQUE (shop_id, subject),
    CONSTRAINT reconciliation_entry_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT reconciliation_entry_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT reconciliation_entry_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file(shop_id, id),
    CONSTRAINT reconciliation_entry_line FOREIGN KEY (shop_id, line_id) REFERENCES settlement_line(shop_id, id),
    CONSTRAINT reconciliation_entry_explained_in_words CHECK (((state <> 'explained'::text) OR (word IS NOT NULL))),
    CONSTRAINT reconciliation_entry_reason_known CHECK ((reason = ANY (ARRAY['row_unreadable'::text, 'unknown_payment'::text, 'other_account'::text, 'other_currency'::text, 'not_known_as_paid'::text, 'amount_differs'::text, 'paid_twice'::text, 'missing_in_settlement'::text, 'refunded_not_settled'::text, 'refund_not_known'::text, 'fee_differs'::text, 'net_does_not_add_up'::text]))),
    CONSTRAINT reconciliation_entry_state_known CHECK ((state = ANY (ARRAY['open'::text, 'explained'::text, 'gone'::text])))
);
CREATE INDEX reconciliation_entry_listed ON reconciliation_entry USING btree (shop_id, state, opened_at DESC, id DESC);
CREATE INDEX reconciliation_entry_of_attempt ON reconciliation_entry USING btree (shop_id, attempt_id) WHERE (attempt_id IS NOT NULL);
CREATE INDEX reconciliation_entry_of_line ON reconciliation_entry USING btree (shop_id, line_id) WHERE (line_id IS NOT NULL);
CREATE POLICY own_shop_only ON reconciliation_entry USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE reconciliation_entry FORCE ROW LEVEL SECURITY;

-- distributed: a recorded call of a buyer who was erased, until its provider deleted what it recorded
CREATE TABLE recording_deletion (
    shop_id bigint NOT NULL,
    attempt_id uuid NOT NULL,
    recording_url text,
    tries integer NOT NULL,
    next_at timestamp with time zone,
    wanted_at timestamp with time zone NOT NULL,
    gone_at timestamp with time zone,
    CONSTRAINT recording_deletion_pkey PRIMARY KEY (shop_id, attempt_id),
    CONSTRAINT recording_deletion_call FOREIGN KEY (shop_id, attempt_id) REFERENCES verification_call(shop_id, attempt_id),
    CONSTRAINT recording_deletion_gone_is_not_due CHECK (((gone_at IS NULL) OR (next_at IS NULL))),
    CONSTRAINT recording_deletion_over_is_forgotten CHECK (((next_at IS NOT NULL) OR (recording_url IS NULL))),
    CONSTRAINT recording_deletion_tries_counted CHECK ((tries >= 0))
);
CREATE INDEX recording_deletion_due ON recording_deletion USING btree (shop_id, next_at) WHERE (next_at IS NOT NULL);
CREATE POLICY own_shop_only ON recording_deletion USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE recording_deletion FORCE ROW LEVEL SECURITY;

-- distributed: refunds granted (who, why, which lines), then executed or withdrawn
CREATE TABLE refund (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    lines jsonb NOT NULL,
    state text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    closed_by text,
    closed_at timestamp with time zone,
    method text,
    reference text,
    approval text NOT NULL DEFAULT 'not_needed'::text,
    judged_by text,
    judged_at timestamp with time zone,
    paid_minor bigint NOT NULL DEFAULT 0,
    shipping_minor bigint NOT NULL DEFAULT 0,
    held_for text,
    CONSTRAINT refund_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT refund_amount_positive CHECK ((amount_minor > 0)),
    CONSTRAINT refund_approval_known CHECK ((approval = ANY (ARRAY['not_needed'::text, 'waiting'::text, 'approved'::text, 'refused'::text]))),
    CONSTRAINT refund_paid_within CHECK (((paid_minor >= 0) AND (paid_minor <= amount_minor))),
    CONSTRAINT refund_shipping_is_part_of_it CHECK (((shipping_minor >= 0) AND (shipping_minor <= amount_minor))),
    CONSTRAINT refund_state_known CHECK ((state = ANY (ARRAY['granted'::text, 'executed'::text, 'withdrawn'::text])))
);
CREATE INDEX refund_open ON refund USING btree (shop_id, granted_at, id) WHERE (state = 'granted'::text);
CREATE INDEX refund_order_of ON refund USING btree (shop_id, order_id);
CREATE INDEX refund_unjudged ON refund USING btree (shop_id, granted_at, id) WHERE ((state = 'granted'::text) AND (approval = 'waiting'::text));
CREATE POLICY own_shop_only ON refund USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE refund FORCE ROW LEVEL SECURITY;

-- distributed: refunds paid out to a bank account; the account is sealed under its customer's key, the link by which a buyer types it is kept as a hash
CREATE TABLE refund_payout (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    bank text,
    account_enc bytea,
    holder_enc bytea,
    holder_differs boolean NOT NULL,
    link_hash bytea,
    link_until timestamp with time zone,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    entered_by text,
    approved_by text,
    batch text,
    reference text,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT refund_payout_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_payout_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT refund_payout_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund(shop_id, id),
    CONSTRAINT refund_payout_amount_positive CHECK ((amount_minor > 0)),
    CONSTRAINT refund_payout_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'entered'::text, 'approved'::text, 'exported'::text, 'paid'::text, 'cancelled'::text])))
);
CREATE UNIQUE INDEX refund_payout_link_once ON refund_payout USING btree (shop_id, link_hash) WHERE (link_hash IS NOT NULL);
CREATE INDEX refund_payout_listed ON refund_payout USING btree (shop_id, state, opened_at, id);
CREATE INDEX refund_payout_of_order ON refund_payout USING btree (shop_id, order_id);
CREATE INDEX refund_payout_of_refund ON refund_payout USING btree (shop_id, refund_id);
CREATE UNIQUE INDEX refund_payout_one_open ON refund_payout USING btree (shop_id, refund_id) WHERE (state = ANY (ARRAY['waiting'::text, 'entered'::text, 'approved'::text, 'exported'::text]));
CREATE POLICY own_shop_only ON refund_payout USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE refund_payout FORCE ROW LEVEL SECURITY;

-- distributed: above which amount a second person approves a refund; none, or NULL: never
CREATE TABLE refund_rule (
    shop_id bigint NOT NULL,
    approve_above_minor bigint,
    set_by text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT refund_rule_pkey PRIMARY KEY (shop_id),
    CONSTRAINT refund_rule_sane CHECK ((approve_above_minor >= 0))
);
CREATE POLICY own_shop_only ON refund_rule USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE refund_rule FORCE ROW LEVEL SECURITY;

-- distributed: tries to send a refund back through the gateway its money came from; ask_at is when that is asked next what became of it
CREATE TABLE refund_try (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    key text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    gateway_id text,
    reason text,
    booked_minor bigint NOT NULL DEFAULT 0,
    began_by text NOT NULL,
    began_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    ask_at timestamp with time zone,
    asked integer NOT NULL DEFAULT 0,
    CONSTRAINT refund_try_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT refund_try_key_once UNIQUE (shop_id, key),
    CONSTRAINT refund_try_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT refund_try_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT refund_try_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund(shop_id, id),
    CONSTRAINT refund_try_amounts_sane CHECK (((amount_minor > 0) AND ((booked_minor = 0) OR (booked_minor = amount_minor)))),
    CONSTRAINT refund_try_state_known CHECK ((state = ANY (ARRAY['asking'::text, 'unknown'::text, 'waiting'::text, 'pending'::text, 'done'::text, 'failed'::text])))
);
CREATE INDEX refund_try_due ON refund_try USING btree (shop_id, ask_at) WHERE (ask_at IS NOT NULL);
CREATE INDEX refund_try_of_attempt ON refund_try USING btree (shop_id, attempt_id);
CREATE INDEX refund_try_of_order ON refund_try USING btree (shop_id, order_id);
CREATE INDEX refund_try_of_refund ON refund_try USING btree (shop_id, refund_id, began_at, id);
CREATE UNIQUE INDEX refund_try_one_in_the_air ON refund_try USING btree (shop_id, refund_id, attempt_id) WHERE (state = ANY (ARRAY['asking'::text, 'unknown'::text, 'pending'::text]));
CREATE POLICY own_shop_only ON refund_try USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE refund_try FORCE ROW LEVEL SECURITY;

-- reference: provinces (1), regencies and cities (2), districts (3), villages (4)
CREATE TABLE region (
    code text NOT NULL,
    parent_code text,
    level smallint NOT NULL,
    name text NOT NULL,
    search text NOT NULL,
    postcode text,
    CONSTRAINT region_pkey PRIMARY KEY (code),
    CONSTRAINT region_level_known CHECK (((level >= 1) AND (level <= 4)))
);
CREATE INDEX region_by_postcode ON region USING btree (postcode) WHERE (postcode IS NOT NULL);
CREATE INDEX region_parent ON region USING btree (parent_code, name);

-- local: the list of areas that was loaded last, one row
CREATE TABLE region_list (
    only_row smallint NOT NULL,
    digest text NOT NULL,
    CONSTRAINT region_list_pkey PRIMARY KEY (only_row),
    CONSTRAINT region_list_is_one CHECK ((only_row = 1))
);

-- distributed: remittance files of couriers, each known by its content
CREATE TABLE remittance (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    courier text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    brought_by text NOT NULL,
    brought_at timestamp with time zone NOT NULL,
    CONSTRAINT remittance_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT remittance_once UNIQUE (shop_id, courier, digest)
);
CREATE POLICY own_shop_only ON remittance USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE remittance FORCE ROW LEVEL SECURITY;

-- distributed: rows of remittance files that were booked, each once whatever file tells it again; fee is what the courier kept, tax on it included
CREATE TABLE remittance_row (
    shop_id bigint NOT NULL,
    remittance_id uuid NOT NULL,
    row_no integer NOT NULL,
    courier text NOT NULL,
    awb text NOT NULL,
    gross_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    currency text NOT NULL,
    remitted_on date NOT NULL,
    fingerprint text NOT NULL,
    nth integer NOT NULL,
    CONSTRAINT remittance_row_pkey PRIMARY KEY (shop_id, remittance_id, row_no),
    CONSTRAINT remittance_row_once UNIQUE (shop_id, courier, fingerprint, nth),
    CONSTRAINT remittance_row_file FOREIGN KEY (shop_id, remittance_id) REFERENCES remittance(shop_id, id)
);
CREATE POLICY own_shop_only ON remittance_row USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE remittance_row FORCE ROW LEVEL SECURITY;

-- distributed: who waits for which goods, and where these are bought; told once, when they can be had again
CREATE TABLE restock_wish (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    person_id uuid NOT NULL,
    link text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT restock_wish_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT restock_wish_person FOREIGN KEY (shop_id, person_id) REFERENCES customer(shop_id, id)
);
CREATE UNIQUE INDEX restock_wish_one_open ON restock_wish USING btree (shop_id, sku_id, person_id) WHERE (told_at IS NULL);
CREATE POLICY own_shop_only ON restock_wish USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE restock_wish FORCE ROW LEVEL SECURITY;

-- distributed: one file a return, by its id: what differs from what was issued, until when it is to be decided, and for whom it was
CREATE TABLE return_dispute (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    found jsonb NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    note text,
    CONSTRAINT return_dispute_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT return_dispute_return FOREIGN KEY (shop_id, id) REFERENCES goods_return(shop_id, id),
    CONSTRAINT return_dispute_decided_by_somebody CHECK (((state = ANY (ARRAY['for_buyer'::text, 'for_shop'::text])) = (decided_by IS NOT NULL))),
    CONSTRAINT return_dispute_state_known CHECK ((state = ANY (ARRAY['open'::text, 'evidence'::text, 'for_buyer'::text, 'for_shop'::text])))
);
CREATE INDEX return_dispute_undecided ON return_dispute USING btree (shop_id, deadline) WHERE (state = ANY (ARRAY['open'::text, 'evidence'::text]));
CREATE POLICY own_shop_only ON return_dispute USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_dispute FORCE ROW LEVEL SECURITY;

-- distributed: evidence of a dispute, in words
CREATE TABLE return_dispute_note (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    return_id uuid NOT NULL,
    words text NOT NULL,
    written_by text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    CONSTRAINT return_dispute_note_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT return_dispute_note_of FOREIGN KEY (shop_id, return_id) REFERENCES return_dispute(shop_id, id)
);
CREATE INDEX return_dispute_note_in_order ON return_dispute_note USING btree (shop_id, return_id, written_at);
CREATE POLICY own_shop_only ON return_dispute_note USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_dispute_note FORCE ROW LEVEL SECURITY;

-- distributed: the order a return is exchanged for, which holds its stock from the request on
CREATE TABLE return_exchange (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    order_id uuid NOT NULL,
    state text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT return_exchange_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_exchange_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT return_exchange_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id),
    CONSTRAINT return_exchange_state_known CHECK ((state = ANY (ARRAY['held'::text, 'settled'::text, 'dropped'::text])))
);
CREATE UNIQUE INDEX return_exchange_order_once ON return_exchange USING btree (shop_id, order_id);
CREATE POLICY own_shop_only ON return_exchange USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_exchange FORCE ROW LEVEL SECURITY;

-- distributed: which line of the replacement stands for which line that comes back
CREATE TABLE return_exchange_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    replacement_line integer NOT NULL,
    CONSTRAINT return_exchange_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_exchange_line_once UNIQUE (shop_id, return_id, replacement_line),
    CONSTRAINT return_exchange_line_exchange FOREIGN KEY (shop_id, return_id) REFERENCES return_exchange(shop_id, return_id),
    CONSTRAINT return_exchange_line_of FOREIGN KEY (shop_id, return_id, line_no) REFERENCES return_line(shop_id, return_id, line_no)
);
CREATE POLICY own_shop_only ON return_exchange_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_exchange_line FORCE ROW LEVEL SECURITY;

-- distributed: what lay in a parcel that came back and is not in its return
CREATE TABLE return_extra (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    what text NOT NULL,
    units integer NOT NULL,
    CONSTRAINT return_extra_pkey PRIMARY KEY (shop_id, return_id, what),
    CONSTRAINT return_extra_of FOREIGN KEY (shop_id, return_id) REFERENCES return_reception(shop_id, return_id),
    CONSTRAINT return_extra_some CHECK ((units > 0))
);
CREATE POLICY own_shop_only ON return_extra USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_extra FORCE ROW LEVEL SECURITY;

-- distributed: who judged what came back, and when; the judgement stands at the lines
CREATE TABLE return_inspection (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    inspected_by text NOT NULL,
    inspected_at timestamp with time zone NOT NULL,
    CONSTRAINT return_inspection_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_inspection_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id)
);
CREATE POLICY own_shop_only ON return_inspection USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_inspection FORCE ROW LEVEL SECURITY;

-- distributed: what is sent back, what arrived, and where it went after inspection
CREATE TABLE return_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    quantity integer NOT NULL,
    received integer NOT NULL DEFAULT 0,
    to_stock integer NOT NULL DEFAULT 0,
    to_quarantine integer NOT NULL DEFAULT 0,
    reason text NOT NULL,
    condition text,
    cause text,
    CONSTRAINT return_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_line_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT return_line_cause_known CHECK ((cause = ANY (ARRAY['damaged'::text, 'defective'::text, 'wrong_item'::text, 'not_as_described'::text, 'incomplete'::text, 'wrong_size'::text, 'changed_mind'::text]))),
    CONSTRAINT return_line_quantities_in_order CHECK (((quantity > 0) AND ((received >= 0) AND (received <= quantity)) AND (to_stock >= 0) AND (to_quarantine >= 0) AND ((to_stock + to_quarantine) <= received)))
);
CREATE POLICY own_shop_only ON return_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_line FORCE ROW LEVEL SECURITY;

-- distributed: pictures of a return, under the key of its buyer; at most four of each moment
CREATE TABLE return_photo (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    no integer NOT NULL,
    moment text NOT NULL,
    photo_enc bytea NOT NULL,
    taken_by text NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT return_photo_pkey PRIMARY KEY (shop_id, return_id, no),
    CONSTRAINT return_photo_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id),
    CONSTRAINT return_photo_moment_known CHECK ((moment = ANY (ARRAY['request'::text, 'reception'::text, 'inspection'::text]))),
    CONSTRAINT return_photo_numbered CHECK (((no >= 1) AND (no <= 12)))
);
CREATE POLICY own_shop_only ON return_photo USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_photo FORCE ROW LEVEL SECURITY;

-- distributed: what buyers may send back, until when, why, and who pays the way; the latest version holds for requests to come
CREATE TABLE return_policy (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT return_policy_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT return_policy_counts_up CHECK ((version > 0))
);
CREATE POLICY own_shop_only ON return_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_policy FORCE ROW LEVEL SECURITY;

-- distributed: a return on the receiving table: where, and what its parcel said; empty is what nobody noted
CREATE TABLE return_reception (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    location_id uuid NOT NULL,
    awb text NOT NULL,
    weight_g integer,
    origin text NOT NULL,
    received_by text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT return_reception_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_reception_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT return_reception_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id),
    CONSTRAINT return_reception_weighs CHECK ((weight_g >= 0))
);
CREATE POLICY own_shop_only ON return_reception USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_reception FORCE ROW LEVEL SECURITY;

-- distributed: units that came against units that were to come, and of those how many were damaged to the eye
CREATE TABLE return_reception_line (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    line_no integer NOT NULL,
    expected integer NOT NULL,
    received integer NOT NULL,
    damaged integer NOT NULL,
    CONSTRAINT return_reception_line_pkey PRIMARY KEY (shop_id, return_id, line_no),
    CONSTRAINT return_reception_line_of FOREIGN KEY (shop_id, return_id) REFERENCES return_reception(shop_id, return_id),
    CONSTRAINT return_reception_line_in_order CHECK (((expected > 0) AND ((received >= 0) AND (received <= expected)) AND ((damaged >= 0) AND (damaged <= received))))
);
CREATE POLICY own_shop_only ON return_reception_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_reception_line FORCE ROW LEVEL SECURITY;

-- distributed: the number, the expected weight in grams and the city a return is sent with; origin is empty where nobody knows it
CREATE TABLE return_shipment (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    courier text NOT NULL,
    awb text NOT NULL,
    weight_g integer NOT NULL,
    origin text NOT NULL,
    issued_by text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    CONSTRAINT return_shipment_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_shipment_awb_once UNIQUE (shop_id, awb),
    CONSTRAINT return_shipment_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id),
    CONSTRAINT return_shipment_weighs CHECK ((weight_g >= 0))
);
CREATE POLICY own_shop_only ON return_shipment USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_shipment FORCE ROW LEVEL SECURITY;

-- distributed: the return of a parcel that its courier brings back, one a parcel
CREATE TABLE return_to_sender (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    expected_at timestamp with time zone NOT NULL,
    CONSTRAINT return_to_sender_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_to_sender_once UNIQUE (shop_id, parcel_id),
    CONSTRAINT return_to_sender_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel(shop_id, id),
    CONSTRAINT return_to_sender_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return(shop_id, id)
);
CREATE POLICY own_shop_only ON return_to_sender USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE return_to_sender FORCE ROW LEVEL SECURITY;

-- distributed: every state the rules of routing had while they were edited; the latest is the draft
CREATE TABLE routing_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT routing_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT routing_draft_counts_up CHECK ((revision > 0))
);
CREATE POLICY own_shop_only ON routing_draft USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE routing_draft FORCE ROW LEVEL SECURITY;

-- distributed: versions of the rules of which rail carries a payment; at most one is followed
CREATE TABLE routing_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    active boolean NOT NULL,
    active_since timestamp with time zone,
    revision integer,
    CONSTRAINT routing_rules_pkey PRIMARY KEY (shop_id, version)
);
CREATE UNIQUE INDEX routing_rules_one_active ON routing_rules USING btree (shop_id) WHERE active;
CREATE POLICY own_shop_only ON routing_rules USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE routing_rules FORCE ROW LEVEL SECURITY;

-- distributed: what a draft of the rules of routing would have done to past payments, and which version was followed when that was asked
CREATE TABLE routing_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT routing_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT routing_trial_days_sane CHECK (((days >= 1) AND (days <= 366)))
);
CREATE POLICY own_shop_only ON routing_trial USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE routing_trial FORCE ROW LEVEL SECURITY;

-- distributed: an order; each axis has its own column, headline is an index for lists
CREATE TABLE sales_order (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    channel_id uuid NOT NULL,
    external_id text,
    cart_id text,
    kind text NOT NULL,
    terms text NOT NULL,
    customer_id uuid,
    address_id uuid,
    currency text NOT NULL,
    commercial text NOT NULL,
    money text NOT NULL,
    verification text NOT NULL,
    headline text NOT NULL,
    open_holds integer NOT NULL DEFAULT 0,
    goods_minor bigint NOT NULL,
    discount_minor bigint NOT NULL,
    shipping_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    rounding_minor bigint NOT NULL,
    total_minor bigint NOT NULL,
    paid_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    tax_included boolean NOT NULL,
    shipping_service text,
    units integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    note text,
    placed_by text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    hold_until timestamp with time zone,
    accepted_at timestamp with time zone,
    delivered_at timestamp with time zone,
    closed_at timestamp with time zone,
    forgone_minor bigint NOT NULL DEFAULT 0,
    credited_minor bigint NOT NULL DEFAULT 0,
    clock_stopped_at timestamp with time zone,
    covered_minor bigint NOT NULL DEFAULT 0,
    deposit_minor bigint,
    cleared boolean DEFAULT ((verification = ANY (ARRAY['confirmed'::text, 'waived'::text])) OR ((verification = 'not_needed'::text) AND (terms <> 'cod'::text))),
    CONSTRAINT sales_order_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT sales_order_cleared_once UNIQUE (shop_id, id, cleared),
    CONSTRAINT sales_order_number_once UNIQUE (shop_id, number),
    CONSTRAINT sales_order_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel(shop_id, id),
    CONSTRAINT sales_order_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer(shop_id, id),
    CONSTRAINT sales_order_adds_up CHECK ((total_minor = ((((goods_minor - discount_minor) + shipping_minor) + CASE WHEN tax_included THEN (0)::bigint ELSE tax_minor END) + rounding_minor))),
    CONSTRAINT sales_order_clock_stops_while_waiting CHECK (((clock_stopped_at IS NULL) OR (commercial = 'awaiting_payment'::text))) NOT VALID,
    CONSTRAINT sales_order_commercial_known CHECK ((commercial = ANY (ARRAY['draft'::text, 'awaiting_payment'::text, 'accepted'::text, 'completed'::text, 'cancelled'::text, 'expired'::text]))),
    CONSTRAINT sales_order_deposit_sane CHECK ((deposit_minor > 0)),
    CONSTRAINT sales_order_headline_known CHECK ((headline = ANY (ARRAY['awaiting_payment'::text, 'accepted'::text, 'processing'::text, 'packed'::text, 'shipped'::text, 'completed'::text, 'cancelled'::text, 'returned'::text]))),
    CONSTRAINT sales_order_holds_counted CHECK ((open_holds >= 0)),
    CONSTRAINT sales_order_kind_known CHECK ((kind = ANY (ARRAY['b2c'::text, 'b2b'::text, 'dropship'::text, 'preorder'::text, 'made_to_order'::text, 'subscription'::text]))),
    CONSTRAINT sales_order_money_known CHECK ((money = ANY (ARRAY['unpaid'::text, 'pending'::text, 'unknown'::text, 'partly_paid'::text, 'paid'::text, 'overpaid'::text, 'partly_refunded'::text, 'refunded'::text, 'cod_due'::text, 'cod_collected'::text, 'cod_remitted'::text]))),
    CONSTRAINT sales_order_money_not_negative CHECK (((goods_minor >= 0) AND (discount_minor >= 0) AND (shipping_minor >= 0) AND (tax_minor >= 0) AND (total_minor >= 0) AND (paid_minor >= 0) AND (refunded_minor >= 0))),
    CONSTRAINT sales_order_terms_known CHECK ((terms = ANY (ARRAY['prepaid'::text, 'cod'::text, 'invoice'::text]))),
    CONSTRAINT sales_order_verification_known CHECK ((verification = ANY (ARRAY['not_needed'::text, 'waiting'::text, 'confirmed'::text, 'refused'::text, 'unreachable'::text, 'waived'::text]))),
    CONSTRAINT sales_order_waits_with_a_limit CHECK (((commercial <> 'awaiting_payment'::text) OR (hold_until IS NOT NULL)))
) WITH (fillfactor=80);
CREATE UNIQUE INDEX sales_order_cart_once ON sales_order USING btree (shop_id, cart_id) WHERE (cart_id IS NOT NULL);
CREATE INDEX sales_order_channel_of ON sales_order USING btree (shop_id, channel_id, placed_at DESC, id DESC);
CREATE INDEX sales_order_cod ON sales_order USING btree (shop_id, money, accepted_at) WHERE (money = ANY (ARRAY['cod_due'::text, 'cod_collected'::text]));
CREATE INDEX sales_order_customer_of ON sales_order USING btree (shop_id, customer_id, placed_at DESC, id DESC) WHERE (customer_id IS NOT NULL);
CREATE INDEX sales_order_due ON sales_order USING btree (shop_id, hold_until) WHERE (commercial = 'awaiting_payment'::text);
CREATE UNIQUE INDEX sales_order_external_once ON sales_order USING btree (shop_id, channel_id, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX sales_order_headline ON sales_order USING btree (shop_id, headline, placed_at DESC, id DESC);
CREATE INDEX sales_order_held ON sales_order USING btree (shop_id, placed_at DESC, id DESC) WHERE (open_holds > 0);
CREATE INDEX sales_order_newest ON sales_order USING btree (shop_id, placed_at DESC, id DESC);
CREATE INDEX sales_order_odd_kind ON sales_order USING btree (shop_id, kind, placed_at DESC, id DESC) WHERE (kind <> 'b2c'::text);
CREATE INDEX sales_order_odd_money ON sales_order USING btree (shop_id, money, placed_at DESC, id DESC) WHERE (money <> ALL (ARRAY['unpaid'::text, 'paid'::text, 'cod_due'::text]));
CREATE INDEX sales_order_standing ON sales_order USING btree (shop_id, accepted_at) WHERE (commercial = 'accepted'::text);
CREATE INDEX sales_order_to_complete ON sales_order USING btree (shop_id, delivered_at) WHERE ((commercial = 'accepted'::text) AND (delivered_at IS NOT NULL));
CREATE INDEX sales_order_unsaid ON sales_order USING btree (shop_id, placed_at, id) WHERE ((commercial = 'accepted'::text) AND (verification = ANY (ARRAY['waiting'::text, 'unreachable'::text])));
CREATE POLICY own_shop_only ON sales_order USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sales_order FORCE ROW LEVEL SECURITY;

-- distributed: filters a person kept under a name; without a person it is shared
CREATE TABLE saved_view (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    page text NOT NULL,
    staff_id uuid,
    name text NOT NULL,
    query text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT saved_view_pkey PRIMARY KEY (shop_id, id)
);
CREATE POLICY own_shop_only ON saved_view USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE saved_view FORCE ROW LEVEL SECURITY;

-- distributed: orders that chose a place on a day of its calendar, of places that serve so many a day and no more
CREATE TABLE served_day (
    shop_id bigint NOT NULL,
    location_id uuid NOT NULL,
    day date NOT NULL,
    orders bigint NOT NULL,
    CONSTRAINT served_day_pkey PRIMARY KEY (shop_id, location_id, day),
    CONSTRAINT served_day_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT served_day_some CHECK ((orders > 0))
);
CREATE POLICY own_shop_only ON served_day USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE served_day FORCE ROW LEVEL SECURITY;

-- distributed: the settlement days of a gateway account that files told of; its row is what two reconciliations of one account wait for
CREATE TABLE settlement_book (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    covered_from date,
    covered_until date,
    reconciled_at timestamp with time zone,
    CONSTRAINT settlement_book_pkey PRIMARY KEY (shop_id, account_id),
    CONSTRAINT settlement_book_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id)
);
CREATE POLICY own_shop_only ON settlement_book USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE settlement_book FORCE ROW LEVEL SECURITY;

-- distributed: files of settlements and bank statements, each known by its content; every row of it is a line, known before, skipped or unread
CREATE TABLE settlement_file (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    account_id uuid,
    format text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    rows integer NOT NULL,
    lines integer NOT NULL,
    known_before integer NOT NULL,
    skipped integer NOT NULL,
    unread integer NOT NULL,
    brought_by text NOT NULL,
    brought_at timestamp with time zone NOT NULL,
    CONSTRAINT settlement_file_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT settlement_file_once UNIQUE (shop_id, kind, digest),
    CONSTRAINT settlement_file_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT settlement_file_kind_known CHECK ((kind = ANY (ARRAY['settlement'::text, 'statement'::text]))),
    CONSTRAINT settlement_file_of_an_account CHECK (((kind = 'settlement'::text) = (account_id IS NOT NULL))),
    CONSTRAINT settlement_file_rows_add_up CHECK ((rows = (((lines + known_before) + skipped) + unread)))
);
CREATE INDEX settlement_file_newest ON settlement_file USING btree (shop_id, brought_at DESC, id DESC);
CREATE POLICY own_shop_only ON settlement_file USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE settlement_file FORCE ROW LEVEL SECURITY;

-- distributed: what a gateway says it settled of a payment or took back; one line told in two files stands once
CREATE TABLE settlement_line (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    file_id uuid NOT NULL,
    row_no integer NOT NULL,
    account_id uuid NOT NULL,
    payout_id uuid NOT NULL,
    kind text NOT NULL,
    reference text,
    gateway_id text,
    method text,
    gross_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    net_minor bigint NOT NULL,
    currency text NOT NULL,
    settled_on date NOT NULL,
    fingerprint text NOT NULL,
    nth integer NOT NULL,
    attempt_id uuid,
    order_id uuid,
    CONSTRAINT settlement_line_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT settlement_line_once UNIQUE (shop_id, account_id, fingerprint, nth),
    CONSTRAINT settlement_line_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account(shop_id, id),
    CONSTRAINT settlement_line_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt(shop_id, id),
    CONSTRAINT settlement_line_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file(shop_id, id),
    CONSTRAINT settlement_line_payout FOREIGN KEY (shop_id, payout_id) REFERENCES payout(shop_id, id),
    CONSTRAINT settlement_line_kind_known CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text]))),
    CONSTRAINT settlement_line_matched_whole CHECK (((attempt_id IS NULL) = (order_id IS NULL))),
    CONSTRAINT settlement_line_named CHECK (((reference IS NOT NULL) OR (gateway_id IS NOT NULL))),
    CONSTRAINT settlement_line_signed CHECK ((((kind = 'payment'::text) AND (gross_minor > 0)) OR ((kind = 'refund'::text) AND (gross_minor < 0))))
);
CREATE INDEX settlement_line_by_day ON settlement_line USING btree (shop_id, account_id, settled_on);
CREATE INDEX settlement_line_of_attempt ON settlement_line USING btree (shop_id, attempt_id) WHERE (attempt_id IS NOT NULL);
CREATE INDEX settlement_line_of_file ON settlement_line USING btree (shop_id, file_id);
CREATE INDEX settlement_line_of_order ON settlement_line USING btree (shop_id, order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX settlement_line_of_payout ON settlement_line USING btree (shop_id, payout_id);
CREATE INDEX settlement_line_unmatched ON settlement_line USING btree (shop_id, account_id) WHERE (attempt_id IS NULL);
CREATE POLICY own_shop_only ON settlement_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE settlement_line FORCE ROW LEVEL SECURITY;

-- distributed: which column of a CSV holds what, kept under a name
CREATE TABLE settlement_mapping (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    columns jsonb NOT NULL,
    decimal_sign text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT settlement_mapping_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT settlement_mapping_name_once UNIQUE (shop_id, kind, name),
    CONSTRAINT settlement_mapping_kind_known CHECK ((kind = ANY (ARRAY['settlement'::text, 'statement'::text]))),
    CONSTRAINT settlement_mapping_sign_known CHECK ((decimal_sign = ANY (ARRAY['auto'::text, '.'::text, ','::text])))
);
CREATE POLICY own_shop_only ON settlement_mapping USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE settlement_mapping FORCE ROW LEVEL SECURITY;

-- distributed: days, and percent of its life, that a lot must have left to be promised to a channel; the nil uuid is every sku without a row of its own
CREATE TABLE shelf_life (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    least_days integer NOT NULL,
    least_percent integer NOT NULL,
    CONSTRAINT shelf_life_pkey PRIMARY KEY (shop_id, channel_id, sku_id),
    CONSTRAINT shelf_life_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel(shop_id, id),
    CONSTRAINT shelf_life_sane CHECK ((((least_days >= 0) AND (least_days <= 3650)) AND ((least_percent >= 0) AND (least_percent <= 100))))
);
CREATE POLICY own_shop_only ON shelf_life USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE shelf_life FORCE ROW LEVEL SECURITY;

-- distributed: fee of the first kilogram and of each begun one after it, from an instant
CREATE TABLE shipping_fee (
    shop_id bigint NOT NULL,
    zone_id uuid NOT NULL,
    service text NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    first_kg_minor bigint NOT NULL,
    next_kg_minor bigint NOT NULL,
    CONSTRAINT shipping_fee_pkey PRIMARY KEY (shop_id, zone_id, service, valid_from),
    CONSTRAINT shipping_fee_zone FOREIGN KEY (shop_id, zone_id) REFERENCES shipping_zone(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT shipping_fee_not_negative CHECK (((first_kg_minor >= 0) AND (next_kg_minor >= 0)))
);
CREATE POLICY own_shop_only ON shipping_fee USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE shipping_fee FORCE ROW LEVEL SECURITY;

-- distributed: areas that cost the same to ship to
CREATE TABLE shipping_zone (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT shipping_zone_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT shipping_zone_code_once UNIQUE (shop_id, code)
);
CREATE POLICY own_shop_only ON shipping_zone USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE shipping_zone FORCE ROW LEVEL SECURITY;

-- distributed: region to zone; the longest code that begins a village code wins, * is the rest
CREATE TABLE shipping_zone_area (
    shop_id bigint NOT NULL,
    region_code text NOT NULL,
    zone_id uuid NOT NULL,
    CONSTRAINT shipping_zone_area_pkey PRIMARY KEY (shop_id, region_code),
    CONSTRAINT shipping_zone_area_zone FOREIGN KEY (shop_id, zone_id) REFERENCES shipping_zone(shop_id, id) ON DELETE CASCADE
);
CREATE POLICY own_shop_only ON shipping_zone_area USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE shipping_zone_area FORCE ROW LEVEL SECURITY;

-- reference: the shops of this installation
CREATE TABLE shop (
    shop_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    legal_name text NOT NULL,
    tax_number text,
    currency text NOT NULL,
    time_zone text NOT NULL,
    locale text NOT NULL,
    prices_include_tax boolean NOT NULL,
    complete_after_days integer NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT shop_pkey PRIMARY KEY (shop_id),
    CONSTRAINT shop_completes_some_day CHECK (((complete_after_days >= 0) AND (complete_after_days <= 365))),
    CONSTRAINT shop_locale_known CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))),
    CONSTRAINT shop_state_known CHECK ((state = ANY (ARRAY['preparing'::text, 'open'::text])))
);
CREATE UNIQUE INDEX shop_code ON shop USING btree (code);

-- distributed: a sellable variant; a bundle is sold whole and taken as its parts
CREATE TABLE sku (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    options jsonb NOT NULL,
    gtin text,
    unit text NOT NULL,
    weight_g integer NOT NULL,
    length_mm integer NOT NULL,
    width_mm integer NOT NULL,
    height_mm integer NOT NULL,
    is_bundle boolean NOT NULL,
    is_stocked boolean NOT NULL,
    lot_tracked boolean NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT sku_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT sku_code_once UNIQUE (shop_id, code),
    CONSTRAINT sku_product FOREIGN KEY (shop_id, product_id) REFERENCES product(shop_id, id),
    CONSTRAINT sku_bundle_holds_no_stock CHECK ((NOT (is_bundle AND is_stocked))),
    CONSTRAINT sku_measures_not_negative CHECK (((weight_g >= 0) AND (length_mm >= 0) AND (width_mm >= 0) AND (height_mm >= 0))),
    CONSTRAINT sku_state_known CHECK ((state = ANY (ARRAY['active'::text, 'archived'::text])))
);
CREATE INDEX sku_code_beginning ON sku USING btree (shop_id, lower(code) text_pattern_ops);
CREATE UNIQUE INDEX sku_gtin_once ON sku USING btree (shop_id, lpad(gtin, 14, '0'::text)) WHERE (gtin IS NOT NULL);
CREATE INDEX sku_product_id ON sku USING btree (shop_id, product_id);
CREATE POLICY own_shop_only ON sku USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sku FORCE ROW LEVEL SECURITY;

-- distributed: skus that may stand in for one that is missing, the best first
CREATE TABLE sku_substitute (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    substitute_id uuid NOT NULL,
    rank integer NOT NULL,
    CONSTRAINT sku_substitute_pkey PRIMARY KEY (shop_id, sku_id, substitute_id),
    CONSTRAINT sku_substitute_rank_once UNIQUE (shop_id, sku_id, rank),
    CONSTRAINT sku_substitute_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT sku_substitute_substitute FOREIGN KEY (shop_id, substitute_id) REFERENCES sku(shop_id, id),
    CONSTRAINT sku_substitute_not_itself CHECK ((sku_id <> substitute_id)),
    CONSTRAINT sku_substitute_ranked CHECK ((rank >= 1))
);
CREATE POLICY own_shop_only ON sku_substitute USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sku_substitute FORCE ROW LEVEL SECURITY;

-- distributed: every state the rules of sourcing had while they were edited; the latest is the draft
CREATE TABLE sourcing_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    rules jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT sourcing_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT sourcing_draft_counts_up CHECK ((revision > 0))
);
CREATE POLICY own_shop_only ON sourcing_draft USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sourcing_draft FORCE ROW LEVEL SECURITY;

-- distributed: every version of the rules of sourcing; at most one is followed
CREATE TABLE sourcing_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    active boolean NOT NULL,
    active_since timestamp with time zone,
    revision integer,
    CONSTRAINT sourcing_rules_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT sourcing_rules_counts_up CHECK ((version > 0))
);
CREATE UNIQUE INDEX sourcing_rules_one_active ON sourcing_rules USING btree (shop_id) WHERE active;
CREATE POLICY own_shop_only ON sourcing_rules USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sourcing_rules FORCE ROW LEVEL SECURITY;

-- distributed: what a draft of the rules of sourcing would have done to past orders, and which version was followed when that was asked
CREATE TABLE sourcing_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT sourcing_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT sourcing_trial_days_sane CHECK (((days >= 1) AND (days <= 366)))
);
CREATE POLICY own_shop_only ON sourcing_trial USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sourcing_trial FORCE ROW LEVEL SECURITY;

-- distributed: people who work in the shop; null scopes mean every location or channel; a one-time-code secret counts once confirmed
CREATE TABLE staff (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    totp_secret bytea,
    totp_confirmed_at timestamp with time zone,
    totp_last_counter bigint,
    recovery_hashes bytea[] NOT NULL,
    locale text,
    roles text[] NOT NULL,
    location_ids uuid[],
    channel_ids uuid[],
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_login_at timestamp with time zone,
    CONSTRAINT staff_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT staff_email_once UNIQUE (shop_id, email),
    CONSTRAINT staff_confirms_a_secret CHECK (((totp_confirmed_at IS NULL) OR (totp_secret IS NOT NULL))),
    CONSTRAINT staff_has_a_role CHECK ((cardinality(roles) > 0)),
    CONSTRAINT staff_locale_known CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))),
    CONSTRAINT staff_roles_known CHECK ((roles <@ ARRAY['owner'::text, 'operations'::text, 'warehouse'::text, 'driver'::text, 'care'::text, 'finance'::text, 'marketing'::text, 'viewer'::text])),
    CONSTRAINT staff_state_known CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);
CREATE INDEX staff_email ON staff USING btree (email);
CREATE POLICY own_shop_only ON staff USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE staff FORCE ROW LEVEL SECURITY;

-- distributed: people of the shop who want a letter a day; last_day is the one whose letter was begun, so that no day has two
CREATE TABLE staff_digest (
    shop_id bigint NOT NULL,
    staff_id uuid NOT NULL,
    hour integer NOT NULL,
    last_day date,
    tries integer NOT NULL DEFAULT 0,
    again_at timestamp with time zone,
    CONSTRAINT staff_digest_pkey PRIMARY KEY (shop_id, staff_id),
    CONSTRAINT staff_digest_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff(shop_id, id),
    CONSTRAINT staff_digest_hour_known CHECK (((hour >= 0) AND (hour <= 23))),
    CONSTRAINT staff_digest_tries_count CHECK ((tries >= 0))
);
CREATE POLICY own_shop_only ON staff_digest USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE staff_digest FORCE ROW LEVEL SECURITY;

-- distributed: open dashboard sessions; the token itself is only in the cookie
CREATE TABLE staff_session (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    staff_id uuid NOT NULL,
    address text NOT NULL,
    browser text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_session_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT staff_session_token_once UNIQUE (shop_id, token_hash),
    CONSTRAINT staff_session_staff FOREIGN KEY (shop_id, staff_id) REFERENCES staff(shop_id, id) ON DELETE CASCADE
);
CREATE INDEX staff_session_expiry ON staff_session USING btree (shop_id, expires_at);
CREATE INDEX staff_session_of ON staff_session USING btree (shop_id, staff_id);
CREATE POLICY own_shop_only ON staff_session USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE staff_session FORCE ROW LEVEL SECURITY;

-- distributed: labels of goods and bins printed in a job; the nil uuid is goods without a lot
CREATE TABLE sticker_print (
    shop_id bigint NOT NULL,
    job_id uuid NOT NULL,
    turn integer NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    code text NOT NULL,
    size text NOT NULL,
    copies integer NOT NULL,
    CONSTRAINT sticker_print_pkey PRIMARY KEY (shop_id, job_id, turn),
    CONSTRAINT sticker_print_job FOREIGN KEY (shop_id, job_id) REFERENCES print_job(shop_id, id),
    CONSTRAINT sticker_print_counts CHECK (((turn >= 1) AND (copies >= 1))),
    CONSTRAINT sticker_print_kind_known CHECK ((kind = ANY (ARRAY['goods'::text, 'bin'::text]))),
    CONSTRAINT sticker_print_size_known CHECK ((size = ANY (ARRAY['small'::text, 'wide'::text])))
);
CREATE POLICY own_shop_only ON sticker_print USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE sticker_print FORCE ROW LEVEL SECURITY;

-- distributed: counters per sku, location, owner and lot; the nil uuid is our own stock and goods without lots
CREATE TABLE stock (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    on_hand bigint NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0,
    allocated bigint NOT NULL DEFAULT 0,
    damaged bigint NOT NULL DEFAULT 0,
    quarantine bigint NOT NULL DEFAULT 0,
    incoming bigint NOT NULL DEFAULT 0,
    oversell bigint NOT NULL DEFAULT 0,
    expires_on date,
    binned bigint NOT NULL DEFAULT 0,
    CONSTRAINT stock_pkey PRIMARY KEY (shop_id, sku_id, location_id, owner_id, lot_id),
    CONSTRAINT stock_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT stock_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT stock_binned_is_on_hand CHECK (((binned >= 0) AND (binned <= on_hand))),
    CONSTRAINT stock_counters_not_negative CHECK (((on_hand >= 0) AND (reserved >= 0) AND (allocated >= 0) AND (damaged >= 0) AND (quarantine >= 0) AND (incoming >= 0) AND (oversell >= 0))),
    CONSTRAINT stock_never_oversold CHECK (((reserved + allocated) <= (on_hand + oversell)))
) WITH (fillfactor=70);
CREATE INDEX stock_expiring ON stock USING btree (shop_id, expires_on) WHERE ((expires_on IS NOT NULL) AND (on_hand > 0));
CREATE INDEX stock_location_sku ON stock USING btree (shop_id, location_id, sku_id);
CREATE POLICY own_shop_only ON stock USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE stock FORCE ROW LEVEL SECURITY;

-- distributed: units kept back from sale, and the level at which a person is told
CREATE TABLE stock_policy (
    shop_id bigint NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    safety bigint NOT NULL,
    reorder_point bigint NOT NULL,
    CONSTRAINT stock_policy_pkey PRIMARY KEY (shop_id, sku_id, location_id),
    CONSTRAINT stock_policy_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT stock_policy_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT stock_policy_not_negative CHECK (((safety >= 0) AND (reorder_point >= 0)))
);
CREATE POLICY own_shop_only ON stock_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE stock_policy FORCE ROW LEVEL SECURITY;

-- distributed: a count of a location or a part of it, until its differences are booked
CREATE TABLE stock_take (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    scope text NOT NULL,
    note text NOT NULL,
    tolerance_units bigint NOT NULL,
    tolerance_minor bigint,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    approved_by text,
    approved_at timestamp with time zone,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_take_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT stock_take_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT stock_take_posted_by_somebody CHECK ((((state = 'posted'::text) = (approved_by IS NOT NULL)) AND ((approved_by IS NULL) = (approved_at IS NULL)))),
    CONSTRAINT stock_take_scope_known CHECK ((scope = ANY (ARRAY['all'::text, 'zones'::text, 'bins'::text, 'skus'::text]))),
    CONSTRAINT stock_take_state_known CHECK ((state = ANY (ARRAY['counting'::text, 'counted'::text, 'posted'::text, 'cancelled'::text]))),
    CONSTRAINT stock_take_tolerance_not_negative CHECK (((tolerance_units >= 0) AND (tolerance_minor >= 0)))
);
CREATE INDEX stock_take_newest ON stock_take USING btree (shop_id, opened_at, id);
CREATE POLICY own_shop_only ON stock_take USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE stock_take FORCE ROW LEVEL SECURITY;

-- distributed: a bin, or a stretch of goods in no bin, that one person counts at once
CREATE TABLE stock_take_area (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    take_id uuid NOT NULL,
    no integer NOT NULL,
    bin_id uuid,
    label text NOT NULL,
    state text NOT NULL,
    counter text,
    counters text[] NOT NULL,
    live boolean NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT stock_take_area_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT stock_take_area_once UNIQUE (shop_id, take_id, no),
    CONSTRAINT stock_take_area_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin(shop_id, id),
    CONSTRAINT stock_take_area_take FOREIGN KEY (shop_id, take_id) REFERENCES stock_take(shop_id, id),
    CONSTRAINT stock_take_area_counted_by_somebody CHECK (((state = ANY (ARRAY['counting'::text, 'recounting'::text])) = (counter IS NOT NULL))),
    CONSTRAINT stock_take_area_state_known CHECK ((state = ANY (ARRAY['open'::text, 'counting'::text, 'recount'::text, 'recounting'::text, 'counted'::text, 'skipped'::text])))
);
CREATE UNIQUE INDEX stock_take_area_counted_once ON stock_take_area USING btree (shop_id, bin_id) WHERE live;
CREATE POLICY own_shop_only ON stock_take_area USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE stock_take_area FORCE ROW LEVEL SECURITY;

-- distributed: what the book had of some goods while they were counted, what was counted, and what of the difference was booked
CREATE TABLE stock_take_row (
    shop_id bigint NOT NULL,
    area_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    location_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    take_id uuid NOT NULL,
    spot_id uuid NOT NULL,
    unit_minor bigint NOT NULL,
    before bigint,
    counted bigint,
    after bigint,
    first bigint,
    difference bigint,
    flagged boolean NOT NULL,
    posted bigint NOT NULL,
    live boolean NOT NULL,
    CONSTRAINT stock_take_row_pkey PRIMARY KEY (shop_id, area_id, sku_id, owner_id, lot_id),
    CONSTRAINT stock_take_row_area FOREIGN KEY (shop_id, area_id) REFERENCES stock_take_area(shop_id, id),
    CONSTRAINT stock_take_row_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id),
    CONSTRAINT stock_take_row_take FOREIGN KEY (shop_id, take_id) REFERENCES stock_take(shop_id, id),
    CONSTRAINT stock_take_row_difference_was_counted CHECK (((difference IS NULL) OR (counted IS NOT NULL))),
    CONSTRAINT stock_take_row_not_negative CHECK (((counted >= 0) AND (first >= 0) AND (unit_minor >= 0))),
    CONSTRAINT stock_take_row_posts_its_difference CHECK (((posted >= LEAST(COALESCE(difference, (0)::bigint), (0)::bigint)) AND (posted <= GREATEST(COALESCE(difference, (0)::bigint), (0)::bigint))))
);
CREATE UNIQUE INDEX stock_take_row_counted_once ON stock_take_row USING btree (shop_id, sku_id, location_id, owner_id, lot_id, spot_id) WHERE live;
CREATE INDEX stock_take_row_of_take ON stock_take_row USING btree (shop_id, take_id) WHERE (difference <> 0);
CREATE POLICY own_shop_only ON stock_take_row USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE stock_take_row FORCE ROW LEVEL SECURITY;

-- distributed: data key of one person, wrapped by the master key; destroyed on erasure
CREATE TABLE subject_key (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    wrapped bytea,
    made_at timestamp with time zone NOT NULL,
    destroyed_at timestamp with time zone,
    CONSTRAINT subject_key_pkey PRIMARY KEY (shop_id, subject_id),
    CONSTRAINT subject_key_is_whole_or_destroyed CHECK (((wrapped IS NULL) = (destroyed_at IS NOT NULL)))
);
CREATE POLICY own_shop_only ON subject_key USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE subject_key FORCE ROW LEVEL SECURITY;

-- distributed: units of an order line that another line of the order stands in for
CREATE TABLE substitution (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    by_line_no integer NOT NULL,
    units integer NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT substitution_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT substitution_by_once UNIQUE (shop_id, order_id, by_line_no),
    CONSTRAINT substitution_by FOREIGN KEY (shop_id, order_id, by_line_no) REFERENCES order_line(shop_id, order_id, line_no),
    CONSTRAINT substitution_of FOREIGN KEY (shop_id, order_id, line_no) REFERENCES order_line(shop_id, order_id, line_no),
    CONSTRAINT substitution_by_another CHECK ((by_line_no <> line_no)),
    CONSTRAINT substitution_some CHECK ((units >= 1))
);
CREATE POLICY own_shop_only ON substitution USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE substitution FORCE ROW LEVEL SECURITY;

-- distributed: a tag of a session, once however often and by however many readers it was heard
CREATE TABLE tag_seen (
    shop_id bigint NOT NULL,
    session_id uuid NOT NULL,
    epc text NOT NULL,
    gtin text,
    serial text,
    sscc text,
    fault text,
    reads bigint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT tag_seen_pkey PRIMARY KEY (shop_id, session_id, epc),
    CONSTRAINT tag_seen_session FOREIGN KEY (shop_id, session_id) REFERENCES tag_session(shop_id, id),
    CONSTRAINT tag_seen_is_one_thing CHECK (((num_nonnulls(gtin, sscc, fault) = 1) AND ((gtin IS NULL) = (serial IS NULL)))),
    CONSTRAINT tag_seen_was_read CHECK (((reads >= 1) AND (first_at <= last_at)))
);
CREATE POLICY own_shop_only ON tag_seen USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE tag_seen FORCE ROW LEVEL SECURITY;

-- distributed: tags read for a receipt, a count or a pick-up, until they are booked there
CREATE TABLE tag_session (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL,
    target_id uuid NOT NULL,
    location_id uuid NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    booked_by text,
    booked_at timestamp with time zone,
    booked_units bigint NOT NULL DEFAULT 0,
    CONSTRAINT tag_session_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT tag_session_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT tag_session_booked_by_somebody CHECK (((booked_at IS NULL) = (booked_by IS NULL))),
    CONSTRAINT tag_session_booked_some CHECK ((booked_units >= 0)),
    CONSTRAINT tag_session_purpose_known CHECK ((purpose = ANY (ARRAY['receipt'::text, 'count'::text, 'dispatch'::text])))
);
CREATE INDEX tag_session_newest ON tag_session USING btree (shop_id, opened_at DESC, id DESC);
CREATE POLICY own_shop_only ON tag_session USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE tag_session FORCE ROW LEVEL SECURITY;

-- distributed: tagged units that were received, each in the session that booked it last
CREATE TABLE tag_unit (
    shop_id bigint NOT NULL,
    epc text NOT NULL,
    sku_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    location_id uuid NOT NULL,
    session_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT tag_unit_pkey PRIMARY KEY (shop_id, epc),
    CONSTRAINT tag_unit_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT tag_unit_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku(shop_id, id)
);
CREATE POLICY own_shop_only ON tag_unit USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE tag_unit FORCE ROW LEVEL SECURITY;

-- distributed: what one location has to do for one order; moved_at is when it came into its state, null while it is in its first
CREATE TABLE task (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    assigned_to text,
    planned_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    picking_at timestamp with time zone,
    packed_at timestamp with time zone,
    handed_over_at timestamp with time zone,
    moved_at timestamp with time zone,
    order_cleared boolean,
    CONSTRAINT task_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT task_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT task_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT task_order_cleared FOREIGN KEY (shop_id, order_id, order_cleared) REFERENCES sales_order(shop_id, id, cleared),
    CONSTRAINT task_state_known CHECK ((state = ANY (ARRAY['planned'::text, 'released'::text, 'picking'::text, 'short'::text, 'picked'::text, 'packed'::text, 'handed_over'::text, 'cancelled'::text]))),
    CONSTRAINT task_waits_for_the_buyers_word CHECK (((state = ANY (ARRAY['planned'::text, 'cancelled'::text])) OR (order_cleared IS TRUE)))
);
CREATE INDEX task_order_of ON task USING btree (shop_id, order_id);
CREATE INDEX task_queue ON task USING btree (shop_id, location_id, state, planned_at, id) WHERE (state <> ALL (ARRAY['handed_over'::text, 'cancelled'::text]));
CREATE POLICY own_shop_only ON task USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE task FORCE ROW LEVEL SECURITY;

-- distributed: units of a stock row to pick for an order line; a bundle is picked as its parts
CREATE TABLE task_line (
    shop_id bigint NOT NULL,
    task_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity integer NOT NULL,
    picked integer NOT NULL DEFAULT 0,
    packed integer NOT NULL DEFAULT 0,
    CONSTRAINT task_line_pkey PRIMARY KEY (shop_id, task_id, line_no, sku_id, owner_id, lot_id),
    CONSTRAINT task_line_task FOREIGN KEY (shop_id, task_id) REFERENCES task(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT task_line_quantities_in_order CHECK (((quantity > 0) AND ((picked >= 0) AND (picked <= quantity)) AND ((packed >= 0) AND (packed <= picked))))
);
CREATE POLICY own_shop_only ON task_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE task_line FORCE ROW LEVEL SECURITY;

-- distributed: tax in basis points on base_numerator/base_denominator of the price (DPP nilai lain), from a date
CREATE TABLE tax_rate (
    shop_id bigint NOT NULL,
    tax_class text NOT NULL,
    valid_from date NOT NULL,
    rate_bp integer NOT NULL,
    base_numerator integer NOT NULL,
    base_denominator integer NOT NULL,
    CONSTRAINT tax_rate_pkey PRIMARY KEY (shop_id, tax_class, valid_from),
    CONSTRAINT tax_rate_sane CHECK ((((rate_bp >= 0) AND (rate_bp <= 10000)) AND ((base_numerator >= 0) AND (base_numerator <= base_denominator)) AND (base_denominator > 0)))
);
CREATE POLICY own_shop_only ON tax_rate USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE tax_rate FORCE ROW LEVEL SECURITY;

-- local: attempts per bucket in the present window and the one before it, for login and guessing guards
CREATE TABLE throttle (
    bucket text NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_s integer NOT NULL,
    hits integer NOT NULL,
    hits_before integer NOT NULL,
    CONSTRAINT throttle_pkey PRIMARY KEY (bucket)
);

-- distributed: goods on the way between two of our locations
CREATE TABLE transfer (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    from_location uuid NOT NULL,
    to_location uuid NOT NULL,
    state text NOT NULL,
    note text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    dispatched_at timestamp with time zone,
    received_at timestamp with time zone,
    CONSTRAINT transfer_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT transfer_from FOREIGN KEY (shop_id, from_location) REFERENCES location(shop_id, id),
    CONSTRAINT transfer_to FOREIGN KEY (shop_id, to_location) REFERENCES location(shop_id, id),
    CONSTRAINT transfer_goes_somewhere CHECK ((from_location <> to_location)),
    CONSTRAINT transfer_state_has_its_times CHECK ((((state = ANY (ARRAY['in_transit'::text, 'received'::text])) = (dispatched_at IS NOT NULL)) AND ((state = 'received'::text) = (received_at IS NOT NULL)))),
    CONSTRAINT transfer_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'in_transit'::text, 'received'::text, 'cancelled'::text])))
);
CREATE INDEX transfer_newest ON transfer USING btree (shop_id, created_at, id);
CREATE INDEX transfer_under_way ON transfer USING btree (shop_id, to_location) WHERE (state = ANY (ARRAY['draft'::text, 'in_transit'::text]));
CREATE POLICY own_shop_only ON transfer USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE transfer FORCE ROW LEVEL SECURITY;

-- distributed: bank accounts of the shop itself that buyers are shown to transfer to
CREATE TABLE transfer_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    bank text NOT NULL,
    number text NOT NULL,
    holder text NOT NULL,
    state text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    CONSTRAINT transfer_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT transfer_account_bank_is_a_code CHECK ((bank ~ '^[0-9]{3}$'::text)),
    CONSTRAINT transfer_account_has_a_holder CHECK ((holder <> ''::text)),
    CONSTRAINT transfer_account_number_is_digits CHECK ((number ~ '^[0-9]{6,20}$'::text)),
    CONSTRAINT transfer_account_state_known CHECK ((state = ANY (ARRAY['shown'::text, 'hidden'::text])))
);
CREATE UNIQUE INDEX transfer_account_once ON transfer_account USING btree (shop_id, bank, number);
CREATE POLICY own_shop_only ON transfer_account USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE transfer_account FORCE ROW LEVEL SECURITY;

-- distributed: what travels, what arrived, what was lost
CREATE TABLE transfer_line (
    shop_id bigint NOT NULL,
    transfer_id uuid NOT NULL,
    line_no integer NOT NULL,
    sku_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    quantity bigint NOT NULL,
    received bigint NOT NULL,
    lost bigint NOT NULL,
    loss_reason text,
    CONSTRAINT transfer_line_pkey PRIMARY KEY (shop_id, transfer_id, line_no),
    CONSTRAINT transfer_line_transfer FOREIGN KEY (shop_id, transfer_id) REFERENCES transfer(shop_id, id) ON DELETE CASCADE,
    CONSTRAINT transfer_line_accounted CHECK (((quantity > 0) AND (received >= 0) AND (lost >= 0) AND ((received + lost) <= quantity))),
    CONSTRAINT transfer_line_loss_says_why CHECK (((lost = 0) OR (loss_reason IS NOT NULL)))
);
CREATE POLICY own_shop_only ON transfer_line USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE transfer_line FORCE ROW LEVEL SECURITY;

-- distributed: orders that were not taken, or not on these terms, why, and what came of an appeal
CREATE TABLE trust_denial (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
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
    appealed_at timestamp with time zone,
    appeal text,
    judged_by text,
    judged_at timestamp with time zone,
    judgement text,
    CONSTRAINT trust_denial_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_denial_appeal_is_told CHECK (((state = 'standing'::text) OR ((appeal IS NOT NULL) AND (appealed_by IS NOT NULL) AND (appealed_at IS NOT NULL)))),
    CONSTRAINT trust_denial_has_reasons CHECK ((cardinality(reasons) > 0)),
    CONSTRAINT trust_denial_outcome_known CHECK ((outcome = ANY (ARRAY['deposit'::text, 'prepaid_only'::text, 'refuse'::text]))),
    CONSTRAINT trust_denial_state_known CHECK ((state = ANY (ARRAY['standing'::text, 'appealed'::text, 'upheld'::text, 'overturned'::text]))),
    CONSTRAINT trust_denial_way_known CHECK ((way = ANY (ARRAY['cod'::text, 'prepaid'::text])))
);
CREATE INDEX trust_denial_newest ON trust_denial USING btree (shop_id, at, id);
CREATE INDEX trust_denial_waiting ON trust_denial USING btree (shop_id, appealed_at) WHERE (state = 'appealed'::text);
CREATE POLICY own_shop_only ON trust_denial USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_denial FORCE ROW LEVEL SECURITY;

-- distributed: every state the rules of scoring had while they were edited; the latest is the draft
CREATE TABLE trust_draft (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    policy jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT trust_draft_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT trust_draft_counts_up CHECK ((revision > 0))
);
CREATE POLICY own_shop_only ON trust_draft USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_draft FORCE ROW LEVEL SECURITY;

-- distributed: lists of who is let through and who is not: keyed hashes with a reason, who made them and until when
CREATE TABLE trust_entry (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    key bytea NOT NULL,
    verdict text NOT NULL,
    shown text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    removed_by text,
    removed_at timestamp with time zone,
    CONSTRAINT trust_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_entry_kind_known CHECK ((kind = ANY (ARRAY['phone'::text, 'address'::text, 'email'::text, 'domain'::text, 'device'::text, 'network'::text, 'card'::text]))),
    CONSTRAINT trust_entry_removal_is_told CHECK (((removed_at IS NULL) = (removed_by IS NULL))),
    CONSTRAINT trust_entry_verdict_known CHECK (((verdict = ANY (ARRAY['block'::text, 'allow'::text])) OR ((verdict = 'disposable'::text) AND (kind = 'domain'::text))))
);
CREATE UNIQUE INDEX trust_entry_once ON trust_entry USING btree (shop_id, kind, key) WHERE (removed_at IS NULL);
CREATE POLICY own_shop_only ON trust_entry USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_entry FORCE ROW LEVEL SECURITY;

-- distributed: which orders share a phone, a house, a device, ...: keyed hashes, the newest are read
CREATE TABLE trust_key (
    shop_id bigint NOT NULL,
    kind text NOT NULL,
    key bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    subject_id uuid NOT NULL,
    person bytea,
    CONSTRAINT trust_key_pkey PRIMARY KEY (shop_id, kind, key, at, subject_id),
    CONSTRAINT trust_key_kind_known CHECK ((kind = ANY (ARRAY['phone'::text, 'address'::text, 'email'::text, 'device'::text, 'ip'::text, 'card'::text])))
);
CREATE POLICY own_shop_only ON trust_key USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_key FORCE ROW LEVEL SECURITY;

-- distributed: models learned from how orders ended: what was found of each, and which one adds to scores
CREATE TABLE trust_model (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    why text,
    capacity integer NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    rules_version integer,
    found jsonb,
    model jsonb,
    proposes boolean NOT NULL DEFAULT false,
    CONSTRAINT trust_model_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_model_learned_whole CHECK (((state = ANY (ARRAY['silent'::text, 'speaking'::text])) = ((model IS NOT NULL) AND (found IS NOT NULL) AND (rules_version IS NOT NULL)))),
    CONSTRAINT trust_model_sane CHECK (((version > 0) AND ((capacity >= 1) AND (capacity <= 1000)))),
    CONSTRAINT trust_model_silence_is_told CHECK (((why IS NOT NULL) = (state = ANY (ARRAY['declined'::text, 'silent'::text])))),
    CONSTRAINT trust_model_speaks_better CHECK (((state <> 'speaking'::text) OR ((found ->> 'beats'::text))::boolean)),
    CONSTRAINT trust_model_state_known CHECK ((state = ANY (ARRAY['asked'::text, 'declined'::text, 'silent'::text, 'speaking'::text]))),
    CONSTRAINT trust_model_why_known CHECK ((why = ANY (ARRAY['too_little'::text, 'not_installed'::text, 'lost'::text, 'not_better'::text, 'other_rules'::text, 'newer'::text, 'person'::text, 'kept'::text, 'proposed'::text])))
);
CREATE UNIQUE INDEX trust_model_counts_up ON trust_model USING btree (shop_id, version);
CREATE UNIQUE INDEX trust_model_one_asked ON trust_model USING btree (shop_id) WHERE (state = 'asked'::text);
CREATE UNIQUE INDEX trust_model_one_speaks ON trust_model USING btree (shop_id) WHERE (state = 'speaking'::text);
CREATE POLICY own_shop_only ON trust_model USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_model FORCE ROW LEVEL SECURITY;

-- distributed: what is usual in the shop: the middle order value, and orders by hour of the day
CREATE TABLE trust_norm (
    shop_id bigint NOT NULL,
    orders integer NOT NULL,
    median_minor bigint NOT NULL,
    hours integer[] NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT trust_norm_pkey PRIMARY KEY (shop_id),
    CONSTRAINT trust_norm_has_a_day CHECK ((cardinality(hours) = 24))
);
CREATE POLICY own_shop_only ON trust_norm USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_norm FORCE ROW LEVEL SECURITY;

-- distributed: how a scored order ended, each way once
CREATE TABLE trust_outcome (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    ended text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT trust_outcome_pkey PRIMARY KEY (shop_id, subject_id, ended),
    CONSTRAINT trust_outcome_ended_known CHECK ((ended = ANY (ARRAY['delivered'::text, 'refused'::text, 'returned'::text, 'disputed'::text, 'fraud'::text, 'disowned'::text])))
);
CREATE POLICY own_shop_only ON trust_outcome USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_outcome FORCE ROW LEVEL SECURITY;

-- distributed: orders held until a person looked at them; the id is the order's
CREATE TABLE trust_review (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    amount_minor bigint NOT NULL,
    points integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    judged_by text,
    judgement text,
    CONSTRAINT trust_review_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_review_judged_by_somebody CHECK (((state = ANY (ARRAY['open'::text, 'lapsed'::text])) OR (judged_by IS NOT NULL))),
    CONSTRAINT trust_review_state_known CHECK ((state = ANY (ARRAY['open'::text, 'cleared'::text, 'refused'::text, 'lapsed'::text])))
);
CREATE INDEX trust_review_open ON trust_review USING btree (shop_id, deadline) WHERE (state = 'open'::text);
CREATE POLICY own_shop_only ON trust_review USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_review FORCE ROW LEVEL SECURITY;

-- distributed: versions of the rules orders are scored by; at most one is followed
CREATE TABLE trust_rules (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    policy jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    active boolean NOT NULL,
    active_since timestamp with time zone,
    revision integer,
    CONSTRAINT trust_rules_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT trust_rules_counts_up CHECK ((version > 0))
);
CREATE UNIQUE INDEX trust_rules_one_active ON trust_rules USING btree (shop_id) WHERE active;
CREATE POLICY own_shop_only ON trust_rules USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_rules FORCE ROW LEVEL SECURITY;

-- distributed: the score an order was placed with, and the keyed hashes of what ties it to others
CREATE TABLE trust_score (
    shop_id bigint NOT NULL,
    subject_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
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
    CONSTRAINT trust_score_keys_paired CHECK ((cardinality(kinds) = cardinality(keys))),
    CONSTRAINT trust_score_outcome_known CHECK ((outcome = ANY (ARRAY['accept'::text, 'ask'::text, 'deposit'::text, 'hold'::text]))),
    CONSTRAINT trust_score_sane CHECK (((points >= 0) AND (amount_minor >= 0) AND ((hour >= 0) AND (hour <= 23)))),
    CONSTRAINT trust_score_way_known CHECK ((way = ANY (ARRAY['cod'::text, 'prepaid'::text]))),
    CONSTRAINT trust_score_would_known CHECK ((would = ANY (ARRAY['accept'::text, 'ask'::text, 'deposit'::text, 'prepaid_only'::text, 'hold'::text, 'refuse'::text])))
);
CREATE INDEX trust_score_newest ON trust_score USING btree (shop_id, at, subject_id);
CREATE POLICY own_shop_only ON trust_score USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_score FORCE ROW LEVEL SECURITY;

-- distributed: how orders of a phone, a house, an area ended, counted
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
    CONSTRAINT trust_tally_kind_known CHECK ((kind = ANY (ARRAY['phone'::text, 'address'::text, 'email'::text, 'device'::text, 'ip'::text, 'card'::text, 'area'::text]))),
    CONSTRAINT trust_tally_not_negative CHECK (((delivered >= 0) AND (refused >= 0) AND (returned >= 0) AND (disputed >= 0) AND (fraud >= 0) AND (delivered_minor >= 0)))
);
CREATE POLICY own_shop_only ON trust_tally USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_tally FORCE ROW LEVEL SECURITY;

-- distributed: what a draft of the rules of scoring would have done to past orders, and which version was followed when that was asked
CREATE TABLE trust_trial (
    shop_id bigint NOT NULL,
    revision integer NOT NULL,
    against integer,
    days integer NOT NULL,
    found jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT trust_trial_pkey PRIMARY KEY (shop_id, revision),
    CONSTRAINT trust_trial_days_sane CHECK (((days >= 1) AND (days <= 366)))
);
CREATE POLICY own_shop_only ON trust_trial USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE trust_trial FORCE ROW LEVEL SECURITY;

-- distributed: one call or message that asks a buyer, what they answered and what it cost
CREATE TABLE verification_attempt (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    way text NOT NULL,
    state text NOT NULL,
    provider text,
    provider_id text,
    token_digest bytea NOT NULL,
    answer text,
    note text,
    cost_minor bigint,
    recording_url text,
    began_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    moved_by text NOT NULL,
    phone_index bytea,
    day_id uuid,
    case_of uuid DEFAULT 
CASE
    WHEN (day_id IS NULL) THEN order_id
    ELSE NULL::uuid
END,
    failure text,
    failure_code text,
    why_asked_at timestamp with time zone,
    CONSTRAINT verification_attempt_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT verification_attempt_case FOREIGN KEY (shop_id, case_of) REFERENCES verification_case(shop_id, order_id),
    CONSTRAINT verification_attempt_day FOREIGN KEY (shop_id, day_id) REFERENCES delivery_day(shop_id, id),
    CONSTRAINT verification_attempt_cost_sane CHECK ((cost_minor >= 0)),
    CONSTRAINT verification_attempt_failure_known CHECK ((failure = ANY (ARRAY['needless'::text, 'no_buyer'::text, 'no_phone'::text, 'stopped'::text, 'no_account'::text, 'number'::text, 'message'::text, 'account'::text, 'refused'::text, 'busy'::text, 'unavailable'::text]))),
    CONSTRAINT verification_attempt_puts_off_a_day CHECK (((state <> 'put_off'::text) OR (day_id IS NOT NULL))),
    CONSTRAINT verification_attempt_state_known CHECK ((state = ANY (ARRAY['sending'::text, 'asked'::text, 'unknown'::text, 'confirmed'::text, 'refused'::text, 'put_off'::text, 'missed'::text, 'failed'::text, 'overtaken'::text]))),
    CONSTRAINT verification_attempt_way_known CHECK ((way = ANY (ARRAY['call'::text, 'whatsapp'::text, 'sms'::text, 'agent'::text])))
);
CREATE INDEX verification_attempt_of_day ON verification_attempt USING btree (shop_id, day_id, began_at) WHERE (day_id IS NOT NULL);
CREATE INDEX verification_attempt_of_order ON verification_attempt USING btree (shop_id, order_id, began_at);
CREATE INDEX verification_attempt_of_provider ON verification_attempt USING btree (shop_id, provider, provider_id) WHERE (provider_id IS NOT NULL);
CREATE INDEX verification_attempt_of_provider_id ON verification_attempt USING btree (shop_id, provider_id) WHERE (provider_id IS NOT NULL);
CREATE UNIQUE INDEX verification_attempt_one_open ON verification_attempt USING btree (shop_id, order_id) WHERE ((state = ANY (ARRAY['sending'::text, 'asked'::text, 'unknown'::text])) AND (day_id IS NULL));
CREATE UNIQUE INDEX verification_attempt_one_open_a_day ON verification_attempt USING btree (shop_id, day_id) WHERE ((state = ANY (ARRAY['sending'::text, 'asked'::text, 'unknown'::text])) AND (day_id IS NOT NULL));
CREATE INDEX verification_attempt_open ON verification_attempt USING btree (shop_id, way, until) WHERE (state = ANY (ARRAY['sending'::text, 'asked'::text, 'unknown'::text]));
CREATE UNIQUE INDEX verification_attempt_token ON verification_attempt USING btree (shop_id, token_digest);
CREATE INDEX verification_attempt_unexplained ON verification_attempt USING btree (shop_id, moved_at) WHERE ((state = 'refused'::text) AND (way = 'whatsapp'::text) AND (day_id IS NULL) AND (why_asked_at IS NULL));
CREATE POLICY own_shop_only ON verification_attempt USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE verification_attempt FORCE ROW LEVEL SECURITY;

-- distributed: a call that asks a buyer: its provider's name for it, how far the talk came, and when the provider is asked how it stands
CREATE TABLE verification_call (
    shop_id bigint NOT NULL,
    attempt_id uuid NOT NULL,
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    call_id text,
    talk jsonb NOT NULL,
    state text NOT NULL,
    looks integer NOT NULL DEFAULT 0,
    look_at timestamp with time zone,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT verification_call_pkey PRIMARY KEY (shop_id, attempt_id),
    CONSTRAINT verification_call_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES verification_attempt(shop_id, id),
    CONSTRAINT verification_call_looks_counted CHECK ((looks >= 0)),
    CONSTRAINT verification_call_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'ringing'::text, 'answered'::text, 'machine'::text, 'completed'::text, 'busy'::text, 'no_answer'::text, 'failed'::text])))
);
CREATE UNIQUE INDEX verification_call_of_provider ON verification_call USING btree (shop_id, account_id, call_id) WHERE (call_id IS NOT NULL);
CREATE INDEX verification_call_to_look_up ON verification_call USING btree (shop_id, look_at) WHERE (look_at IS NOT NULL);
CREATE POLICY own_shop_only ON verification_call USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE verification_call FORCE ROW LEVEL SECURITY;

-- distributed: an order whose buyer is being asked, or was; its outcome is on the order
CREATE TABLE verification_case (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    policy_version integer NOT NULL,
    step integer NOT NULL,
    tries integer NOT NULL,
    next_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    deadline timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    taken_by text,
    taken_at timestamp with time zone,
    CONSTRAINT verification_case_pkey PRIMARY KEY (shop_id, order_id),
    CONSTRAINT verification_case_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT verification_case_counts CHECK (((step >= 0) AND (tries >= 0))),
    CONSTRAINT verification_case_over_is_not_due CHECK (((closed_at IS NULL) OR (next_at IS NULL))),
    CONSTRAINT verification_case_taken_by_somebody CHECK (((taken_by IS NULL) = (taken_at IS NULL)))
);
CREATE INDEX verification_case_due ON verification_case USING btree (shop_id, next_at) WHERE (next_at IS NOT NULL);
CREATE POLICY own_shop_only ON verification_case USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE verification_case FORCE ROW LEVEL SECURITY;

-- distributed: who is asked, by which ways, how often and when; the latest version holds for orders to come
CREATE TABLE verification_policy (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT verification_policy_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT verification_policy_counts_up CHECK ((version > 0))
);
CREATE POLICY own_shop_only ON verification_policy USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE verification_policy FORCE ROW LEVEL SECURITY;

-- distributed: money buyers have with the shop, of a customer or of whoever brings its code; the code itself is not kept
CREATE TABLE voucher (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    code_hash bytea,
    code_end text,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    balance_minor bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    reason text NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    refund_id uuid,
    issued_by text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    judged_by text,
    judged_at timestamp with time zone,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT voucher_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT voucher_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer(shop_id, id),
    CONSTRAINT voucher_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund(shop_id, id),
    CONSTRAINT voucher_amount_positive CHECK ((amount_minor > 0)),
    CONSTRAINT voucher_code_has_an_end CHECK (((code_hash IS NULL) = (code_end IS NULL))),
    CONSTRAINT voucher_holds_nothing_before_it_is_agreed CHECK (((state = ANY (ARRAY['active'::text, 'blocked'::text])) OR (balance_minor = 0))),
    CONSTRAINT voucher_is_somebodys CHECK (((customer_id IS NOT NULL) OR (code_hash IS NOT NULL))),
    CONSTRAINT voucher_never_overspent CHECK ((balance_minor >= 0)),
    CONSTRAINT voucher_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'active'::text, 'blocked'::text, 'declined'::text])))
);
CREATE UNIQUE INDEX voucher_code_once ON voucher USING btree (shop_id, code_hash) WHERE (code_hash IS NOT NULL);
CREATE INDEX voucher_newest ON voucher USING btree (shop_id, issued_at, id);
CREATE INDEX voucher_of_customer ON voucher USING btree (shop_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX voucher_of_issuer ON voucher USING btree (shop_id, issued_by, issued_at) WHERE (judged_by IS NULL);
CREATE INDEX voucher_waiting ON voucher USING btree (shop_id, issued_at) WHERE (state = 'waiting'::text);
CREATE POLICY own_shop_only ON voucher USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE voucher FORCE ROW LEVEL SECURITY;

-- distributed: what came onto vouchers and went off them, append only; a balance is their sum
CREATE TABLE voucher_move (
    shop_id bigint NOT NULL,
    voucher_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    change_minor bigint NOT NULL,
    order_id uuid,
    refund_id uuid,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT voucher_move_pkey PRIMARY KEY (shop_id, voucher_id, id),
    CONSTRAINT voucher_move_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order(shop_id, id),
    CONSTRAINT voucher_move_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund(shop_id, id),
    CONSTRAINT voucher_move_voucher FOREIGN KEY (shop_id, voucher_id) REFERENCES voucher(shop_id, id),
    CONSTRAINT voucher_move_has_its_sign CHECK (((change_minor <> 0) AND ((kind = 'spent'::text) = (change_minor < 0)))),
    CONSTRAINT voucher_move_kind_known CHECK ((kind = ANY (ARRAY['issued'::text, 'spent'::text, 'taken_off'::text, 'returned'::text, 'credited'::text]))),
    CONSTRAINT voucher_move_names_its_order CHECK (((kind = 'issued'::text) = (order_id IS NULL))),
    CONSTRAINT voucher_move_names_its_refund CHECK (((kind = ANY (ARRAY['returned'::text, 'credited'::text])) = (refund_id IS NOT NULL)))
);
CREATE INDEX voucher_move_of_order ON voucher_move USING btree (shop_id, order_id) WHERE (order_id IS NOT NULL);
CREATE UNIQUE INDEX voucher_move_once_a_refund ON voucher_move USING btree (shop_id, refund_id, voucher_id) WHERE (refund_id IS NOT NULL);
CREATE POLICY own_shop_only ON voucher_move USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE voucher_move FORCE ROW LEVEL SECURITY;

-- distributed: tasks released together; alone_cm is what they would be walked order by order
CREATE TABLE wave (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    state text NOT NULL,
    method text NOT NULL,
    courier text NOT NULL,
    cutoff_at timestamp with time zone,
    made_by text NOT NULL,
    orders integer NOT NULL,
    units integer NOT NULL,
    walk_cm bigint NOT NULL,
    alone_cm bigint NOT NULL,
    released_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT wave_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT wave_location FOREIGN KEY (shop_id, location_id) REFERENCES location(shop_id, id),
    CONSTRAINT wave_method_known CHECK ((method = ANY (ARRAY['order'::text, 'batch'::text, 'cluster'::text, 'zone'::text]))),
    CONSTRAINT wave_state_known CHECK ((state = ANY (ARRAY['released'::text, 'picking'::text, 'done'::text, 'dropped'::text])))
);
CREATE INDEX wave_of_place ON wave USING btree (shop_id, location_id, released_at);
CREATE POLICY own_shop_only ON wave USING (((shop_id = (NULLIF(current_setting('orderan.shop'::text, true), ''::text))::bigint) OR (current_setting('orderan.shop'::text, true) = '0'::text)));
ALTER TABLE wave FORCE ROW LEVEL SECURITY;
