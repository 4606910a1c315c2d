-- A return arrives at one of the shop's own places. Not validated: what an older release let through
-- can still be closed, and nothing new of the kind gets in.

ALTER TABLE goods_return ADD CONSTRAINT goods_return_location FOREIGN KEY (shop_id, location_id) REFERENCES location (shop_id, id) NOT VALID;
