-- What was paid back for goods that came back, and is therefore not asked for again.

ALTER TABLE sales_order ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0;

ALTER TABLE payment_event DROP CONSTRAINT payment_event_kind_known;

ALTER TABLE payment_event ADD CONSTRAINT payment_event_kind_known CHECK (kind IN ('pending', 'pending_cleared', 'unknown', 'unknown_cleared', 'captured', 'capture_reversed', 'cod_collected', 'cod_remitted', 'refunded', 'refund_reversed', 'forgone', 'credited')) NOT VALID;

ALTER TABLE payment_event VALIDATE CONSTRAINT payment_event_kind_known;
