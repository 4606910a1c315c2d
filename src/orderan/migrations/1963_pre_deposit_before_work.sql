-- An order whose score wants a deposit is placed and waits for it; its score is kept with those of other orders.

ALTER TABLE trust_score DROP CONSTRAINT trust_score_outcome_known;

ALTER TABLE trust_score ADD CONSTRAINT trust_score_outcome_known CHECK (outcome IN ('accept', 'ask', 'deposit', 'hold')) NOT VALID;

ALTER TABLE trust_score VALIDATE CONSTRAINT trust_score_outcome_known;
