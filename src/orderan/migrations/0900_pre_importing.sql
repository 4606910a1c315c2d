-- Files of order lines: how far each run has come, every line as it was read, and what became of it.

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
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT import_run_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT import_run_file_once UNIQUE (shop_id, channel_id, fingerprint),
    CONSTRAINT import_run_channel FOREIGN KEY (shop_id, channel_id) REFERENCES channel (shop_id, id),
    CONSTRAINT import_run_state_known CHECK (state IN ('reading', 'ordering', 'matching', 'finished')),
    CONSTRAINT import_run_finished_has_report CHECK ((state = 'finished') = (report IS NOT NULL))
);

COMMENT ON TABLE import_run IS 'distributed: one file read under one mapping, and how far it has come; moves in the transaction of what it counts';

CREATE TABLE import_file_sum (
    shop_id bigint NOT NULL,
    run_id uuid NOT NULL,
    day text NOT NULL,
    currency text NOT NULL,
    lines bigint NOT NULL,
    exact numeric NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT import_file_sum_pkey PRIMARY KEY (shop_id, run_id, day, currency),
    CONSTRAINT import_file_sum_run FOREIGN KEY (shop_id, run_id) REFERENCES import_run (shop_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE import_file_sum IS 'distributed: what the file adds up to per day and currency, counted while reading; unknown where the file does not say';

CREATE TABLE import_line (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    invoice text NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    sku text,
    description text,
    quantity integer,
    at timestamptz,
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
    CONSTRAINT import_line_sound_or_faulty CHECK (fault IS NOT NULL OR (sku IS NOT NULL AND quantity IS NOT NULL AND at IS NOT NULL AND day IS NOT NULL AND price IS NOT NULL AND currency IS NOT NULL AND exact IS NOT NULL AND minor IS NOT NULL))
);

COMMENT ON TABLE import_line IS 'distributed: every line of a file as it was read; raw is kept for lines that could not be';

CREATE TABLE import_outcome (
    shop_id bigint NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    outcome text NOT NULL,
    reason text,
    known boolean NOT NULL,
    order_id uuid,
    line_no integer,
    repaired_at timestamptz,
    CONSTRAINT import_outcome_pkey PRIMARY KEY (shop_id, run_id, number),
    CONSTRAINT import_outcome_known CHECK (outcome IN ('ordered', 'returned', 'waiting')),
    CONSTRAINT import_outcome_waits_for_a_reason CHECK ((outcome = 'waiting') = (reason IS NOT NULL))
);

COMMENT ON TABLE import_outcome IS 'distributed: what became of a line of a file, exactly one row per line; known when an earlier run had brought it';

CREATE TABLE import_invoice (
    shop_id bigint NOT NULL,
    channel_id uuid NOT NULL,
    invoice text NOT NULL,
    run_id uuid NOT NULL,
    order_id uuid,
    CONSTRAINT import_invoice_pkey PRIMARY KEY (shop_id, channel_id, invoice)
);

COMMENT ON TABLE import_invoice IS 'distributed: invoices any run has brought, so that the next run adds nothing to them';

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
    at timestamptz NOT NULL,
    CONSTRAINT import_cancellation_pkey PRIMARY KEY (shop_id, run_id, customer, number)
);

COMMENT ON TABLE import_cancellation IS 'distributed: cancellation lines of a run under the customer of their invoice, to be matched once all sales are in';

CREATE TABLE import_taken (
    shop_id bigint NOT NULL,
    order_id uuid NOT NULL,
    line_no integer NOT NULL,
    run_id uuid NOT NULL,
    number integer NOT NULL,
    units integer NOT NULL,
    minor bigint NOT NULL,
    CONSTRAINT import_taken_pkey PRIMARY KEY (shop_id, order_id, line_no, run_id, number),
    CONSTRAINT import_taken_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id) ON DELETE CASCADE,
    CONSTRAINT import_taken_some CHECK (units > 0 AND minor >= 0)
);

COMMENT ON TABLE import_taken IS 'distributed: which sale each cancellation line took its units and money from';
