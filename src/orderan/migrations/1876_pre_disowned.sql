ALTER TABLE trust_outcome DROP CONSTRAINT trust_outcome_ended_known;

ALTER TABLE trust_outcome ADD CONSTRAINT trust_outcome_ended_known CHECK (ended IN ('delivered', 'refused', 'returned', 'disputed', 'fraud', 'disowned')) NOT VALID;

ALTER TABLE trust_outcome VALIDATE CONSTRAINT trust_outcome_ended_known;
