-- A deposit an order may begin with, and what was due when a try to pay began: a part may be asked for.

ALTER TABLE sales_order ADD COLUMN deposit_minor bigint;

ALTER TABLE sales_order ADD CONSTRAINT sales_order_deposit_sane CHECK (deposit_minor > 0) NOT VALID;

ALTER TABLE sales_order VALIDATE CONSTRAINT sales_order_deposit_sane;

ALTER TABLE payment_attempt ADD COLUMN due_minor bigint;

UPDATE payment_attempt SET due_minor = amount_minor WHERE due_minor IS NULL;
