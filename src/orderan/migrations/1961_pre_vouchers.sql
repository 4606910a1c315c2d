-- Money a buyer has with the shop: vouchers with a balance, and every rupiah put on one or taken off it.

CREATE TABLE voucher (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    customer_id uuid,
    code_hash bytea,
    code_end text,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    balance_minor bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    reason text NOT NULL,
    valid_until timestamptz NOT NULL,
    refund_id uuid,
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    judged_by text,
    judged_at timestamptz,
    moved_at timestamptz NOT NULL,
    CONSTRAINT voucher_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT voucher_customer FOREIGN KEY (shop_id, customer_id) REFERENCES customer (shop_id, id),
    CONSTRAINT voucher_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund (shop_id, id),
    CONSTRAINT voucher_state_known CHECK (state IN ('waiting', 'active', 'blocked', 'declined')),
    CONSTRAINT voucher_is_somebodys CHECK (customer_id IS NOT NULL OR code_hash IS NOT NULL),
    CONSTRAINT voucher_code_has_an_end CHECK ((code_hash IS NULL) = (code_end IS NULL)),
    CONSTRAINT voucher_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT voucher_never_overspent CHECK (balance_minor >= 0),
    CONSTRAINT voucher_holds_nothing_before_it_is_agreed CHECK (state IN ('active', 'blocked') OR balance_minor = 0)
);

COMMENT ON TABLE voucher IS 'distributed: money buyers have with the shop, of a customer or of whoever brings its code; the code itself is not kept';

CREATE UNIQUE INDEX voucher_code_once ON voucher (shop_id, code_hash) WHERE code_hash IS NOT NULL;

CREATE INDEX voucher_of_customer ON voucher (shop_id, customer_id) WHERE customer_id IS NOT NULL;

CREATE INDEX voucher_newest ON voucher (shop_id, issued_at, id);

CREATE INDEX voucher_waiting ON voucher (shop_id, issued_at) WHERE state = 'waiting';

CREATE INDEX voucher_of_issuer ON voucher (shop_id, issued_by, issued_at) WHERE judged_by IS NULL;

CREATE TABLE voucher_move (
    shop_id bigint NOT NULL,
    voucher_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    change_minor bigint NOT NULL,
    order_id uuid,
    refund_id uuid,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT voucher_move_pkey PRIMARY KEY (shop_id, voucher_id, id),
    CONSTRAINT voucher_move_voucher FOREIGN KEY (shop_id, voucher_id) REFERENCES voucher (shop_id, id),
    CONSTRAINT voucher_move_order FOREIGN KEY (shop_id, order_id) REFERENCES sales_order (shop_id, id),
    CONSTRAINT voucher_move_refund FOREIGN KEY (shop_id, refund_id) REFERENCES refund (shop_id, id),
    CONSTRAINT voucher_move_kind_known CHECK (kind IN ('issued', 'spent', 'taken_off', 'returned', 'credited')),
    CONSTRAINT voucher_move_has_its_sign CHECK (change_minor <> 0 AND (kind = 'spent') = (change_minor < 0)),
    CONSTRAINT voucher_move_names_its_order CHECK ((kind = 'issued') = (order_id IS NULL)),
    CONSTRAINT voucher_move_names_its_refund CHECK ((kind IN ('returned', 'credited')) = (refund_id IS NOT NULL))
);

COMMENT ON TABLE voucher_move IS 'distributed: what came onto vouchers and went off them, append only; a balance is their sum';

CREATE INDEX voucher_move_of_order ON voucher_move (shop_id, order_id) WHERE order_id IS NOT NULL;

CREATE UNIQUE INDEX voucher_move_once_a_refund ON voucher_move (shop_id, refund_id, voucher_id) WHERE refund_id IS NOT NULL;
