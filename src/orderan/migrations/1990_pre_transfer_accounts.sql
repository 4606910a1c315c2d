-- The shop's own bank accounts, which buyers are shown to transfer to.

CREATE TABLE transfer_account (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    bank text NOT NULL,
    number text NOT NULL,
    holder text NOT NULL,
    state text NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT transfer_account_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT transfer_account_state_known CHECK (state IN ('shown', 'hidden')),
    CONSTRAINT transfer_account_bank_is_a_code CHECK (bank ~ '^[0-9]{3}$'),
    CONSTRAINT transfer_account_number_is_digits CHECK (number ~ '^[0-9]{6,20}$'),
    CONSTRAINT transfer_account_has_a_holder CHECK (holder <> '')
);

COMMENT ON TABLE transfer_account IS 'distributed: bank accounts of the shop itself that buyers are shown to transfer to';

CREATE UNIQUE INDEX transfer_account_once ON transfer_account (shop_id, bank, number);
