-- Numbers that were booked and are not any more: asked for whenever a parcel leaves.

CREATE INDEX courier_booking_taken_back ON courier_booking (shop_id, awb) WHERE awb IS NOT NULL AND state IN ('failed', 'withdrawing', 'withdrawn');
