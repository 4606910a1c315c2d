-- How the call that made a charge ended, and when we learned of its payment: what a rail is judged by.

ALTER TABLE payment_attempt ADD COLUMN charged_at timestamptz;

ALTER TABLE payment_attempt ADD COLUMN took_ms integer;

ALTER TABLE payment_attempt ADD COLUMN blame text;

ALTER TABLE payment_attempt ADD COLUMN paid_at timestamptz;

ALTER TABLE payment_attempt ADD COLUMN paid_there_at timestamptz;

ALTER TABLE payment_attempt ADD CONSTRAINT payment_attempt_blame_known CHECK (blame IN ('gateway', 'bank', 'customer', 'ours', 'unknown')) NOT VALID;

CREATE INDEX payment_attempt_charged ON payment_attempt (shop_id, rail_id, charged_at) WHERE charged_at IS NOT NULL;

CREATE INDEX payment_attempt_learned ON payment_attempt (shop_id, rail_id, paid_at) WHERE paid_at IS NOT NULL;
