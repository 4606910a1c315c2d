-- A shop is a brand or company with its own staff, catalogue, stock and orders.

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
    created_at timestamptz NOT NULL,
    CONSTRAINT shop_pkey PRIMARY KEY (shop_id),
    CONSTRAINT shop_state_known CHECK (state IN ('preparing', 'open')),
    CONSTRAINT shop_locale_known CHECK (locale IN ('id', 'en')),
    CONSTRAINT shop_completes_some_day CHECK (complete_after_days BETWEEN 0 AND 365)
);

COMMENT ON TABLE shop IS 'reference: the shops of this installation';

CREATE UNIQUE INDEX shop_code ON shop (code);

CREATE TABLE channel (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    payment_hold_minutes integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT channel_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT channel_code_once UNIQUE (shop_id, code),
    CONSTRAINT channel_kind_known CHECK (kind IN ('web', 'phone', 'chat', 'store', 'marketplace', 'import')),
    CONSTRAINT channel_hold_sane CHECK (payment_hold_minutes BETWEEN 1 AND 43200)
);

COMMENT ON TABLE channel IS 'distributed: where orders come from; how long an unpaid one holds stock';
