-- What every gateway account came to, night by night: the sum that explains each rupiah, and what of it is left over.

CREATE TABLE balance_proof (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    proved_at timestamptz NOT NULL,
    captured_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    settled_minor bigint NOT NULL,
    waiting_minor bigint NOT NULL,
    explained_minor bigint NOT NULL,
    open_minor bigint NOT NULL,
    adrift_minor bigint NOT NULL,
    CONSTRAINT balance_proof_pkey PRIMARY KEY (shop_id, account_id, proved_at),
    CONSTRAINT balance_proof_account FOREIGN KEY (shop_id, account_id) REFERENCES gateway_account (shop_id, id),
    CONSTRAINT balance_proof_adds_up CHECK (adrift_minor = captured_minor - reversed_minor - refunded_minor - settled_minor - waiting_minor - explained_minor - open_minor)
);

COMMENT ON TABLE balance_proof IS 'distributed: what a gateway account came to in a night; adrift is what nothing accounts for';

CREATE INDEX balance_proof_newest ON balance_proof (shop_id, proved_at DESC);
