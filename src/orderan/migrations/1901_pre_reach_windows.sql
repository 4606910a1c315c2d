-- Until when somebody may be written to freely by a number of the shop's: they wrote to it themselves.

CREATE TABLE reach_window (
    shop_id bigint NOT NULL,
    account_id uuid NOT NULL,
    phone_index bytea NOT NULL,
    open_until timestamptz NOT NULL,
    CONSTRAINT reach_window_pkey PRIMARY KEY (shop_id, account_id, phone_index),
    CONSTRAINT reach_window_account FOREIGN KEY (shop_id, account_id) REFERENCES reach_account (shop_id, id)
);

COMMENT ON TABLE reach_window IS 'distributed: whom an account may write to without a template, by the blind index of their telephone; gone a day after they wrote';

CREATE INDEX reach_window_over ON reach_window (shop_id, open_until);
