-- What gateways say they settled, what the bank says arrived, and where that and our ledger differ.

CREATE TABLE settlement_mapping (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    columns jsonb NOT NULL,
    decimal_sign text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT settlement_mapping_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT settlement_mapping_name_once UNIQUE (shop_id, kind, name),
    CONSTRAINT settlement_mapping_kind_known CHECK (kind IN ('settlement', 'statement')),
    CONSTRAINT settlement_mapping_sign_known CHECK (decimal_sign IN ('auto', '.', ','))
);

COMMENT ON TABLE settlement_mapping IS 'distributed: which column of a CSV holds what, kept under a name';

CREATE TABLE settlement_book (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    covered_from date,
    covered_until date,
    reconciled_at timestamptz,
    CONSTRAINT settlement_book_pkey PRIMARY KEY (shop_id, account_id),
    CONSTRAINT settlement_book_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id)
);

COMMENT ON TABLE settlement_book IS 'distributed: the settlement days of a gateway account that files told of; its row is what two reconciliations of one account wait for';

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
    brought_at timestamptz NOT NULL,
    CONSTRAINT settlement_file_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT settlement_file_once UNIQUE (shop_id, kind, digest),
    CONSTRAINT settlement_file_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT settlement_file_kind_known CHECK (kind IN ('settlement', 'statement')),
    CONSTRAINT settlement_file_of_an_account CHECK ((kind = 'settlement') = (account_id IS NOT NULL)),
    CONSTRAINT settlement_file_rows_add_up CHECK (rows = lines + known_before + skipped + unread)
);

COMMENT ON TABLE settlement_file IS 'distributed: files of settlements and bank statements, each known by its content; every row of it is a line, known before, skipped or unread';

CREATE INDEX settlement_file_newest ON settlement_file (shop_id, brought_at DESC, id DESC);

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
    CONSTRAINT payout_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT payout_once UNIQUE (shop_id, account_id, key)
);

COMMENT ON TABLE payout IS 'distributed: what a gateway paid out at once: the lines of one payout reference, or of one day where there is none';

CREATE INDEX payout_newest ON payout (shop_id, paid_on DESC, id DESC);

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
    CONSTRAINT settlement_line_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file (shop_id, id),
    CONSTRAINT settlement_line_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT settlement_line_payout FOREIGN KEY (shop_id, payout_id) REFERENCES payout (shop_id, id),
    CONSTRAINT settlement_line_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT settlement_line_once UNIQUE (shop_id, account_id, fingerprint, nth),
    CONSTRAINT settlement_line_kind_known CHECK (kind IN ('payment', 'refund')),
    CONSTRAINT settlement_line_signed CHECK ((kind = 'payment' AND gross_minor > 0) OR (kind = 'refund' AND gross_minor < 0)),
    CONSTRAINT settlement_line_named CHECK (reference IS NOT NULL OR gateway_id IS NOT NULL),
    CONSTRAINT settlement_line_matched_whole CHECK ((attempt_id IS NULL) = (order_id IS NULL))
);

COMMENT ON TABLE settlement_line IS 'distributed: what a gateway says it settled of a payment or took back; one line told in two files stands once';

CREATE INDEX settlement_line_of_attempt ON settlement_line (shop_id, attempt_id) WHERE attempt_id IS NOT NULL;

CREATE INDEX settlement_line_unmatched ON settlement_line (shop_id, account_id) WHERE attempt_id IS NULL;

CREATE INDEX settlement_line_of_order ON settlement_line (shop_id, order_id) WHERE order_id IS NOT NULL;

CREATE INDEX settlement_line_of_file ON settlement_line (shop_id, file_id);

CREATE INDEX settlement_line_of_payout ON settlement_line (shop_id, payout_id);

CREATE INDEX settlement_line_by_day ON settlement_line (shop_id, account_id, settled_on);

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
    CONSTRAINT bank_line_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT bank_line_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file (shop_id, id),
    CONSTRAINT bank_line_payout FOREIGN KEY (shop_id, payout_id) REFERENCES payout (shop_id, id),
    CONSTRAINT bank_line_once UNIQUE (shop_id, bank_account, fingerprint, nth),
    CONSTRAINT bank_line_money_came CHECK (amount_minor > 0),
    CONSTRAINT bank_line_matched_how CHECK ((payout_id IS NULL) = (matched_by IS NULL)),
    CONSTRAINT bank_line_matched_by_known CHECK (matched_by IN ('reference', 'amount_and_day'))
);

COMMENT ON TABLE bank_line IS 'distributed: money a bank statement says came in, and the payout it is';

CREATE UNIQUE INDEX bank_line_payout_once ON bank_line (shop_id, payout_id) WHERE payout_id IS NOT NULL;

CREATE INDEX bank_line_newest ON bank_line (shop_id, booked_on DESC, id DESC);

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
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    word text,
    CONSTRAINT reconciliation_entry_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT reconciliation_entry_once UNIQUE (shop_id, subject),
    CONSTRAINT reconciliation_entry_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT reconciliation_entry_file FOREIGN KEY (shop_id, file_id) REFERENCES settlement_file (shop_id, id),
    CONSTRAINT reconciliation_entry_line FOREIGN KEY (shop_id, line_id) REFERENCES settlement_line (shop_id, id),
    CONSTRAINT reconciliation_entry_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT reconciliation_entry_state_known CHECK (state IN ('open', 'explained', 'gone')),
    CONSTRAINT reconciliation_entry_reason_known CHECK (reason IN ('row_unreadable', 'unknown_payment', 'other_account', 'other_currency', 'not_known_as_paid', 'amount_differs', 'paid_twice', 'missing_in_settlement', 'refunded_not_settled', 'refund_not_known', 'fee_differs', 'net_does_not_add_up')),
    CONSTRAINT reconciliation_entry_explained_in_words CHECK (state <> 'explained' OR word IS NOT NULL)
);

COMMENT ON TABLE reconciliation_entry IS 'distributed: where a settlement and our ledger differ; gap_minor is what the ledger has beyond the settlement';

CREATE INDEX reconciliation_entry_listed ON reconciliation_entry (shop_id, state, opened_at DESC, id DESC);

CREATE INDEX reconciliation_entry_of_attempt ON reconciliation_entry (shop_id, attempt_id) WHERE attempt_id IS NOT NULL;

CREATE INDEX reconciliation_entry_of_line ON reconciliation_entry (shop_id, line_id) WHERE line_id IS NOT NULL;
