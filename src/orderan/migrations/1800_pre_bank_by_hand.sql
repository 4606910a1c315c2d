-- A person says which payout money on the bank account is, or that it is none of a gateway's, and why.

ALTER TABLE bank_line ADD COLUMN word text;

ALTER TABLE bank_line DROP CONSTRAINT bank_line_matched_how;

ALTER TABLE bank_line ADD CONSTRAINT bank_line_matched_how CHECK ((payout_id IS NULL) = (matched_by IS NULL OR matched_by = 'none')) NOT VALID;

ALTER TABLE bank_line VALIDATE CONSTRAINT bank_line_matched_how;

ALTER TABLE bank_line DROP CONSTRAINT bank_line_matched_by_known;

ALTER TABLE bank_line ADD CONSTRAINT bank_line_matched_by_known CHECK (matched_by IN ('reference', 'amount_and_day', 'hand', 'none')) NOT VALID;

ALTER TABLE bank_line VALIDATE CONSTRAINT bank_line_matched_by_known;

ALTER TABLE bank_line ADD CONSTRAINT bank_line_by_hand_in_words CHECK (matched_by IS NULL OR matched_by NOT IN ('hand', 'none') OR word IS NOT NULL) NOT VALID;

ALTER TABLE bank_line VALIDATE CONSTRAINT bank_line_by_hand_in_words;
