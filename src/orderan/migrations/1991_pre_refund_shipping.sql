-- What of a refund is for shipping, beside its lines.

ALTER TABLE refund ADD COLUMN shipping_minor bigint NOT NULL DEFAULT 0;

ALTER TABLE refund ADD CONSTRAINT refund_shipping_is_part_of_it CHECK (shipping_minor BETWEEN 0 AND amount_minor) NOT VALID;

ALTER TABLE refund VALIDATE CONSTRAINT refund_shipping_is_part_of_it;
