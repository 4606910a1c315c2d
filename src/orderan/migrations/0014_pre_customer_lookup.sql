-- Records that were merged away are still found by their phone, and lead to the survivor.

CREATE INDEX customer_phone ON customer (shop_id, phone_index) WHERE phone_index IS NOT NULL;

CREATE INDEX customer_family ON customer (shop_id, merged_into) WHERE merged_into IS NOT NULL;
