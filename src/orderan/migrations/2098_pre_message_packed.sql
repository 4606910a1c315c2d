-- Buyers may be told that their order is packed; a shop that tells things already does not begin with it by itself.

ALTER TABLE message DROP CONSTRAINT message_kind_known;

ALTER TABLE message ADD CONSTRAINT message_kind_known CHECK (kind IN ('pay_now', 'pay_with', 'pay_soon', 'trouble', 'recovered', 'expired', 'paid_late', 'accepted', 'packed', 'shipped', 'out_for_delivery', 'delayed', 'attempt_failed', 'postponed', 'coming_back', 'parcel_lost', 'changed', 'delivered', 'substituted', 'cancelled', 'refunded', 'return_approved', 'return_refused', 'return_received', 'review', 'back_in_stock')) NOT VALID;

ALTER TABLE message VALIDATE CONSTRAINT message_kind_known;

UPDATE message_policy SET silent = array_append(silent, 'packed') WHERE NOT 'packed' = ANY(silent);
