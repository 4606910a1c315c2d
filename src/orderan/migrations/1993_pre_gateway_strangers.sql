-- Letters nothing follows from, as an account's page lists them: forged, or about nothing of ours.

CREATE INDEX gateway_notice_strangers ON gateway_notice (shop_id, account_id, received_at) WHERE attempt_id IS NULL AND heard_at IS NOT NULL;
