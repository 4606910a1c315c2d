-- Whether a gateway sent word of a payment, found by the try.

CREATE INDEX gateway_notice_of_attempt ON gateway_notice (shop_id, attempt_id) WHERE attempt_id IS NOT NULL;
