-- Who pays for insuring a parcel, and who bears what its buyer does not pay of the way.

ALTER TABLE courier_booking ADD COLUMN insurance_payer text;

ALTER TABLE courier_booking ADD COLUMN subsidy_payer text;

ALTER TABLE courier_booking ADD CONSTRAINT courier_booking_payers_known CHECK (insurance_payer IN ('shop', 'buyer', 'merchant', 'platform') AND subsidy_payer IN ('shop', 'merchant', 'platform')) NOT VALID;

ALTER TABLE courier_booking VALIDATE CONSTRAINT courier_booking_payers_known;
