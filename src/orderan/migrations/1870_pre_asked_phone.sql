-- Which telephone an attempt asked, as its blind index: a number that was corrected since answers for nobody.

ALTER TABLE verification_attempt ADD COLUMN phone_index bytea;
