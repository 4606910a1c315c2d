-- Choices of a courier are played again by when they were made.

CREATE INDEX decision_of_couriers ON decision (shop_id, decided_at, id) WHERE kind = 'courier';
