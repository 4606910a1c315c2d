-- Past choices of a rail, the newest first: they are played again under other rules.

CREATE INDEX decision_of_routing ON decision (shop_id, decided_at, id) WHERE kind = 'routing';
