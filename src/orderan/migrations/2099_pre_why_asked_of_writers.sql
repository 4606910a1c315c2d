-- Who wrote something before they said no is asked why as well.

DROP INDEX verification_attempt_unexplained;

CREATE INDEX verification_attempt_unexplained ON verification_attempt (shop_id, moved_at) WHERE state = 'refused' AND way = 'whatsapp' AND day_id IS NULL AND why_asked_at IS NULL;
