-- Letters of couriers whose hearing broke: how often, and when they are heard again.

ALTER TABLE courier_notice ADD COLUMN tries integer NOT NULL DEFAULT 0;

ALTER TABLE courier_notice ADD COLUMN hear_at timestamptz;

ALTER TABLE courier_notice ADD CONSTRAINT courier_notice_tries_sane CHECK (tries >= 0) NOT VALID;

ALTER TABLE courier_notice VALIDATE CONSTRAINT courier_notice_tries_sane;
