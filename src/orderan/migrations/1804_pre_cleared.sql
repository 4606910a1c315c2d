-- No task is on the pickers' list while its order waits for its buyer's word: the database refuses it.

ALTER TABLE sales_order ADD COLUMN cleared boolean GENERATED ALWAYS AS (verification IN ('not_needed', 'confirmed', 'waived')) STORED;

ALTER TABLE sales_order ADD CONSTRAINT sales_order_cleared_once UNIQUE (shop_id, id, cleared);

ALTER TABLE task ADD COLUMN order_cleared boolean;

UPDATE task SET order_cleared = TRUE WHERE state NOT IN ('planned', 'cancelled');

ALTER TABLE task ADD CONSTRAINT task_waits_for_the_buyers_word CHECK (state IN ('planned', 'cancelled') OR order_cleared IS TRUE) NOT VALID;

ALTER TABLE task VALIDATE CONSTRAINT task_waits_for_the_buyers_word;

ALTER TABLE task ADD CONSTRAINT task_order_cleared FOREIGN KEY (shop_id, order_id, order_cleared) REFERENCES sales_order (shop_id, id, cleared) NOT VALID;

ALTER TABLE task VALIDATE CONSTRAINT task_order_cleared;
