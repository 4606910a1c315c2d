-- Why a try reached nobody: our word for it, and the provider's own.

ALTER TABLE verification_attempt ADD COLUMN failure text;

ALTER TABLE verification_attempt ADD COLUMN failure_code text;

ALTER TABLE verification_attempt ADD CONSTRAINT verification_attempt_failure_known CHECK (failure IN ('needless', 'no_buyer', 'no_phone', 'stopped', 'no_account', 'number', 'message', 'account', 'refused', 'busy', 'unavailable')) NOT VALID;

ALTER TABLE verification_attempt VALIDATE CONSTRAINT verification_attempt_failure_known;
