-- A file that is read again under another mapping: which runs read the same bytes, and which lines that
-- waited under an earlier one a later one took up.

ALTER TABLE import_run ADD COLUMN digest text;

ALTER TABLE import_outcome ADD COLUMN taken_up_by uuid;

ALTER TABLE import_outcome ADD CONSTRAINT import_outcome_taken_up_waited CHECK (taken_up_by IS NULL OR outcome = 'waiting') NOT VALID;

ALTER TABLE import_outcome VALIDATE CONSTRAINT import_outcome_taken_up_waited;
