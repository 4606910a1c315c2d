-- Payments a buyer's bank takes back for its customer, and what the shop has to say to it.

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
    deadline timestamptz NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT chargeback_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT chargeback_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT chargeback_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT chargeback_state_known CHECK (state IN ('open', 'evidence_sent', 'won', 'lost', 'expired')),
    CONSTRAINT chargeback_amount_positive CHECK (amount_minor > 0)
);

COMMENT ON TABLE chargeback IS 'distributed: payments a buyer''s bank took back, or wants to; taken: the ledger says already that it did';

CREATE UNIQUE INDEX chargeback_one_open ON chargeback (shop_id, attempt_id) WHERE state IN ('open', 'evidence_sent', 'expired');

CREATE INDEX chargeback_of_order ON chargeback (shop_id, order_id);

CREATE INDEX chargeback_listed ON chargeback (shop_id, state, deadline, id);

CREATE INDEX payment_attempt_disputed ON payment_attempt (shop_id, id) WHERE state = 'disputed';

CREATE TABLE chargeback_evidence (
    shop_id bigint NOT NULL,
    chargeback_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT chargeback_evidence_pkey PRIMARY KEY (shop_id, chargeback_id, id),
    CONSTRAINT chargeback_evidence_of FOREIGN KEY (shop_id, chargeback_id) REFERENCES chargeback (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT chargeback_evidence_kind_known CHECK (kind IN ('delivery', 'invoice', 'conversation', 'note'))
);

COMMENT ON TABLE chargeback_evidence IS 'distributed: what the shop tells a bank about a chargeback: notes, and references to proofs of delivery, invoices and conversations';
