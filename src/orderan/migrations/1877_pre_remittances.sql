-- What couriers say they paid us of the cash they collected, a file and a row each once.

CREATE TABLE remittance (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    courier text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    brought_by text NOT NULL,
    brought_at timestamptz NOT NULL,
    CONSTRAINT remittance_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT remittance_once UNIQUE (shop_id, courier, digest)
);

COMMENT ON TABLE remittance IS 'distributed: remittance files of couriers, each known by its content';

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
    CONSTRAINT remittance_row_file FOREIGN KEY (shop_id, remittance_id) REFERENCES remittance (shop_id, id),
    CONSTRAINT remittance_row_once UNIQUE (shop_id, courier, fingerprint, nth)
);

COMMENT ON TABLE remittance_row IS 'distributed: rows of remittance files that were booked, each once whatever file tells it again; fee is what the courier kept, tax on it included';
