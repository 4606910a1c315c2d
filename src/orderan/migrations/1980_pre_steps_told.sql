-- What can go wrong on the way, and what becomes of a return, is told too.

ALTER TABLE message DROP CONSTRAINT message_kind_known;

ALTER TABLE message ADD CONSTRAINT message_kind_known CHECK (kind IN ('pay_now', 'pay_with', 'pay_soon', 'trouble', 'recovered', 'expired', 'paid_late', 'accepted', 'shipped', 'out_for_delivery', 'attempt_failed', 'postponed', 'coming_back', 'parcel_lost', 'changed', 'delivered', 'cancelled', 'refunded', 'return_approved', 'return_refused', 'return_received', 'review', 'back_in_stock')) NOT VALID;

ALTER TABLE message VALIDATE CONSTRAINT message_kind_known;
