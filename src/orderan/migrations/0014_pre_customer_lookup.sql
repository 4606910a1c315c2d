-- Records that were merged away are still found by their phone, and lead to the survivor.

CREATE INDEX customer_merged_phone ON customer (shop_id, phone_index) WHERE state = 'merged';

CREATE INDEX customer_family ON customer (shop_id, merged_into) WHERE merged_into IS NOT NULL;
