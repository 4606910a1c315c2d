-- A refund may have to wait until its payment has settled.

ALTER TABLE refund_try DROP CONSTRAINT refund_try_state_known;

ALTER TABLE refund_try ADD CONSTRAINT refund_try_state_known CHECK (state IN ('asking', 'unknown', 'waiting', 'pending', 'done', 'failed')) NOT VALID;

ALTER TABLE refund_try VALIDATE CONSTRAINT refund_try_state_known;
