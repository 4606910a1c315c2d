-- Money that came late and goods that are back are both told.

ALTER TABLE message DROP CONSTRAINT message_kind_known;

ALTER TABLE message ADD CONSTRAINT message_kind_known CHECK (kind IN ('pay_now', 'pay_with', 'pay_soon', 'trouble', 'recovered', 'expired', 'paid_late', 'accepted', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', 'refunded', 'return_approved', 'review', 'back_in_stock')) NOT VALID;

ALTER TABLE message VALIDATE CONSTRAINT message_kind_known;
