-- Promotions by way of paying, and what each redemption of them costs whom.

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
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    hour_from integer NOT NULL,
    hour_until integer NOT NULL,
    minimum_minor bigint NOT NULL,
    per_buyer integer,
    quota integer,
    budget_minor bigint,
    taken_minor bigint NOT NULL DEFAULT 0,
    taken_count integer NOT NULL DEFAULT 0,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT payment_promotion_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT payment_promotion_kind_known CHECK (kind IN ('discount', 'cashback', 'instalment')),
    CONSTRAINT payment_promotion_state_known CHECK (state IN ('draft', 'running', 'paused', 'exhausted', 'ended')),
    CONSTRAINT payment_promotion_amounts_sane CHECK (rate_bp BETWEEN 0 AND 10000 AND fixed_minor >= 0 AND minimum_minor >= 0 AND cap_minor > 0 AND per_buyer > 0),
    CONSTRAINT payment_promotion_hours_sane CHECK (hour_from BETWEEN 0 AND 23 AND hour_until BETWEEN 1 AND 24),
    CONSTRAINT payment_promotion_ends_after_it_begins CHECK (valid_until > valid_from),
    CONSTRAINT payment_promotion_budget_never_exceeded CHECK (taken_minor >= 0 AND (budget_minor IS NULL OR taken_minor <= budget_minor)),
    CONSTRAINT payment_promotion_quota_never_exceeded CHECK (taken_count >= 0 AND (quota IS NULL OR taken_count <= quota))
);

COMMENT ON TABLE payment_promotion IS 'distributed: promotions by bank, card range, wallet or method; taken is what open and confirmed redemptions cost, less what went back';

CREATE INDEX payment_promotion_open ON payment_promotion (shop_id, valid_until) WHERE state IN ('running', 'paused', 'exhausted');

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
    reserved_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    CONSTRAINT promotion_redemption_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT promotion_redemption_promotion FOREIGN KEY (shop_id, promotion_id) REFERENCES payment_promotion (shop_id, id),
    CONSTRAINT promotion_redemption_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT promotion_redemption_attempt FOREIGN KEY (shop_id, attempt_id) REFERENCES payment_attempt (shop_id, id),
    CONSTRAINT promotion_redemption_state_known CHECK (state IN ('reserved', 'confirmed', 'released', 'reversed')),
    CONSTRAINT promotion_redemption_amounts_sane CHECK (amount_minor > 0 AND reversed_minor BETWEEN 0 AND amount_minor AND paid_out_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT promotion_redemption_no_card_number CHECK (card_range ~ '^[0-9]{6,8}$')
);

COMMENT ON TABLE promotion_redemption IS 'distributed: one use of a promotion for one try to pay; of a card at most its first eight digits';

CREATE UNIQUE INDEX promotion_redemption_of_attempt ON promotion_redemption (shop_id, attempt_id) WHERE attempt_id IS NOT NULL;

CREATE UNIQUE INDEX promotion_redemption_one_chosen ON promotion_redemption (shop_id, order_id) WHERE state = 'reserved' AND attempt_id IS NULL;

CREATE INDEX promotion_redemption_of_order ON promotion_redemption (shop_id, order_id);

CREATE INDEX promotion_redemption_of_promotion ON promotion_redemption (shop_id, promotion_id, reserved_at, id);

CREATE INDEX promotion_redemption_of_buyer ON promotion_redemption (shop_id, buyer_id, promotion_id) WHERE buyer_id IS NOT NULL;

CREATE INDEX promotion_redemption_waiting ON promotion_redemption (shop_id, reserved_at) WHERE state = 'reserved';

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
    CONSTRAINT promotion_share_redemption FOREIGN KEY (shop_id, redemption_id) REFERENCES promotion_redemption (shop_id, id),
    CONSTRAINT promotion_share_payer_known CHECK (payer IN ('shop', 'bank', 'wallet', 'brand')),
    CONSTRAINT promotion_share_sane CHECK (amount_minor >= 0 AND reversed_minor BETWEEN 0 AND amount_minor)
);

COMMENT ON TABLE promotion_share IS 'distributed: who bears how much of a redemption, per order line; the shares of a redemption add up to it';
