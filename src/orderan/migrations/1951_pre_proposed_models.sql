-- Models that are trained without being asked for: proposed where they beat the rules, and let speak by a person only.

ALTER TABLE trust_model ADD COLUMN proposes boolean NOT NULL DEFAULT false;

ALTER TABLE trust_model DROP CONSTRAINT trust_model_why_known;

ALTER TABLE trust_model ADD CONSTRAINT trust_model_why_known CHECK (why IN ('too_little', 'not_installed', 'lost', 'not_better', 'other_rules', 'newer', 'person', 'kept', 'proposed')) NOT VALID;

ALTER TABLE trust_model VALIDATE CONSTRAINT trust_model_why_known;
