-- Settlements name a payment by the gateway's id too, and what was paid lately is looked for in them.

CREATE INDEX payment_attempt_by_gateway_id ON payment_attempt (shop_id, gateway_id) WHERE gateway_id IS NOT NULL;

CREATE INDEX payment_attempt_moved ON payment_attempt (shop_id, moved_at);
