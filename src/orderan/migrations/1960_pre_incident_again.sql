-- Trouble that comes back is the same incident, and an alarm that was none is called so by a person, with a reason.

ALTER TABLE incident ADD COLUMN again_at timestamptz;

COMMENT ON COLUMN incident.again_at IS 'when it began again last, after it was thought to be over; null while it never did';

ALTER TABLE incident ADD COLUMN false_at timestamptz;

ALTER TABLE incident ADD COLUMN false_by text;

ALTER TABLE incident ADD COLUMN false_why text;

ALTER TABLE incident ADD CONSTRAINT incident_false_with_a_reason CHECK ((false_at IS NULL) = (false_by IS NULL) AND (false_at IS NULL) = (false_why IS NULL)) NOT VALID;

ALTER TABLE incident VALIDATE CONSTRAINT incident_false_with_a_reason;

ALTER TABLE incident ADD CONSTRAINT incident_begins_again_after_it_began CHECK (again_at >= since) NOT VALID;

ALTER TABLE incident VALIDATE CONSTRAINT incident_begins_again_after_it_began;
