-- Where a shop wants its reviews; empty where buyers answer the message itself.

ALTER TABLE message_policy ADD COLUMN review_link text NOT NULL DEFAULT '';

ALTER TABLE message_policy ADD CONSTRAINT message_policy_review_link_is_web CHECK (review_link = '' OR review_link ~ '^https?://') NOT VALID;

ALTER TABLE message_policy VALIDATE CONSTRAINT message_policy_review_link_is_web;
