-- Which return stands for a parcel its courier brings back, so that it is expected once, from the moment it turns round.

CREATE TABLE return_to_sender (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    expected_at timestamptz NOT NULL,
    CONSTRAINT return_to_sender_pkey PRIMARY KEY (shop_id, return_id),
    CONSTRAINT return_to_sender_once UNIQUE (shop_id, parcel_id),
    CONSTRAINT return_to_sender_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_to_sender_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id)
);

COMMENT ON TABLE return_to_sender IS 'distributed: the return of a parcel that its courier brings back, one a parcel';
