-- Messages go to browsers and to the shop's own app too, and who waits for goods is told when they are back.

ALTER TABLE delivery DROP CONSTRAINT delivery_channel_known;

ALTER TABLE delivery ADD CONSTRAINT delivery_channel_known CHECK (channel IN ('email', 'whatsapp', 'sms', 'push', 'webhook')) NOT VALID;

ALTER TABLE delivery VALIDATE CONSTRAINT delivery_channel_known;

ALTER TABLE message DROP CONSTRAINT message_kind_known;

ALTER TABLE message ADD CONSTRAINT message_kind_known CHECK (kind IN ('pay_now', 'pay_with', 'pay_soon', 'trouble', 'recovered', 'expired', 'accepted', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', 'refunded', 'return_approved', 'review', 'back_in_stock')) NOT VALID;

ALTER TABLE message VALIDATE CONSTRAINT message_kind_known;

CREATE TABLE push_subscription (
    shop_id bigint NOT NULL,
    browser_key bytea NOT NULL,
    person_id uuid NOT NULL,
    address_enc bytea NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT push_subscription_pkey PRIMARY KEY (shop_id, browser_key),
    CONSTRAINT push_subscription_person FOREIGN KEY (shop_id, person_id) REFERENCES customer (shop_id, id)
);

COMMENT ON TABLE push_subscription IS 'distributed: browsers people want to be told on; a browser belongs to who subscribed it last, its address is under the key of the person';

CREATE INDEX push_subscription_of_person ON push_subscription (shop_id, person_id, made_at DESC);

CREATE TABLE restock_wish (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    sku_id uuid NOT NULL,
    person_id uuid NOT NULL,
    link text NOT NULL,
    asked_at timestamptz NOT NULL,
    told_at timestamptz,
    CONSTRAINT restock_wish_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT restock_wish_person FOREIGN KEY (shop_id, person_id) REFERENCES customer (shop_id, id)
);

COMMENT ON TABLE restock_wish IS 'distributed: who waits for which goods, and where these are bought; told once, when they can be had again';

CREATE UNIQUE INDEX restock_wish_one_open ON restock_wish (shop_id, sku_id, person_id) WHERE told_at IS NULL;
