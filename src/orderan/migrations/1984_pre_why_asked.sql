-- Whoever says no by WhatsApp is asked why, once.

ALTER TABLE verification_attempt ADD COLUMN why_asked_at timestamptz;

CREATE INDEX verification_attempt_unexplained ON verification_attempt (shop_id, moved_at) WHERE state = 'refused' AND way = 'whatsapp' AND day_id IS NULL AND note IS NULL AND why_asked_at IS NULL;
