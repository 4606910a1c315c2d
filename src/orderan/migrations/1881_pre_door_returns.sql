-- What a buyer did not take at the door comes back as a return, which knows the parcel; of a parcel once.

ALTER TABLE goods_return ADD COLUMN parcel_id uuid;

ALTER TABLE goods_return ADD CONSTRAINT goods_return_parcel FOREIGN KEY (shop_id, parcel_id) REFERENCES parcel (shop_id, id) NOT VALID;

ALTER TABLE goods_return VALIDATE CONSTRAINT goods_return_parcel;

CREATE UNIQUE INDEX goods_return_of_parcel ON goods_return (shop_id, parcel_id) WHERE parcel_id IS NOT NULL;
