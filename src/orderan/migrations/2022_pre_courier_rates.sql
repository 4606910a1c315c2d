-- What couriers said carrying costs, kept for a while.

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
    asked_at timestamptz NOT NULL,
    CONSTRAINT courier_rate_pkey PRIMARY KEY (shop_id, account_id, origin, destination, weight_kg, cod, insured, courier, service),
    CONSTRAINT courier_rate_account FOREIGN KEY (shop_id, account_id) REFERENCES courier_account (shop_id, id),
    CONSTRAINT courier_rate_amounts CHECK (cost_minor >= 0 AND weight_kg > 0)
);

COMMENT ON TABLE courier_rate IS 'distributed: offers of courier accounts by district, kilogram and service, with the worth and the cash they were asked for';

CREATE INDEX courier_rate_between ON courier_rate (shop_id, origin, destination, weight_kg);

CREATE INDEX courier_rate_old ON courier_rate (shop_id, asked_at);
