-- A shop says of which other domains the mailboxes are thrown away.

ALTER TABLE trust_entry DROP CONSTRAINT trust_entry_verdict_known;

ALTER TABLE trust_entry ADD CONSTRAINT trust_entry_verdict_known CHECK (verdict IN ('block', 'allow') OR (verdict = 'disposable' AND kind = 'domain')) NOT VALID;

ALTER TABLE trust_entry VALIDATE CONSTRAINT trust_entry_verdict_known;
