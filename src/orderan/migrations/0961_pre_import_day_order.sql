-- Which order of day and month a file was read by that does not show one: a choice the report owns up to.

ALTER TABLE import_run ADD COLUMN day_order_taken text;

ALTER TABLE import_run ADD CONSTRAINT import_run_day_order_known CHECK (day_order_taken IN ('dmy', 'mdy')) NOT VALID;

ALTER TABLE import_run VALIDATE CONSTRAINT import_run_day_order_known;
