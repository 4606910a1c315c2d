-- What may come back by the shop's own word, why each unit does, and who pays its way.

CREATE TABLE return_policy (
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    terms jsonb NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT return_policy_pkey PRIMARY KEY (shop_id, version),
    CONSTRAINT return_policy_counts_up CHECK (version > 0)
);

COMMENT ON TABLE return_policy IS 'distributed: what buyers may send back, until when, why, and who pays the way; the latest version holds for requests to come';

ALTER TABLE goods_return ADD COLUMN policy_version integer;

ALTER TABLE goods_return ADD COLUMN way_paid_by text;

ALTER TABLE goods_return ADD CONSTRAINT goods_return_payer_known CHECK (way_paid_by IN ('shop', 'buyer')) NOT VALID;

ALTER TABLE goods_return VALIDATE CONSTRAINT goods_return_payer_known;

ALTER TABLE return_line ADD COLUMN cause text;

ALTER TABLE return_line ADD CONSTRAINT return_line_cause_known CHECK (cause IN ('damaged', 'defective', 'wrong_item', 'not_as_described', 'incomplete', 'wrong_size', 'changed_mind')) NOT VALID;

ALTER TABLE return_line VALIDATE CONSTRAINT return_line_cause_known;
