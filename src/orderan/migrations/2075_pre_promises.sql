-- When parcels arrive: what couriers took, what a shop counts with, and what was promised for each order.

CREATE TABLE promise_terms (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT promise_terms_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT promise_terms_counts_up CHECK (version > 0)
);

COMMENT ON TABLE promise_terms IS 'distributed: how a shop promises days: how certain, until which hour a day counts, on which days nobody works; the latest version holds for promises to come';

CREATE TABLE lead_time (
    shop_id bigint NOT NULL,
    courier text NOT NULL,
    service text NOT NULL,
    origin text NOT NULL,
    area text NOT NULL,
    parcels integer NOT NULL,
    days integer[] NOT NULL,
    learned_at timestamptz NOT NULL,
    CONSTRAINT lead_time_pkey PRIMARY KEY (shop_id, courier, service, origin, area),
    CONSTRAINT lead_time_of_some CHECK (parcels > 0 AND cardinality(days) > 0)
);

COMMENT ON TABLE lead_time IS 'distributed: working days from handover to door, by courier, service and both ends, at fixed shares of parcels; empty courier or service is all of them';

CREATE TABLE delivery_promise (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    parcel_id uuid,
    leaves_on date NOT NULL,
    promised_on date NOT NULL,
    source text NOT NULL,
    made_at timestamptz NOT NULL,
    risk text,
    risk_at timestamptz,
    closed_at timestamptz,
    kept boolean,
    CONSTRAINT delivery_promise_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT delivery_promise_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT delivery_promise_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id),
    CONSTRAINT delivery_promise_leaves_first CHECK (promised_on >= leaves_on),
    CONSTRAINT delivery_promise_source_known CHECK (source IN ('measured', 'courier', 'table')),
    CONSTRAINT delivery_promise_risk_known CHECK (risk IN ('not_left', 'later', 'slow', 'attempt_failed', 'missed')),
    CONSTRAINT delivery_promise_risk_since CHECK ((risk IS NULL) = (risk_at IS NULL)),
    CONSTRAINT delivery_promise_judged_when_closed CHECK (kept IS NULL OR closed_at IS NOT NULL)
);

COMMENT ON TABLE delivery_promise IS 'distributed: the day an order, and each parcel of it, is promised for, and whether that is in danger or was kept';

CREATE UNIQUE INDEX delivery_promise_of_order ON delivery_promise (shop_id, order_id) WHERE parcel_id IS NULL;

CREATE UNIQUE INDEX delivery_promise_of_parcel ON delivery_promise (shop_id, parcel_id) WHERE parcel_id IS NOT NULL;

CREATE INDEX delivery_promise_all_of_order ON delivery_promise (shop_id, order_id);

CREATE INDEX delivery_promise_open ON delivery_promise (shop_id, promised_on) WHERE closed_at IS NULL;

CREATE INDEX delivery_promise_in_danger ON delivery_promise (shop_id, order_id) WHERE risk IS NOT NULL AND closed_at IS NULL;
