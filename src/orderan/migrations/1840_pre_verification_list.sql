-- The list of buyers to be called: the orders on it, and who of the shop has a buyer in hand.

ALTER TABLE verification_case ADD COLUMN taken_by text;

ALTER TABLE verification_case ADD COLUMN taken_at timestamptz;

ALTER TABLE verification_case ADD CONSTRAINT verification_case_taken_by_somebody CHECK ((taken_by IS NULL) = (taken_at IS NULL)) NOT VALID;

ALTER TABLE verification_case VALIDATE CONSTRAINT verification_case_taken_by_somebody;

CREATE INDEX sales_order_unsaid ON sales_order (shop_id, placed_at, id) WHERE commercial = 'accepted' AND verification IN ('waiting', 'unreachable');
