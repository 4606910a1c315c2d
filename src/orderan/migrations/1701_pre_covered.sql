-- What a payment promotion covers of an order: asked of its payer and not of the buyer.

ALTER TABLE sales_order ADD COLUMN covered_minor bigint NOT NULL DEFAULT 0;

ALTER TABLE payment_event DROP CONSTRAINT payment_event_kind_known;

ALTER TABLE payment_event ADD CONSTRAINT payment_event_kind_known CHECK (kind IN ('pending', 'pending_cleared', 'unknown', 'unknown_cleared', 'captured', 'capture_reversed', 'cod_collected', 'cod_remitted', 'refunded', 'refund_reversed', 'forgone', 'credited', 'promotion_granted', 'promotion_withdrawn', 'promotion_returned')) NOT VALID;

ALTER TABLE payment_event VALIDATE CONSTRAINT payment_event_kind_known;
